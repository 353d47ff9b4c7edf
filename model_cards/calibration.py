"""What a person's labels said of the semantic critic, where `impossible calibrate` has left it in the run folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_cards.run_folder import CardError, read_json


@dataclass(frozen=True)
class Measured:
    """A share with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class CriticCalibration:
    """`calibration/calibration.json` of a run.

    Args:
        model: The NLI model.
        threshold: Least probability of entailment.
        labelled: How many pairs have a label.
        scored: How many candidates they stand for.
        precision: None where no pair that the critic accepts was labelled.
        recall: None where no pair was labelled as true.
    """

    model: str
    threshold: float
    labelled: int
    scored: int
    precision: Measured | None
    recall: Measured | None


def read_calibration(run: Path) -> CriticCalibration | None:
    """The calibration of a run; None when there is none, or the pairs have been made anew since.

    Raises:
        CardError: A file of it cannot be read.
    """
    path, stage = run / "calibration" / "calibration.json", run / "pairs" / "round-0" / "stage.json"
    if not path.is_file() or not stage.is_file():
        return None
    data = read_json(path)
    try:
        if data["pairs_stage"] != read_json(stage)["fingerprint"]:
            return None
        point = data["at_threshold"]
        return CriticCalibration(
            model=str(data["model"]),
            threshold=float(data["threshold"]),
            labelled=int(data["labelled"]),
            scored=int(data["scored"]),
            precision=_measured(point["precision"]),
            recall=_measured(point["recall"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CardError(f"{path} lacks or misstates {error}; run 'impossible calibrate' with --labels again") from error


def _measured(figure: Any) -> Measured | None:
    return None if figure is None else Measured(*(float(figure[name]) for name in ("value", "low", "high")))
