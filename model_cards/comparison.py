"""Systems side by side on one benchmark, for the terminal (paper, Tables 2, 4, 5 and 8)."""

from collections.abc import Mapping, Sequence
from typing import Any

from model_cards.paper_results import PAPER_CAVEAT
from model_cards.summary import aligned, wrapped
from model_cards.vocabulary import compared_label, figure_words

_PAIRED = (
    "Paired on the rows: intervals by bootstrap, p two-sided by approximate randomisation, without\n"
    "correction for many figures."
)


def comparison_tables(record: Mapping[str, Any]) -> str:
    """The figures of each system, then what tells the first apart from each other one, then the paper's.

    Args:
        record: As `impossible evaluate --json` prints it.

    Returns:
        Plain text. Everything that is a share or a score is on the scale of 0-100, as in the paper.
    """
    systems = record["systems"]
    names = list(dict.fromkeys(name for system in systems for name in system["figures"]))
    rows = [[_heading(record["benchmark"]), *(system["name"] for system in systems)]]
    rows += [
        [
            _label(name, systems[0]["figures"], record["benchmark"]["n"]),
            *(_with_interval(name, system["figures"].get(name)) for system in systems),
        ]
        for name in names
    ]
    parts = [aligned(rows), _legend(names, record)]
    parts += [_difference(gap) for gap in record["differences"]]
    if "paper" in record:
        parts.append(_published(record["benchmark"]["place"], record["paper"]))
    return "\n\n".join(part for part in parts if part)


def _heading(benchmark: Mapping[str, Any]) -> str:
    data = benchmark["data"]
    place = benchmark["place"] if data in (None, benchmark["place"]) else f"{benchmark['place']}: {data}"
    return f"{place}, {'the first ' if benchmark['cut'] else 'n = '}{benchmark['n']:,}"


def _label(name: str, figures: Mapping[str, Any], n: int) -> str:
    own = figures[name]["n"] if name in figures else n
    return compared_label(name) + (f" (n = {own:,})" if own != n else "")


def _with_interval(name: str, figure: Mapping[str, Any] | None) -> str:
    if figure is None:
        return "-"
    return f"{_number(name, figure['value'])} ({_number(name, figure['low'])} to {_number(name, figure['high'])})"


def _number(name: str, value: float, sign: str = "") -> str:
    words = figure_words(name)
    if words.is_share or words.in_unit:
        value, decimals = 100 * value, 1
    else:
        decimals = min(words.decimals, 2)
    return f"{value:{sign}.{decimals}f}"


def _published(benchmark: str, systems: Sequence[Mapping[str, Any]]) -> str:
    if not systems:
        return f"The paper has no table of '{benchmark}'."
    names = list(dict.fromkeys(name for system in systems for name in system["figures"]))
    rows = [["the paper's figures", *(compared_label(name) for name in names)]]
    rows += [
        [system["name"], *(f"{system['figures'][name]:g}" if name in system["figures"] else "-" for name in names)]
        for system in systems
    ]
    return aligned(rows) + "\n" + wrapped(PAPER_CAVEAT)


def _legend(names: list[str], record: Mapping[str, Any]) -> str:
    lines = ["In brackets, the 95% interval: Wilson's of a share, else by redrawing the rows 2,000 times."]
    if note := record["benchmark"]["note"]:
        lines.append(f"The rows: {note}.")
    judges = record["judges"]
    by_encoder = "BERTScore" if record["task"] == "summary" else "BERT-iBLEU and BERTScore"
    if judges["encoder"]:
        lines.append(f"{by_encoder}: {judges['bert_score']}.")
    else:
        lines.append(f"{by_encoder}: left out, for want of --encoder, such as roberta-large.")
    if not (judges["oracle"] or judges["nli"]):
        lines.append("Faithfulness: left out, for want of --nli, such as alisawuffles/roberta-large-wanli.")
    for system in record["systems"]:
        if system["empty"]:
            lines.append(f"{system['name']} left {system['empty']:,} of {record['benchmark']['n']:,} outputs empty.")
    if record["bleu"] and "ibleu" in names:
        lines.append(f"BLEU of sentences: {record['bleu']['sentence']}; of the corpus: {record['bleu']['corpus']}.")
    return "\n".join(map(wrapped, lines))


def _difference(gap: Mapping[str, Any]) -> str:
    rows = [[f"{gap['system']} less {gap['against']}", "difference", "95% interval", "p"]]
    rows += [
        [
            compared_label(name),
            _number(name, each["value"], "+"),
            f"{_number(name, each['low'], '+')} to {_number(name, each['high'], '+')}",
            "< 0.001" if each["p"] < 0.001 else f"{each['p']:.3f}",
        ]
        for name, each in gap["figures"].items()
    ]
    return f"{aligned(rows)}\n{_PAIRED}"
