"""What a calibration measures: the semantic critic of a run, on the candidates of its round 0."""

from dataclasses import dataclass
from pathlib import Path

from builders.config import fingerprint, from_mapping
from builders.critics.base import CriticConfig
from builders.critics.semantic_equivalence import SemanticEquivalenceConfig
from builders.critics.settings import CriticsConfig
from builders.errors import RunError, UsageError
from builders.files import check_run_folder
from builders.journal import Stage


@dataclass(frozen=True)
class CalibratedStage:
    """Round 0 of a run, and the critic that is measured on it.

    Args:
        pairs: The stage of its pairs.
        samples: The stage of its samples.
        critics: In order.
        semantic: The one that is measured.
    """

    pairs: Stage
    samples: Stage
    critics: CriticsConfig
    semantic: SemanticEquivalenceConfig

    @classmethod
    def of(cls, run: Path) -> "CalibratedStage":
        """Round 0 of the run in a folder.

        Raises:
            UsageError: There is no such run, or it has no semantic critic.
            RunError: It has no pairs of round 0.
        """
        check_run_folder(run)
        pairs, samples = (Stage.load(run / kind / "round-0") for kind in ("pairs", "samples"))
        critics = from_mapping(CriticsConfig, pairs.description["critics"], "critics")
        if (semantic := critics.semantic) is None:
            raise UsageError(f"the recipe of {run} has no semantic_equivalence critic; there is nothing to calibrate")
        if missing := len(samples.missing()):
            raise RunError(f"{samples.folder} lacks {missing} of {samples.num_shards} shards; finish that stage first")
        return cls(pairs, samples, critics, semantic)

    @property
    def before(self) -> tuple[CriticConfig, ...]:
        """The critics that judge before it."""
        return self.critics.critics[: self.critics.critics.index(self.semantic)]

    def scored_by(self) -> str:
        """Changes with whatever changes the candidates or their scores; the threshold does not."""
        settings = {name: value for name, value in self.semantic.identity().items() if name != "min_entailment"}
        before = [critic.identity() for critic in self.before]
        return fingerprint("calibration", self.samples.fingerprint, settings, before)
