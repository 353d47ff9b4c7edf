"""A run folder: each method makes one stage of it, with all that it needs, or finds it done."""

import functools
import itertools
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from builders.critics.screen_calibration import calibrated_once, needs_calibration
from builders.critics.settings import CriticsConfig
from builders.deduplication import deduplication_stage
from builders.errors import RunError
from builders.files import atomic_path, remove_abandoned
from builders.journal import Stage
from builders.preference import preference_config
from builders.sampling import sample_stage
from builders.sampling_config import SamplingConfig
from builders.stage import candidates, pairs_stage
from model_cards.usage_code import add_usage_code
from scripts.inference_code import inference_code
from scripts.recipe import Recipe
from scripts.recipe_text import recipe_text
from scripts.timings import Timings
from trainers.finetuning import fine_tune
from trainers.finetuning_config import FineTuningConfig
from trainers.self_distillation import candidates_stage
from trainers.training_pairs import training_pairs

if TYPE_CHECKING:
    from builders.pairs_builder import PairsBuilder

T = TypeVar("T")


def once(method: Callable[..., T]) -> Callable[..., T]:
    """A method of `Pipeline` whose result is kept, since many stages ask for the same one."""

    @functools.wraps(method)
    def kept(self: "Pipeline", *arguments: Any) -> T:
        asked = (method.__name__, *arguments)
        if asked not in self.made:
            self.made[asked] = method(self, *arguments)
        return self.made[asked]

    return kept


class Pipeline:
    """The stages of one recipe in one folder.

    Args:
        recipe: What to run.
        folder: Where; made when missing.
        only: `(i, n)`: this process's part of the shards, for a run split over machines.
        keep_rejects: Whether dropped pairs are written too.
    """

    def __init__(
        self, recipe: Recipe, folder: Path, only: tuple[int, int] | None = None, keep_rejects: bool = False
    ) -> None:
        self.recipe, self.folder, self.only, self.keep_rejects = recipe, folder, only, keep_rejects
        self.timings = Timings(folder / "timings.json")
        self.made: dict[tuple[Any, ...], Any] = {}
        remove_abandoned(Path(place, name) for place, *inside in os.walk(folder) for name in itertools.chain(*inside))
        path, text = folder / "recipe.yaml", recipe_text(recipe).encode("utf-8")
        if not path.is_file() or path.read_bytes() != text:  # parts of a stage may be starting on other machines
            with atomic_path(path) as partial:
                partial.write_bytes(text)

    @property
    def last_round(self) -> int:
        """The round whose student is released."""
        return 1 if self.recipe.self_distillation else 0

    @once
    def samples(self, round_number: int) -> Stage:
        """Teacher samples of a round; a later round draws fresh contexts and needs few sentences of each."""
        name, self_distillation = f"round-{round_number}", self.recipe.self_distillation
        if round_number and self_distillation:
            k = max(2, self_distillation.sentences_per_context)
            return self._sample(self._fresh_contexts(), name, name, k)
        has_later = self_distillation and self.recipe.sampling.corpus  # without a corpus, all rounds begin alike
        later = self._fresh_contexts() if has_later else None
        return self._sample(self.recipe.sampling, name, name, None, later)

    @once
    def pairs(self, round_number: int) -> Stage:
        """Scored pairs of a round: the teacher's (D_T), or the student's own (D_para)."""
        recipe, folder = self.recipe, self.folder / "pairs" / f"round-{round_number}"
        samples, keep = self.samples(round_number), self.keep_rejects
        if round_number == 0:
            with self._timed("pairs round 0"):
                return pairs_stage(samples, self.critics(), folder, 0, recipe.workers, self.only, keep)
        assert recipe.self_distillation is not None
        student = self.student(round_number - 1)
        settings = (self.critics(), recipe.self_distillation)
        with self._timed(f"pairs round {round_number}"):
            return candidates_stage(
                samples,
                student,
                *settings,
                recipe.sampling.domain,
                folder,
                round_number,
                recipe.seed,
                recipe.workers,
                self.only,
                keep,
            )

    @once
    def critics(self) -> CriticsConfig:
        """The recipe's critics, a screen without a threshold calibrated on the first contexts of round 0."""
        critics, samples = self.recipe.critics, self.samples(0)
        if not needs_calibration(critics):
            return critics
        with self._timed("screen calibration"):
            return calibrated_once(critics, candidates(samples, critics), samples.fingerprint, self.folder / "pairs")

    @once
    def student(self, round_number: int) -> Path:
        """The student of a round, trained on that round's pairs from the student of the round before."""
        settings = self.recipe.student
        rounds = [self.pairs(number) for number in range(round_number + 1)]
        if round_number == 0:
            return self._train(settings.base, rounds, settings.training, "round-0")
        return self._train(str(self.student(round_number - 1)), rounds, settings.self_training, f"round-{round_number}")

    @once
    def more_training(self) -> Path:
        """The control that trains round 0's student just as long on the old pairs."""
        return self._train(str(self.student(0)), [self.pairs(0)], self._same_compute(), "control-more-training")

    @once
    def fresh_pairs(self) -> Path:
        """The control that trains it just as long on ordinary pairs of the fresh contexts."""
        rounds = [self.pairs(0), self.pairs_of_fresh_contexts()]
        return self._train(str(self.student(0)), rounds, self._same_compute(), "control-fresh-pairs")

    @once
    def pairs_of_fresh_contexts(self) -> Stage:
        """Ordinary pairs, as round 0 makes them, of the contexts that self-distillation drew."""
        samples = self._sample(self._fresh_contexts(), "round-1", "control-fresh-pairs", None)
        folder = self.folder / "pairs" / "control-fresh-pairs"
        with self._timed("pairs control"):
            workers, keep = self.recipe.workers, self.keep_rejects
            return pairs_stage(samples, self.critics(), folder, 1, workers, self.only, keep)

    @once
    def dataset(self) -> "PairsBuilder":
        """The assembled dataset of all rounds, written as a Hub-shaped folder with its preference rows beside it."""
        from builders.release import update_dataset  # datasets is slow to import

        domain, rounds = self.recipe.sampling.domain.name, [self.pairs(number) for number in range(self.last_round + 1)]
        builder = self.builder(rounds)
        with self._timed("dataset"):
            for each in (builder, self.builder(rounds, preference_config(domain))):
                update_dataset(each, self.dataset_folder, self.folder / "cache", self.recipe.rows_per_file)
        return builder

    @property
    def dataset_folder(self) -> Path:
        """Of the dataset repository."""
        return self.folder / ("dimsum" if self.recipe.task == "summary" else "dimple")

    @once
    def release_student(self) -> Path:
        """The final student as a model repository of its own."""
        student, out = self.student(self.last_round), self.folder / "student"
        record = out / "training.json"
        if record.is_file() and record.read_bytes() == (student / "training.json").read_bytes():
            return out
        with atomic_path(out) as partial:
            partial.mkdir()
            for file in sorted(student.iterdir()):
                shutil.copyfile(file, partial / file.name)
            if (out / "README.md").is_file():  # people may have written in it
                shutil.copyfile(out / "README.md", partial / "README.md")
            add_usage_code(partial, inference_code())
        return out

    def _fresh_contexts(self) -> SamplingConfig:
        """Sampling of contexts that no round has seen: the teacher's own, since a corpus serves round 0 alone."""
        assert self.recipe.self_distillation is not None
        contexts = self.recipe.self_distillation.contexts
        return replace(self.recipe.sampling, contexts=contexts, corpus=None)

    def _sample(
        self, config: SamplingConfig, round_name: str, folder: str, k: int | None, later: SamplingConfig | None = None
    ) -> Stage:
        recipe = self.recipe
        with self._timed(f"samples {folder}"):
            out = self.folder / "samples" / folder
            return sample_stage(config, recipe.seed, out, round_name, recipe.workers, k, self.only, later)

    def _train(self, base: str, rounds: list[Stage], config: FineTuningConfig, name: str) -> Path:
        """Trains on the last of the rounds, without what stands in the test split of any."""
        for pairs in rounds:
            if lacking := len(pairs.missing()):
                raise RunError(f"{pairs.folder} lacks {lacking} shards; run the other parts of the stage first")
        splits, last = self.builder(rounds).assembly.splits, len(rounds) - 1
        rows = {split: [row for row in table.to_pylist() if row["round"] == last] for split, table in splits.items()}
        train = training_pairs(rows["train"], self.recipe.task, config.both_directions)
        validation = [(row["source"], row["target"]) for row in rows["validation"]]
        with self._timed(f"students {name}"):
            return fine_tune(base, train, validation, config, self.folder / "students" / name, self.recipe.seed)

    def builder(self, rounds: list[Stage], config: str | None = None) -> "PairsBuilder":
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

    def _duplicates(self, rounds: list[Stage]) -> Stage | None:
        """The near-duplicates among the pairs of these rounds, where the recipe asks for them to be found."""
        if self.recipe.deduplication is None:
            return None
        name = "+".join(stage.folder.name for stage in rounds)
        with self._timed(f"deduplication {name}"):
            return deduplication_stage(rounds, self.recipe.deduplication, self.folder / "deduplication" / name)

    def _same_compute(self) -> FineTuningConfig:
        """The training of the self-distilled student with as many updates as it made."""
        record = json.loads((self.student(1) / "training.json").read_text(encoding="utf-8"))
        return replace(self.recipe.student.self_training, max_steps=record["steps"])

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        # Parts of a stage may end at one time on many machines, and their times say little of the whole.
        with self.timings.of(stage) if self.only is None else nullcontext():
            yield
