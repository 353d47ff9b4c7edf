"use strict";

const UNSENT = "unsent answers"; // in this tab's storage, which outlives a reload
const SHORTEST_WAIT = 1000, LONGEST_WAIT = 10000, GIVE_UP = 10000; // milliseconds

/** What the server answers; an Error with its words, or with ours where it does not answer. */
async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body),
  };
  let response;
  try {
    response = await fetch(path, {...options, cache: "no-store", signal: AbortSignal.timeout(GIVE_UP)});
  } catch {
    throw new Error("the server does not answer");
  }
  const answer = await response.json().catch(() => ({error: `the server says ${response.status}`}));
  if (!response.ok) throw Object.assign(new Error(answer.error), {final: response.status < 500});
  return answer;
}

/** Answers on their way: one after the other, each again until it is stored. */
class Sending {
  /** `report(problem, unsent)` is called whenever one was added, was stored or failed. */
  constructor(report) {
    this.report = report;
    this.unsent = JSON.parse(sessionStorage.getItem(UNSENT) || "[]");
    this.elsewhere = []; // to another task: they wait until this tab is at its server again
    this.busy = false;
    this.problem = "";
    addEventListener("beforeunload", event => { if (this.unsent.length) event.preventDefault(); });
  }

  /** Sends what earlier loads of this page left about these items, whose ever it is; returns this annotator's. */
  resume(annotator, items) {
    const left = [...this.elsewhere, ...this.unsent];
    this.elsewhere = left.filter(answer => !items.has(answer.item));
    this.unsent = left.filter(answer => items.has(answer.item));
    this.keep();
    this.send();
    return this.unsent.filter(answer => answer.annotator === annotator);
  }

  add(answer) {
    this.unsent.push(answer);
    this.keep();
    this.report(this.problem, this.unsent.length);
    this.send();
  }

  async send() {
    if (this.busy) return;
    this.busy = true;
    for (let wait = SHORTEST_WAIT; this.unsent.length;) {
      try {
        await ask("/api/answers", this.unsent[0]);
        this.unsent.shift();
        this.keep();
        wait = SHORTEST_WAIT;
        this.problem = "";
        this.report(this.problem, this.unsent.length);
      } catch (error) {
        const remedy = error.final ? "Reload this page." : "Trying again; leave this page open.";
        this.problem = `Not stored: ${error.message}. ${remedy}`;
        this.report(this.problem, this.unsent.length);
        if (error.final) return; // busy for good: nothing must overtake what was refused
        await new Promise(resolve => setTimeout(resolve, wait));
        wait = Math.min(2 * wait, LONGEST_WAIT);
      }
    }
    this.busy = false;
  }

  keep() {
    sessionStorage.setItem(UNSENT, JSON.stringify([...this.elsewhere, ...this.unsent]));
  }
}
