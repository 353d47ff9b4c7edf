"""Systems side by side on one benchmark, for the terminal (paper, Tables 2, 4, 5 and 8)."""

import textwrap
from collections.abc import Mapping
from typing import Any

from model_cards.paper_results import PublishedSystem, published_on
from model_cards.summary import aligned
from model_cards.vocabulary import figure_words

_WIDTH = 96


def comparison_tables(record: Mapping[str, Any], paper: bool = False) -> str:
    """The figures of each system, then what tells the first apart from each other one.

    Args:
        record: As `impossible evaluate --json` prints it.
        paper: Whether the paper's own rows for this benchmark stand beside.

    Returns:
        Plain text. Everything that is a share or a score is on the scale of 0-100, as in the paper.
    """
    benchmark, systems = record["benchmark"], record["systems"]
    names = list(dict.fromkeys(name for system in systems for name in system["figures"]))
    rows = [[f"{benchmark['place']}, n = {benchmark['n']:,}", *(system["name"] for system in systems)]]
    rows += [
        [figure_words(name).label, *(_with_interval(name, system["figures"].get(name)) for system in systems)]
        for name in names
    ]
    parts = [aligned(rows), _legend(names, record)]
    parts += [_difference(gap) for gap in record["differences"]]
    if paper:
        parts.append(_published(benchmark["place"], published_on(benchmark["place"])))
    return "\n\n".join(part for part in parts if part)


def _with_interval(name: str, figure: Mapping[str, Any] | None) -> str:
    if figure is None:
        return "-"
    return f"{_number(name, figure['value'])} ({_number(name, figure['low'])} to {_number(name, figure['high'])})"


def _number(name: str, value: float, sign: str = "") -> str:
    words = figure_words(name)
    return (
        f"{100 * value:{sign}.1f}" if words.is_share or words.in_unit else f"{value:{sign}.{min(words.decimals, 2)}f}"
    )


def _published(benchmark: str, systems: tuple[PublishedSystem, ...]) -> str:
    if not systems:
        return f"The paper has no table of '{benchmark}'."
    names = list(dict.fromkeys(name for system in systems for name in system.figures))
    rows = [["the paper's figures", *(figure_words(name).label for name in names)]]
    rows += [
        [system.name, *(f"{system.figures[name]:g}" if name in system.figures else "-" for name in names)]
        for system in systems
    ]
    return aligned(rows)


def _legend(names: list[str], record: Mapping[str, Any]) -> str:
    lines = ["In brackets, the 95% interval: Wilson's of a share, else by redrawing the rows 2,000 times."]
    if note := record["benchmark"]["note"]:
        lines.append(f"The rows: {note}.")
    judges = record["judges"]
    if "bert_ibleu" in names or "bert_score" in names:
        lines.append(f"BERT-iBLEU and BERTScore by the states of {judges['encoder']}.")
    elif judges["encoder"] is None:
        lines.append("BERT-iBLEU and BERTScore are left out: they need --encoder, such as roberta-large.")
    if not (judges["oracle"] or judges["nli"]):
        lines.append("Faithfulness is left out: it needs --nli, such as alisawuffles/roberta-large-wanli.")
    if record["bleu"] and "ibleu" in names:
        lines.append(f"BLEU of sentences: {record['bleu']['sentence']}; of the corpus: {record['bleu']['corpus']}.")
    return "\n".join("\n".join(textwrap.wrap(line, _WIDTH)) for line in lines)


def _difference(gap: Mapping[str, Any]) -> str:
    rows = [[f"{gap['system']} less {gap['against']}", "difference", "95% interval", "p"]]
    rows += [
        [
            figure_words(name).label,
            _number(name, each["value"], "+"),
            f"{_number(name, each['low'], '+')} to {_number(name, each['high'], '+')}",
            "< 0.001" if each["p"] < 0.001 else f"{each['p']:.3f}",
        ]
        for name, each in gap["figures"].items()
    ]
    return aligned(rows) + "\nPaired on the rows: intervals by bootstrap, p two-sided by approximate randomisation."
