// Search, order and pages of the pairs. Without it the page shows the first pairs and the others behind a fold.
(() => {
  const browser = document.getElementById("pair-browser");
  if (!browser) return;
  const PAGE = 10;
  const controls = browser.querySelector(".controls");
  const list = browser.querySelector(".pairs");
  const pages = browser.querySelector(".pages");
  const status = pages.querySelector("[role=status]");
  const [previous, next] = pages.querySelectorAll("button");
  const rows = [...browser.querySelectorAll(".pair")].map((element) => ({
    element,
    words: [...element.querySelectorAll(".texts p")].map((text) => text.lastChild.textContent).join("\n").toLowerCase(),
  }));
  let first = 0;

  const score = (row, name) => {
    const value = row.element.getAttribute("data-" + name);
    return value === null ? NaN : Number(value);
  };

  const chosen = () => {
    const asked = new FormData(controls);
    const wanted = (asked.get("words") || "").toLowerCase().split(/\s+/).filter(Boolean);
    const found = rows.filter(({ element, words }) =>
      wanted.every((word) => words.includes(word)) &&
      ["round", "split"].every((name) => !asked.get(name) || element.getAttribute("data-" + name) === asked.get(name)));
    const [name, sign] = (asked.get("order") || "").split(" ");
    if (!name) return found;
    return found.sort((one, other) => {
      const [a, b] = [score(one, name), score(other, name)];
      return (isNaN(a) - isNaN(b)) || sign * (a - b) || 0; // pairs without the score come last
    });
  };

  const show = () => {
    const found = chosen();
    const page = found.slice(first, first + PAGE);
    list.replaceChildren(...page.map((row) => row.element));
    list.start = first + 1;
    status.textContent = found.length === 0 ? "No pair fits."
      : `${first + 1} to ${first + page.length} of ${found.length}`;
    previous.disabled = first === 0;
    next.disabled = first + PAGE >= found.length;
  };

  const turn = (by) => {
    first += by * PAGE;
    show();
    browser.scrollIntoView({ block: "start" });
  };

  controls.addEventListener("input", () => { first = 0; show(); });
  controls.addEventListener("submit", (event) => event.preventDefault());
  previous.addEventListener("click", () => turn(-1));
  next.addEventListener("click", () => turn(1));
  const others = browser.querySelector(".others");
  if (others) others.remove();
  controls.hidden = false;
  pages.hidden = false;
  show();
})();
