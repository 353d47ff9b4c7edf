"""Tables for the terminal that several commands print."""

from typing import Any

from model_cards.formatting import count, share
from model_cards.vocabulary import reason_words


def funnel_lines(candidates: int, dropped: list[dict[str, Any]], kept: int) -> list[str]:
    """The candidates, what each critic dropped of them and why, and what was kept, with shares of the candidates."""
    rows = [("candidate pairs", candidates, "")]
    rows += [("  " + reason_words(drop["reason"]), drop["count"], share(drop["count"], candidates)) for drop in dropped]
    rows += [("kept", kept, share(kept, candidates))]
    width = max(len(label) for label, _, _ in rows)
    return [f"{label:{width}}  {count(number):>12}  {part:>7}".rstrip() for label, number, part in rows]
