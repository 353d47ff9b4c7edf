const WORDS = {
  paraphrase: {
    title: "Rate rewritings",
    output: "Rewriting",
    lead: "You see a sentence and a rewriting of it, which ought to say the same in another way.",
  },
  summary: {
    title: "Rate summaries",
    output: "Summary",
    lead: "You see a text and a summary of it, which ought to say what matters in fewer words.",
  },
};
const CANNOT = "cannot judge";
const BEST_FIRST = [3, 2, 1];

const find = id => document.getElementById(id);

/** An element; texts come from strangers and are only ever set as text. */
function make(tag, className, text, attributes = {}) {
  const made = Object.assign(document.createElement(tag), {className, textContent: text});
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** What a question means, for the guide. */
function guideOf(question) {
  const box = make("div", "guide-question", ""), scale = make("ol", "", "");
  for (const rating of BEST_FIRST) {
    const line = make("li", "", "");
    line.append(make("b", "", `${rating}`), make("span", "", question.meanings[rating - 1]));
    scale.append(line);
  }
  box.append(make("h3", "", question.text), scale);
  return box;
}

/**
 * A question about the item that is shown; with its options where it is the current one.
 * `given` is the rating, null for "cannot judge", undefined where there is no answer.
 */
function questionBox(question, {id, current, given, choose, rate}) {
  const box = make("div", current ? "question current" : "question", "", {
    role: "group", tabindex: "-1", "aria-labelledby": `head-${id}`, "aria-describedby": "texts",
  });
  const head = make("button", "head", "", {type: "button", id: `head-${id}`, "aria-expanded": current});
  const chip = given === undefined ? make("span", "chosen", "") : make("span", "chosen given", given ?? CANNOT);
  head.append(make("span", "text-of", question.text), chip);
  head.addEventListener("click", choose);
  box.append(head);
  if (current) box.append(optionsOf(question, given, rate));
  return box;
}

function optionsOf(question, given, rate) {
  const options = make("div", "options", "");
  const add = (rating, words, className) => {
    const key = `${rating ?? 0}`;
    const button = make("button", className, "", {
      type: "button", "aria-pressed": given === rating, "aria-keyshortcuts": key,
    });
    button.append(make("b", "", key), make("span", "", words));
    button.addEventListener("click", () => rate(rating));
    options.append(button);
  };
  for (const rating of BEST_FIRST) add(rating, question.meanings[rating - 1], "");
  add(null, "I cannot judge this", "cannot");
  return options;
}
