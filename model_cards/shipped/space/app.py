"""A page to try a paraphraser on: sentences in, other ways to say them out, with what they share marked."""

import html
import importlib.util
import json
import re
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import gradio

HERE = Path(__file__).parent
STYLE = """
.said { list-style: none; padding: 0; margin: 0; }
.said li { padding: .7em .9em; margin: 0 0 .6em; border: 1px solid var(--border-color-primary); border-radius: .6em;
  background: var(--background-fill-secondary); font-size: 1.06em; line-height: 1.5; overflow-wrap: anywhere; }
.said mark { background: color-mix(in srgb, #f5b301 45%, transparent); color: inherit; border-radius: .25em;
  padding: 0 .15em; }
.said small { display: block; margin-top: .25em; color: var(--body-text-color-subdued); }
.note { color: var(--body-text-color-subdued); }
"""
NOTE = (
    "Marked words are not in your sentence. The model is small and can change the meaning or leave something out: "
    "read what it writes before you use it."
)


WORDS = {
    "paraphrase": ("Say it otherwise", "Other ways to say it"),
    "summary": ("Say it shorter", "Shorter ways to say it"),
}


def build_page(
    paraphrase: Callable[..., list[str]],
    title: str,
    examples: Sequence[str],
    task: str = "paraphrase",
    link: str | None = None,
) -> gradio.Blocks:
    """The page.

    Args:
        paraphrase: Called as `paraphrase(sentence, n=..., like=..., temperature=...)`, gives the best first.
        title: Its heading.
        examples: Sentences to begin with.
        task: "paraphrase" or "summary".
        link: Of the model's own page.
    """

    def answer(sentence: str, like: str, n: int, temperature: float) -> str:
        if not sentence.strip():
            return "<p class='note'>Write a sentence first.</p>"
        found = paraphrase(sentence, n=int(n), like=like.strip() or None, temperature=temperature)
        return shown(sentence, found)

    ask, answers = WORDS[task]
    with gradio.Blocks(title=title, analytics_enabled=False) as page:
        gradio.Markdown(f"# {title}\n" + (f"The model's page: [{link}]({link})" if link else ""))
        with gradio.Row():
            with gradio.Column(min_width=300):
                sentence = gradio.Textbox(label="Sentence", lines=3, placeholder="One sentence", elem_id="sentence")
                like = gradio.Textbox(
                    label="Said like (optional)",
                    info="A sentence whose form the outputs should resemble",
                    elem_id="like",
                )
                n = gradio.Slider(1, 10, value=3, step=1, label="How many", elem_id="n")
                temperature = gradio.Slider(0.1, 1.5, value=0.7, step=0.1, label="Temperature", elem_id="temperature")
                button = gradio.Button(ask, variant="primary", elem_id="go")
            with gradio.Column(min_width=300):
                output = gradio.HTML(label=answers, elem_id="said")
        fields = [sentence, like, n, temperature]
        gradio.on([button.click, sentence.submit], answer, fields, output, api_name="paraphrase")
        if examples:
            gradio.Examples([[text] for text in examples], [sentence], label="Examples")
        gradio.Markdown(NOTE, elem_classes="note")
    return page


def launch(page: gradio.Blocks, **options: Any) -> Any:
    """Serves the page in the fonts of the reader's machine: no other server is asked for anything."""
    plain = gradio.themes.Soft(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
    return page.launch(theme=plain, css=STYLE, **options)


def shown(sentence: str, found: Sequence[str]) -> str:
    """The outputs as a list, in HTML; words that the sentence lacks are marked."""
    if not found:
        return "<p class='note'>Nothing but copies of the sentence came. Try a higher temperature.</p>"
    return f"<ol class='said'>{''.join(_row(sentence, text) for text in found)}</ol>"


def _row(sentence: str, text: str) -> str:
    known = {word.lower() for word in re.findall(r"\w+", sentence)}
    pieces = re.findall(r"\w+|\W+", text)
    marked = (
        f"<mark>{html.escape(piece)}</mark>"
        if re.match(r"\w", piece) and piece.lower() not in known
        else html.escape(piece)
        for piece in pieces
    )
    return f"<li>{''.join(marked)}<small>{similarity(sentence, text):.0%} alike, word by word</small></li>"


def similarity(one: str, other: str) -> float:
    """The share of words that two texts have in common in one order, from 0 to 1."""
    first, second = (re.findall(r"\w+", text.lower()) for text in (one, other))
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def main() -> None:
    """The Space: `model.json` beside this file names the model, whose repository holds its pipeline."""
    from huggingface_hub import snapshot_download

    settings = json.loads((HERE / "model.json").read_text(encoding="utf-8"))
    folder = Path(snapshot_download(settings["model"]))
    spec = importlib.util.spec_from_file_location("paraphrase_pipeline", folder / "paraphrase_pipeline.py")
    assert spec is not None and spec.loader is not None  # noqa: PT018
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    link = f"https://huggingface.co/{settings['model']}"
    pipeline = module.load(str(folder))
    launch(build_page(pipeline, settings["title"], settings["examples"], settings["task"], link))


if __name__ == "__main__":
    main()
