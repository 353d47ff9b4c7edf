const SECTIONS = ["welcome", "work", "done"];

let task = null; // {task, questions, items: how many}
let work = null; // {annotator, items, answers: by item and question}
let place = 0; // of the current question: those of the first item come first
let shownItem = null;

const sending = new Sending((problem, unsent) => {
  find("trouble").hidden = !problem;
  find("trouble").textContent = problem;
  find("saved").textContent = unsent ? `${unsent} not stored yet` : "All your answers are stored.";
});

function show(section) {
  for (const name of SECTIONS) find(name).hidden = name !== section;
  find("help").textContent = work && section === "welcome" ? "Back to rating" : "Guide";
}

const slots = () => work.items.length * task.questions.length;
const slot = at => ({
  item: work.items[Math.floor(at / task.questions.length)],
  question: task.questions[at % task.questions.length],
});
const slotKey = at => { const {item, question} = slot(at); return `${item.id} ${question.name}`; };
const isOpen = at => !work.answers.has(slotKey(at));

/** The first open question at or after a place, then before it; all of them when none is open. */
function openFrom(start) {
  for (let step = 0; step < slots(); step++) {
    const at = (start + step) % slots();
    if (isOpen(at)) return at;
  }
  return slots();
}

function go(at) {
  place = Math.max(0, Math.min(slots(), at));
  render();
}

function rate(rating) {
  const {item, question} = slot(place);
  work.answers.set(slotKey(place), rating);
  sending.add({annotator: work.annotator, item: item.id, question: question.name, rating});
  go(place + 1);
}

function render() {
  const answered = [...Array(slots()).keys()].filter(at => !isOpen(at)).length;
  const item = Math.min(work.items.length, Math.floor(place / task.questions.length) + 1);
  find("progress").max = slots();
  find("progress").value = answered;
  find("count").replaceChildren(make("b", "", `${item}`), ` of ${work.items.length}`);
  if (place === slots()) return renderDone(slots() - answered);
  show("work");
  renderItem();
}

function renderDone(open) {
  show("done");
  shownItem = null;
  find("done-title").textContent = open ? "You are at the end" : "All done, thank you";
  find("done-words").textContent = open
    ? `${open} question${open > 1 ? "s are" : " is"} still open.`
    : "Every question has your answer. Once all are stored you may close this page.";
  find("to-open").hidden = !open;
  find("done").focus();
}

function renderItem() {
  const {item} = slot(place), first = place - place % task.questions.length;
  find("source").textContent = item.source;
  find("output").textContent = item.output || "(nothing: the output is empty)";
  find("output").classList.toggle("empty", !item.output);
  find("questions").replaceChildren(...task.questions.map((question, index) => {
    const at = first + index;
    return questionBox(question, {
      id: at, current: at === place, given: work.answers.get(slotKey(at)), choose: () => go(at), rate,
    });
  }));
  find("back").disabled = place === 0;
  const current = document.querySelector(".question.current");
  current.focus({preventScroll: true});
  if (shownItem === item.id) current.scrollIntoView({block: "nearest"});
  else scrollTo(0, 0); // texts come before questions
  shownItem = item.id;
}

const KEYS = {
  ArrowLeft: () => go(place - 1),
  Backspace: () => go(place - 1),
  ArrowRight: () => go(place + 1),
  n: () => go(openFrom(place)),
};

addEventListener("keydown", event => {
  if (!work || !find("welcome").hidden || event.ctrlKey || event.metaKey || event.altKey) return;
  const rates = /^[0-3]$/.test(event.key), act = KEYS[event.key] || KEYS[event.key.toLowerCase()];
  if (!rates && !act) return;
  event.preventDefault();
  if (act) act();
  else if (place < slots() && !event.repeat) rate(Number(event.key) || null); // a key held down rates once
});

async function fetchWork(name) {
  const {annotator, items, answers} = await ask(`/api/work?annotator=${encodeURIComponent(name)}`);
  const given = new Map(answers.map(answer => [`${answer.item} ${answer.question}`, answer.rating]));
  return {annotator, items, answers: given};
}

async function begin(name) {
  work = await fetchWork(name);
  const unsent = sending.resume(work.annotator, new Set(work.items.map(item => item.id)));
  for (const answer of unsent) work.answers.set(`${answer.item} ${answer.question}`, answer.rating);
  history.replaceState(null, "", `?annotator=${encodeURIComponent(work.annotator)}`);
  find("who").textContent = work.annotator;
  for (const id of ["who", "help"]) find(id).hidden = false;
  find("start").hidden = true;
  go(openFrom(0));
}

function fillGuide() {
  const words = WORDS[task.task];
  document.title = find("title").textContent = words.title;
  find("output-label").textContent = words.output;
  const questions = task.questions.length, items = `${task.items} text${task.items === 1 ? "" : "s"}`;
  find("lead").textContent = `${words.lead} Answer ${questions} questions about each of ${items}.`;
  find("guide").replaceChildren(...task.questions.map(guideOf));
}

/** Another tab may have answered meanwhile. */
async function refresh() {
  if (document.hidden || !work || sending.unsent.length) return;
  const fresh = await fetchWork(work.annotator).catch(() => null);
  if (!fresh || sending.unsent.length) return;
  work.answers = fresh.answers;
  if (find("welcome").hidden) render();
}

find("start").addEventListener("submit", event => {
  event.preventDefault();
  find("name-wrong").textContent = "";
  begin(find("name").value).catch(error => { find("name-wrong").textContent = `${error.message}.`; });
});
find("help").addEventListener("click", () => {
  if (!find("welcome").hidden) return render();
  show("welcome");
  shownItem = null;
  scrollTo(0, 0);
});
find("back").addEventListener("click", () => go(place - 1));
find("forward").addEventListener("click", () => go(place + 1));
find("next-open").addEventListener("click", () => go(openFrom(place)));
find("to-open").addEventListener("click", () => go(openFrom(0)));
find("look-back").addEventListener("click", () => go(slots() - 1));
addEventListener("visibilitychange", refresh);

(async () => {
  const name = new URLSearchParams(location.search).get("annotator");
  try {
    task = await ask("/api/task");
    fillGuide();
    show("welcome");
    if (name) {
      find("name").value = name;
      await begin(name);
    } else {
      find("name").focus();
    }
  } catch (error) {
    find(task ? "name-wrong" : "trouble").textContent = `${error.message}.`;
    find("trouble").hidden = Boolean(task);
  }
})();
