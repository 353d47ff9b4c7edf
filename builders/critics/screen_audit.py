"""What share of the pairs that the NLI model would keep the screen has let pass, by the sample of its drops."""

from collections.abc import Mapping
from typing import Any


def screen_recall(counts: Mapping[str, int]) -> dict[str, Any] | None:
    """The recall of the screen in a stage of pairs.

    Args:
        counts: Of the stage.

    Returns:
        `audited`, the dropped pairs that were put to the NLI model; `missed`, how many of them it would have kept;
        `recall`, and `low` and `high` of its 95% interval (Clopper and Pearson 1934, on the share missed). None without
        a screen, and where nothing was audited or nothing kept.
    """
    audited, missed = counts.get("screen_audited", 0), counts.get("screen_missed", 0)
    passed, dropped = counts.get("equivalent", 0), counts.get("dropped:screen", 0)
    if not audited or not passed:
        return None
    from scipy.stats import beta  # slow to import

    lowest = float(beta.ppf(0.025, missed, audited - missed + 1)) if missed else 0.0
    highest = float(beta.ppf(0.975, missed + 1, audited - missed)) if missed < audited else 1.0
    recall, low, high = (passed / (passed + share * dropped) for share in (missed / audited, highest, lowest))
    return {"audited": audited, "missed": missed, "recall": recall, "low": low, "high": high}
