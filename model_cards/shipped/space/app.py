"""A page to try a paraphraser on: sentences in, other ways to say them out, with what is new in them marked."""

import html
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gradio

HERE = Path(__file__).parent
LONGEST = 1000  # characters of a sentence
STYLE = """
#said .html-container { padding: 0 !important; }
.said { padding: 0; margin: 0; }
.said li { display: block; padding: .75em 1em; margin: 0 0 .65em; border: 1px solid var(--border-color-primary);
  border-radius: .6em; background: var(--background-fill-secondary); font-size: 1.06em; line-height: 1.55;
  overflow-wrap: anywhere; }
.said mark { background: color-mix(in srgb, #f5b301 38%, transparent); color: inherit; border-radius: .25em;
  padding: .05em .15em; }
.said small, .note { color: var(--body-text-color-subdued); }
.said small { display: block; margin-top: .25em; }
.note { margin: .2em 0; line-height: 1.55; }
#examples button { text-align: start; }
footer .show-api-divider { display: none !important; }
"""
ASK = {"paraphrase": "Say it otherwise", "summary": "Say it shorter"}
WELCOME = "<p class='note'>What the model writes comes here. Write a sentence, or take one of the examples.</p>"
FORM_RANKED = "Outputs whose form is like this sentence's come first; the model does not read it."
FORM_READ = "What the model shall write like: a parse such as (S (NP (NN profit)) (VP (VBD rose)))."
LEGEND = "<p class='note'>Marked words are not in your sentence.</p>"
NOTE = (
    "The model is small. It can change the meaning, leave something out or write nonsense: read what it writes before "
    "you use it."
)


def build_page(
    paraphrase: Callable[..., list[str]],
    title: str,
    examples: Sequence[str],
    task: str = "paraphrase",
    link: str | None = None,
    form: str = FORM_RANKED,
) -> gradio.Blocks:
    """The page.

    Args:
        paraphrase: Called as `paraphrase(sentence, n=..., like=..., temperature=...)`, gives the best first; a
            ValueError says what cannot be done.
        title: Its heading.
        examples: Sentences to begin with.
        task: "paraphrase" or "summary".
        link: Of the model's own page.
        form: What is said of the exemplar.
    """

    def answer(sentence: str, like: str, n: int, temperature: float) -> str:
        if not sentence.strip():
            return _note("Write a sentence first.")
        try:
            found = paraphrase(sentence, n=int(n), like=like.strip() or None, temperature=temperature)
        except ValueError as error:
            return _note(str(error))
        return shown(sentence, found)

    with gradio.Blocks(title=title, analytics_enabled=False) as page:
        gradio.Markdown(f"# {title}\n" + (f"The model's page: [{link}]({link})" if link else ""))
        with gradio.Row():
            with gradio.Column(min_width=300):
                sentence = gradio.Textbox(
                    label="Sentence", lines=3, max_length=LONGEST, placeholder="One sentence", elem_id="sentence"
                )
                like = gradio.Textbox(
                    label="In the form of (optional)",
                    info=form,
                    max_length=LONGEST,
                    elem_id="like",
                )
                n = gradio.Slider(1, 10, value=3, step=1, label="How many", elem_id="n")
                temperature = gradio.Slider(
                    0.1,
                    1.5,
                    value=0.7,
                    step=0.1,
                    label="Temperature",
                    info="Higher is more varied, and more often wrong.",
                    elem_id="temperature",
                )
                button = gradio.Button(ASK[task], variant="primary", elem_id="go")
            with gradio.Column(min_width=300):
                output = gradio.HTML(WELCOME, elem_id="said", padding=False)
        fields = [sentence, like, n, temperature]
        asked = [button.click, sentence.submit, like.submit]
        gradio.on(asked, answer, fields, output, api_name="paraphrase", api_visibility="private")  # it gives HTML
        if examples:
            gradio.Examples([[text] for text in examples], [sentence], elem_id="examples")
        gradio.Markdown(NOTE, elem_classes="note")
    return page


def launch(page: gradio.Blocks, **options: Any) -> Any:
    """Serves the page in the fonts of the reader's machine: no other server is asked for anything."""
    plain = gradio.themes.Soft(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
    return page.launch(theme=plain, css=STYLE, footer_links=["gradio", "settings"], run_history=False, **options)


def shown(sentence: str, found: Sequence[str]) -> str:
    """The outputs as a list, in HTML; words that the sentence lacks are marked."""
    if not found:
        return _note("Nothing but copies of the sentence came. Try a higher temperature.")
    return f"<ol class='said'>{''.join(_row(sentence, text) for text in found)}</ol>{LEGEND}"


def _note(text: str) -> str:
    return f"<p class='note'>{html.escape(text)}</p>"


def _row(sentence: str, text: str) -> str:
    word = r"\w+(?:['\u2019]\w+)*"
    known = set(re.findall(word, sentence.lower()))
    marked = (
        f"<mark>{html.escape(piece)}</mark>"
        if re.fullmatch(word, piece) and piece.lower() not in known
        else html.escape(piece)
        for piece in re.split(f"({word})", text)
    )
    return f"<li>{''.join(marked)}<small>{similarity(sentence, text):.0%} alike, word by word</small></li>"


def similarity(one: str, other: str) -> float:
    """ROUGE-L: the words that two texts have in common in one order, as a share of all of theirs, from 0 to 1."""
    first, second = (re.findall(r"\w+", text.lower()) for text in (one, other))
    if not first or not second:
        return 0.0
    row = [0] * (len(second) + 1)  # lengths of the longest common subsequences
    for word in first:
        above, row = row, [0]
        for j, there in enumerate(second):
            row.append(above[j] + 1 if word == there else max(above[j + 1], row[j]))
    return 2 * row[-1] / (len(first) + len(second))


def main() -> None:
    """The Space: `model.json` beside this file names the model, whose repository holds the code to use it."""
    from transformers.dynamic_module_utils import get_class_from_dynamic_module

    settings = json.loads((HERE / "model.json").read_text(encoding="utf-8"))
    model = settings["model"]
    paraphraser = get_class_from_dynamic_module("paraphraser.Paraphraser", model).from_pretrained(model)
    link = f"https://huggingface.co/{model}"
    form = FORM_READ if paraphraser.reads_form else FORM_RANKED
    launch(build_page(paraphraser.paraphrase, settings["title"], settings["examples"], settings["task"], link, form))


if __name__ == "__main__":
    main()
