"""What a led student reads before the source (paper, Section 3.4): the form, or the length, that its output shall have.

This file ships with a led student as it stands and uses nothing of this project.
"""

import re
from collections.abc import Iterable, Sequence

CONTROL = "control.json"  # beside the weights of a led student: what leads it
_LEAF = re.compile(r"\(([^\s()]+) [^\s()]+\)")


def led(signal: str, source: str) -> str:
    """The text that a led student reads."""
    return f"{signal} | {source}"


def tree_signal(tree: str, layers: int | None = None) -> str:
    """A bracketed constituency parse without its words, as a student reads it.

    Args:
        tree: Such as `(S (NP (NNP Acme)) (VP (VBD rose)) (. .))`, of which `(S (NP (NNP)) (VP (VBD)) (.))` is left.
        layers: How many layers from the root to keep, the root's own included; None keeps all.
    """
    shown, depth = [], 0
    for piece in re.findall(r"\([^\s()]*|\)", _LEAF.sub(r"(\1)", tree)):
        depth += piece != ")"
        if layers is None or depth <= layers:
            shown.append(piece)
        depth -= piece == ")"
    return re.sub(r"(?<=.)\(", " (", "".join(shown))


def signal_tokens(signals: Iterable[str]) -> list[str]:
    """What of these signals a student reads best as one token each: brackets with their labels, leaves, and buckets."""
    return sorted({token for signal in signals for token in re.findall(r"\([^\s()]+\)?|[a-z]+ [\d.]+", signal)})


def bucket(value: float, bounds: Sequence[float]) -> float | None:
    """The bucket that a value lies in, by its upper bound; None above the last.

    Args:
        value: Such as the words of a summary over those of its source.
        bounds: The upper bounds of the buckets, rising; a bound belongs to the bucket below it.
    """
    return next((bound for bound in bounds if value <= bound), None)


def summary_signal(compression: float | None = None, abstraction: float | None = None) -> str:
    """The buckets that a summary shall lie in, as a student reads them; None does not ask.

    Args:
        compression: The upper bound of a bucket of the summary's words over those of the source.
        abstraction: The same of the share of the summary's words that the source has not.
    """
    asked = {"compression": compression, "abstraction": abstraction}
    return " ".join(f"{name} {bound:g}" for name, bound in asked.items() if bound is not None)
