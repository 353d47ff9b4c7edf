"""A run folder: the stages of a recipe from teacher samples to what is released."""

import json
import shutil
import sys
from dataclasses import replace
from filecmp import cmp
from pathlib import Path
from typing import TYPE_CHECKING

from builders.control import control_config, trees_stage
from builders.files import atomic_path
from builders.journal import Stage
from builders.preference import preference_config
from builders.stage import pairs_stage
from model_cards.usage_code import add_usage_code
from scripts.control import train_led_student
from scripts.inference_code import inference_code
from scripts.preference_rows import preference_rows
from scripts.round_stages import RoundStages, once
from scripts.rounds import Rounds, brings_nothing, yield_of
from scripts.true_pairs import train_on_true_pairs
from trainers.finetuning import fine_tune
from trainers.finetuning_config import FineTuningConfig
from trainers.inputs import CONTROL
from trainers.preference import prefer
from trainers.preference_config import PreferenceConfig
from trainers.released_student import copy_student, is_adapter, released_merged
from trainers.training_pairs import PreferenceRow

if TYPE_CHECKING:
    from builders.pairs_builder import PairsBuilder


class Pipeline(RoundStages):
    """The whole of a run: how many rounds there are, the controls beside them, the dataset and the final student.

    The arguments are those of `RoundStages`.
    """

    @once
    def rounds(self) -> Rounds:
        """The rounds, made and trained on one after the other until one brings nothing or all are done."""
        asked = self.recipe.self_distillation.rounds if self.recipe.self_distillation else 0
        before = None
        for number in range(1, asked + 1):
            found = yield_of(self.pairs(number))
            if stopped := brings_nothing(number, before, found):
                print(f"self-distillation stops here: {stopped}", file=sys.stderr)
                return Rounds(number, number - 1, stopped)
            self.student(number)
            before = found
        return Rounds(asked, asked)

    @once
    def final_student(self) -> Path:
        """The student that the run ends with."""
        if self.recipe.preference:
            return self.preferred_student()
        return self.led_student() if self.recipe.control else self.student(self.rounds().trained)

    @once
    def led_student(self) -> Path:
        """The student that follows an exemplar's form or keeps to a length, where the recipe has control."""
        self.trees()
        return train_led_student(self, self.dataset_rounds(), self.student(self.rounds().trained))

    @once
    def trees(self) -> list[Stage]:
        """The parses of the dataset's pairs, where a student is led by them."""
        parser, workers = self.recipe.control_parser, self.recipe.workers
        if parser is None:
            return []
        with self.timed("parses"):
            return [trees_stage(pairs, parser, workers, self.only) for pairs in self.dataset_rounds()]

    def dataset_rounds(self) -> list[Stage]:
        """The pairs of all rounds, which make the dataset."""
        return [self.pairs(number) for number in range(self.rounds().made + 1)]

    @once
    def preferred_student(self) -> Path:
        """The student of the last round, trained on the preference rows of all rounds."""
        base, rows = str(self.student(self.rounds().trained)), self.preference_rows()
        out = self.folder / "students" / "preferred"
        with self.timed("students preferred"):
            return prefer(base, rows["train"], rows["validation"], self.preference, out, self.recipe.seed)

    @once
    def chosen_only(self) -> Path:
        """The control that fine-tunes the same student, with as many updates, on what the critics accepted alone."""
        record = json.loads((self.preferred_student() / "training.json").read_text(encoding="utf-8"))
        config = replace(self.preference.training, max_steps=record["steps"], both_directions=False)
        pairs = {split: [(row.prompt, row.chosen) for row in rows] for split, rows in self.preference_rows().items()}
        base, out = str(self.student(self.rounds().trained)), self.folder / "students" / "control-chosen-only"
        with self.timed("students control-chosen-only"):
            return fine_tune(base, pairs["train"], pairs["validation"], config, out, self.recipe.seed)

    @once
    def preference_rows(self) -> dict[str, list[PreferenceRow]]:
        """The preference rows of the dataset by split, of the rounds that the recipe wants to train on."""
        builder = self.builder(self.dataset_rounds(), preference_config(self.recipe.sampling.domain.name))
        return preference_rows(builder, self.preference.since)

    @property
    def preference(self) -> PreferenceConfig:
        """Settings of training by preference, which the recipe has where this is asked for."""
        assert self.recipe.preference is not None
        return self.recipe.preference

    @once
    def more_training(self) -> Path:
        """The control that trains round 0's student just as long on the old pairs."""
        return self.train(str(self.student(0)), [self.pairs(0)], self._same_compute(), "control-more-training")

    @once
    def fresh_pairs(self) -> Path:
        """The control that trains it just as long on ordinary pairs of the first fresh contexts."""
        rounds = [self.pairs(0), self.pairs_of_fresh_contexts()]
        return self.train(str(self.student(0)), rounds, self._same_compute(), "control-fresh-pairs")

    @once
    def pairs_of_fresh_contexts(self) -> Stage:
        """Ordinary pairs, as round 0 makes them, of the contexts that self-distillation drew first."""
        samples = self.sample(self.fresh_contexts(), "round-1", "control-fresh-pairs", None)
        folder = self.folder / "pairs" / "control-fresh-pairs"
        with self.timed("pairs control"):
            workers, keep = self.recipe.workers, self.keep_rejects
            return pairs_stage(samples, self.critics(), folder, 1, workers, self.only, keep)

    @once
    def true_pairs(self) -> Path:
        """The ceiling: the same base, trained just as long as the students of all rounds on pairs that are true."""
        return train_on_true_pairs(self, [self.student(number) for number in range(self.rounds().trained + 1)])

    @once
    def dataset(self) -> "PairsBuilder":
        """The assembled dataset of all rounds, written as a Hub-shaped folder with the configurations beside it.

        Those are its preference rows and, where a student is led by trees, the pairs with the parses of their targets.
        """
        from builders.release import update_dataset  # datasets is slow to import

        domain = self.recipe.sampling.domain.name
        rounds = self.dataset_rounds()
        builder = self.builder(rounds)
        beside = [preference_config(domain), *([control_config(domain)] if self.trees() else [])]
        with self.timed("dataset"):
            for each in (builder, *(self.builder(rounds, name) for name in beside)):
                update_dataset(each, self.dataset_folder, self.folder / "cache", self.recipe.rows_per_file)
        return builder

    @property
    def dataset_folder(self) -> Path:
        """Of the dataset repository."""
        return self.folder / ("dimsum" if self.recipe.task == "summary" else "dimple")

    @once
    def release_student(self) -> Path:
        """The final student as a model repository of its own."""
        student, out = self.final_student(), self.folder / "student"
        merged, code = released_merged(student, self.recipe.student.release), inference_code()
        decides = {name: student / name for name in ("training.json", CONTROL) if (student / name).is_file()} | code
        is_same = all((out / name).is_file() and cmp(out / name, path, shallow=False) for name, path in decides.items())
        if is_same and merged == (is_adapter(student) and not is_adapter(out)):
            return out
        with atomic_path(out) as partial:
            partial.mkdir()
            copy_student(student, partial, merged)
            if (out / "README.md").is_file():  # people may have written in it
                shutil.copyfile(out / "README.md", partial / "README.md")
            add_usage_code(partial, code)
        return out

    def _same_compute(self) -> FineTuningConfig:
        """A training with as many updates as self-distillation made behind round 0."""
        last, settings = self.rounds().trained, self.self_distillation
        trained = [last] if settings.train_from == "base" else range(1, last + 1)
        records = [self.student(number) / "training.json" for number in trained]
        steps = sum(json.loads(record.read_text(encoding="utf-8"))["steps"] for record in records)
        return replace(self.recipe.student.self_training, max_steps=steps)
