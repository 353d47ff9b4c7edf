"""What a round lost before there were pairs, in plain words."""

from collections.abc import Sequence

from model_cards.formatting import count
from model_cards.records import Drop, Round
from model_cards.vocabulary import refusal_words


def qualification_lines(round_: Round) -> list[str]:
    """Sentences on what of a round was cut or did not qualify; none where all was used as it was."""
    lines = []
    if round_.missing_contexts:
        lines.append(f"{_contexts(round_.missing_contexts)} left out: their passages had too few whole sentences.")
    if round_.repeated_contexts:
        lines.append(f"{_contexts(round_.repeated_contexts)} drawn before and used once.")
    if round_.cut_contexts:
        lines.append(f"{_contexts(round_.cut_contexts)} too long for the teacher and lost first sentences.")
    if round_.dropped_contexts:
        lines.append(f"{_contexts(round_.dropped_contexts)} left out: their last sentence alone was too long.")
    lines += _refused(round_.refused, round_.sampled, "sampled sentences")
    if round_.known_sentences:
        lines.append(f"{count(round_.known_sentences)} sentences of earlier rounds were met again and left out.")
    lines += _refused(round_.refused_outputs, round_.outputs, "rewritings by the student")
    return lines


def refused(drops: Sequence[Drop]) -> int:
    """How many texts did not qualify."""
    return sum(drop.count for drop in drops)


def _contexts(number: int) -> str:
    return "1 context was" if number == 1 else f"{count(number)} contexts were"


def _refused(drops: Sequence[Drop], of: int | None, texts: str) -> list[str]:
    reasons = [f"{refusal_words(drop.reason)} ({count(drop.count)})" for drop in drops if drop.count]
    if not reasons:
        return []
    return [f"Of {count(of)} {texts}, {count(refused(drops))} did not qualify: {', '.join(reasons)}."]
