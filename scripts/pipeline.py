"""A run folder: each method makes one stage of it, with all that it needs, or finds it done."""

import functools
import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from builders.errors import RunError
from builders.files import atomic_path, write_json
from builders.journal import Stage
from builders.sampling import SamplingConfig, sample_stage
from builders.stage import pairs_stage
from scripts.recipe import Recipe, write_recipe
from trainers.finetuning import FineTuningConfig, fine_tune
from trainers.self_distillation import candidates_stage
from trainers.training_pairs import training_pairs

if TYPE_CHECKING:
    from builders.assembly import PairsBuilder

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
    """

    def __init__(self, recipe: Recipe, folder: Path, only: tuple[int, int] | None = None) -> None:
        self.recipe, self.folder, self.only = recipe, folder, only
        self.made: dict[tuple[Any, ...], Any] = {}
        with atomic_path(folder / "recipe.yaml") as partial:
            write_recipe(recipe, partial)

    @property
    def last_round(self) -> int:
        """The round whose student is released."""
        return 1 if self.recipe.self_distillation else 0

    @once
    def samples(self, round_number: int) -> Stage:
        """Teacher samples of a round; a later round draws fresh contexts and needs few sentences of each."""
        config, self_distillation = self.recipe.sampling, self.recipe.self_distillation
        k = None
        if round_number and self_distillation:
            config = replace(config, contexts=self_distillation.contexts)
            k = max(2, self_distillation.sentences_per_context)
        return self._sample(config, f"round-{round_number}", f"round-{round_number}", k)

    @once
    def pairs(self, round_number: int) -> Stage:
        """Scored pairs of a round: the teacher's (D_T), or the student's own (D_para)."""
        recipe, folder = self.recipe, self.folder / "pairs" / f"round-{round_number}"
        samples = self.samples(round_number)
        with self._timed(f"pairs round {round_number}"):
            if round_number == 0:
                return pairs_stage(samples, recipe.critics, folder, 0, recipe.workers, self.only)
            assert recipe.self_distillation is not None
            student = self.student(round_number - 1)
            return candidates_stage(
                samples,
                student,
                recipe.critics,
                recipe.self_distillation,
                folder,
                round_number,
                recipe.seed,
                recipe.workers,
                self.only,
            )

    @once
    def student(self, round_number: int) -> Path:
        """The student of a round, trained on that round's pairs from the student of the round before."""
        if round_number == 0:
            return self._train(self.recipe.student.base, self.pairs(0), self.recipe.student.training, "round-0")
        base = str(self.student(round_number - 1))
        return self._train(base, self.pairs(round_number), self.recipe.student.self_training, f"round-{round_number}")

    @once
    def more_training(self) -> Path:
        """The control that trains round 0's student just as long on the old pairs."""
        return self._train(str(self.student(0)), self.pairs(0), self._same_compute(), "control-more-training")

    @once
    def fresh_pairs(self) -> Path:
        """The control that trains it just as long on ordinary pairs of the fresh contexts."""
        pairs = self.pairs_of_fresh_contexts()
        return self._train(str(self.student(0)), pairs, self._same_compute(), "control-fresh-pairs")

    @once
    def pairs_of_fresh_contexts(self) -> Stage:
        """Ordinary pairs, as round 0 makes them, of the contexts that self-distillation drew."""
        assert self.recipe.self_distillation is not None
        config = replace(self.recipe.sampling, contexts=self.recipe.self_distillation.contexts)
        samples = self._sample(config, "round-1", "control-fresh-pairs", None)
        folder = self.folder / "pairs" / "control-fresh-pairs"
        with self._timed("pairs control"):
            return pairs_stage(samples, self.recipe.critics, folder, 1, self.recipe.workers, self.only)

    @once
    def dataset(self) -> "PairsBuilder":
        """The assembled dataset of all rounds, written as a Hub-shaped folder."""
        from builders.release import write_dataset  # datasets is slow to import

        rounds = [self.pairs(number) for number in range(self.last_round + 1)]
        builder = self.builder(rounds)
        with self._timed("dataset"):
            builder.download_and_prepare()
            write_dataset(builder, self.dataset_folder, self.recipe.sampling.domain, self.recipe.rows_per_file)
        return builder

    @property
    def dataset_folder(self) -> Path:
        """Of the dataset repository."""
        return self.folder / ("dimsum" if self.recipe.task == "summary" else "dimple")

    @once
    def release_student(self) -> Path:
        """The final student as a model repository of its own."""
        student, out = self.student(self.last_round), self.folder / "student"
        with atomic_path(out) as partial:
            shutil.copytree(student, partial)
        return out

    def timings(self) -> dict[str, float]:
        """Seconds that each stage took, summed over all the commands that worked on it."""
        path = self.folder / "timings.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    def _sample(self, config: SamplingConfig, round_name: str, folder: str, k: int | None) -> Stage:
        recipe = self.recipe
        with self._timed(f"samples {folder}"):
            out = self.folder / "samples" / folder
            return sample_stage(config, recipe.seed, out, round_name, recipe.workers, k, self.only)

    def _train(self, base: str, pairs: Stage, config: FineTuningConfig, name: str) -> Path:
        if not pairs.complete:
            raise RunError(
                f"{pairs.folder} lacks {len(pairs.missing())} shards; run the other parts of the stage first"
            )
        splits = self.builder([pairs]).assembly.splits
        recipe = self.recipe
        rows = {split: splits[split].to_pylist() for split in ("train", "validation")}
        train = training_pairs(rows["train"], recipe.task, config.both_directions)
        validation = [(row["source"], row["target"]) for row in rows["validation"]]
        with self._timed(f"students {name}"):
            return fine_tune(base, train, validation, config, self.folder / "students" / name, recipe.seed)

    def builder(self, rounds: list[Stage]) -> "PairsBuilder":
        """A `Dimple` or `Dimsum` builder over stages of pairs."""
        from builders.dimple import Dimple  # datasets is slow to import
        from builders.dimsum import Dimsum

        return (Dimsum if self.recipe.task == "summary" else Dimple)(
            config_name=self.recipe.sampling.domain,
            rounds=tuple(str(stage.folder) for stage in rounds),
            workers=self.recipe.workers,
            cache_dir=str(self.folder / "cache"),
        )

    def _same_compute(self) -> FineTuningConfig:
        """The training of the self-distilled student with as many updates as it made."""
        record = json.loads((self.student(1) / "training.json").read_text(encoding="utf-8"))
        return replace(self.recipe.student.self_training, max_steps=record["steps"])

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        seconds = time.monotonic() - started
        if seconds > 1:  # a stage that was found done takes less
            timings = self.timings()
            write_json(self.folder / "timings.json", timings | {stage: round(timings.get(stage, 0) + seconds, 1)})
