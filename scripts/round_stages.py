"""The stages of a recipe's rounds in one folder: samples, pairs, students; each is made once, or found done."""

import functools
import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from builders.answers import answers_stage
from builders.critics.screen_calibration import calibrated_once, needs_calibration
from builders.critics.settings import CriticsConfig
from builders.deduplication import deduplication_stage
from builders.errors import RunError
from builders.files import atomic_path, remove_abandoned
from builders.journal import Stage
from builders.sampling import sample_stage
from builders.sampling_config import SamplingConfig
from builders.stage import candidates, pairs_stage
from scripts.recipe import Recipe
from scripts.recipe_text import recipe_text
from scripts.timings import Timings
from trainers.finetuning import fine_tune
from trainers.finetuning_config import FineTuningConfig
from trainers.self_distillation import candidates_stage
from trainers.self_distillation_config import SelfDistillationConfig
from trainers.training_pairs import TextPair, training_pairs

if TYPE_CHECKING:
    from builders.pairs_builder import PairsBuilder

T = TypeVar("T")


def once(method: Callable[..., T]) -> Callable[..., T]:
    """A method of `RoundStages` whose result is kept, since many stages ask for the same one."""

    @functools.wraps(method)
    def kept(self: "RoundStages", *arguments: Any) -> T:
        asked = (method.__name__, *arguments)
        if asked not in self.made:
            self.made[asked] = method(self, *arguments)
        return self.made[asked]

    return kept


@dataclass(frozen=True)
class SharedStages:
    """Folders of stages that runs have in common which differ in what comes after.

    Args:
        samples: Of the teacher.
        answers: Of the critics' NLI model on the samples of round 0.
    """

    samples: Path
    answers: Path


class RoundStages:
    """What every round is made of.

    Args:
        recipe: What to run.
        folder: Where; made when missing.
        only: `(i, n)`: this process's part of the shards, for a run split over machines.
        keep_rejects: Whether dropped pairs are written too.
        shared: Where runs that differ in what comes after have their first stages in common.
    """

    def __init__(
        self,
        recipe: Recipe,
        folder: Path,
        only: tuple[int, int] | None = None,
        keep_rejects: bool = False,
        shared: SharedStages | None = None,
    ) -> None:
        self.recipe, self.folder, self.only, self.keep_rejects = recipe, folder, only, keep_rejects
        self.shared = shared
        self.samples_folder = shared.samples if shared else folder / "samples"
        self.timings = Timings(folder / "timings.json")
        self.made: dict[tuple[Any, ...], Any] = {}
        remove_abandoned(Path(place, name) for place, *inside in os.walk(folder) for name in itertools.chain(*inside))
        path, text = folder / "recipe.yaml", recipe_text(recipe).encode("utf-8")
        if not path.is_file() or path.read_bytes() != text:  # parts of a stage may be starting on other machines
            with atomic_path(path) as partial:
                partial.write_bytes(text)

    @property
    def self_distillation(self) -> SelfDistillationConfig:
        """Settings of the rounds after the first, which the recipe has where this is asked for."""
        assert self.recipe.self_distillation is not None
        return self.recipe.self_distillation

    @once
    def samples(self, round_number: int) -> Stage:
        """Teacher samples of a round; a later round draws fresh contexts and needs few sentences of each."""
        name = f"round-{round_number}"
        if round_number:
            k = max(2, self.self_distillation.sentences_per_context)
            return self.sample(self.fresh_contexts(), name, name, k)
        has_later = self.recipe.self_distillation and self.recipe.sampling.corpus
        later = self.fresh_contexts() if has_later else None  # without a corpus, all rounds begin alike
        return self.sample(self.recipe.sampling, name, name, None, later)

    @once
    def pairs(self, round_number: int) -> Stage:
        """Scored pairs of a round: the teacher's (D_T), or the student's own (D_para)."""
        recipe, name = self.recipe, f"round-{round_number}"
        samples, folder = self.samples(round_number), self.folder / "pairs" / name
        if round_number == 0:
            with self.timed("pairs round 0"):
                critics, workers, answers = self.critics(), recipe.workers, self.answers()
                return pairs_stage(samples, critics, folder, 0, workers, self.only, self.keep_rejects, answers)
        student, earlier = self.student(round_number - 1), [self.pairs(number) for number in range(round_number)]
        with self.timed(f"pairs round {round_number}"):
            return candidates_stage(
                samples,
                student,
                earlier,
                self.critics(),
                self.self_distillation,
                recipe.sampling.domain,
                folder,
                round_number,
                recipe.seed,
                recipe.workers,
                self.only,
                self.keep_rejects,
            )

    @once
    def answers(self) -> Stage | None:
        """What the critics' NLI model says of the teacher's sentences, where runs share it and the critics ask one."""
        models = self.recipe.critics.nli_models
        if self.shared is None or not models:
            return None
        with self.timed("answers"):
            return answers_stage(self.samples(0), models[0], self.shared.answers, self.recipe.workers)

    @once
    def critics(self) -> CriticsConfig:
        """The recipe's critics, a screen without a threshold calibrated on the first contexts of round 0."""
        critics, samples = self.recipe.critics, self.samples(0)
        if not needs_calibration(critics):
            return critics
        with self.timed("screen calibration"):
            return calibrated_once(critics, candidates(samples, critics), samples.fingerprint, self.folder / "pairs")

    @once
    def student(self, round_number: int) -> Path:
        """The student of a round: of round 0 from the base, of a later one from the base or the student before."""
        settings, name = self.recipe.student, f"round-{round_number}"
        rounds = [self.pairs(number) for number in range(round_number + 1)]
        if round_number == 0:
            return self.train(settings.base, rounds, settings.training, name)
        if self.self_distillation.train_from == "base":
            return self.train(settings.base, rounds, settings.self_training, name, since=1)
        return self.train(str(self.student(round_number - 1)), rounds, settings.self_training, name)

    def fresh_contexts(self) -> SamplingConfig:
        """Sampling of contexts that no round has seen: the teacher's own, since a corpus serves round 0 alone."""
        return replace(self.recipe.sampling, contexts=self.self_distillation.contexts, corpus=None)

    def sample(
        self, config: SamplingConfig, round_name: str, folder: str, k: int | None, later: SamplingConfig | None = None
    ) -> Stage:
        """Teacher samples in a folder of that name; see `sample_stage`."""
        recipe = self.recipe
        with self.timed(f"samples {folder}"):
            out = self.samples_folder / folder
            return sample_stage(config, recipe.seed, out, round_name, recipe.workers, k, self.only, later)

    def train(
        self, base: str, rounds: Sequence[Stage], config: FineTuningConfig, name: str, since: int | None = None
    ) -> Path:
        """A student trained on the last of the rounds, or on all since one; see `training_rows`."""
        first = len(rounds) - 1 if since is None else since
        train, validation = self.training_pairs(rounds, first, config.both_directions)
        with self.timed(f"students {name}"):
            out, processes = self.folder / "students" / name, self.recipe.student.processes
            return fine_tune(base, train, validation, config, out, self.recipe.seed, processes=processes)

    def training_pairs(
        self, rounds: Sequence[Stage], first: int, both_directions: bool
    ) -> tuple[list[TextPair], list[TextPair]]:
        """What a student is trained and what it is validated on."""
        rows = self.training_rows(rounds, first)
        train = training_pairs(rows["train"], self.recipe.task, both_directions)
        return train, [(row["source"], row["target"]) for row in rows["validation"]]

    def training_rows(self, rounds: Sequence[Stage], first: int) -> dict[str, list[dict[str, Any]]]:
        """The assembled rows of each split from round `first` on, without what stands in the test split of any round.

        Raises:
            RunError: A round lacks shards.
        """
        for pairs in rounds:
            if lacking := len(pairs.missing()):
                raise RunError(f"{pairs.folder} lacks {lacking} shards; run the other parts of the stage first")
        splits = self.builder(rounds).assembly.splits
        return {split: [row for row in table.to_pylist() if row["round"] >= first] for split, table in splits.items()}

    def builder(self, rounds: Sequence[Stage], config: str | None = None) -> "PairsBuilder":
        """A `Dimple` or `Dimsum` builder over stages of pairs; its configuration is the domain if none is named."""
        from builders.dimple import Dimple  # datasets is slow to import
        from builders.dimsum import Dimsum

        duplicates = self._duplicates(rounds)
        return (Dimsum if self.recipe.task == "summary" else Dimple)(
            config_name=config or self.recipe.sampling.domain.name,
            rounds=tuple(str(stage.folder) for stage in rounds),
            deduplication=str(duplicates.folder) if duplicates else None,
            workers=self.recipe.workers,
            cache_dir=str(self.folder / "cache"),
        )

    def _duplicates(self, rounds: Sequence[Stage]) -> Stage | None:
        """The near-duplicates among the pairs of these rounds, where the recipe asks for them to be found."""
        if self.recipe.deduplication is None:
            return None
        name = "+".join(stage.folder.name for stage in rounds)
        with self.timed(f"deduplication {name}"):
            return deduplication_stage(list(rounds), self.recipe.deduplication, self.folder / "deduplication" / name)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Notes how long the block takes, under the stage's name."""
        # Parts of a stage may end at one time on many machines, and their times say little of the whole.
        with self.timings.of(stage) if self.only is None else nullcontext():
            yield
