"""A run folder as a finished run leaves it: `finished_run/` with students and tables made around it.

Its figures are invented.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

FINISHED_RUN = Path(__file__).parent / "finished_run"
STUDENTS = {
    "round-0": "microworld:models/student",
    "round-1": "students/round-0",
    "control-more": "students/round-0",
    "control-fresh": "students/round-0",
}
SUMMARY_CRITICS = [
    {"semantic_equivalence": {"model": "microworld:models/critic", "min_entailment": 0.75, "direction": "forward"}},
    {"compression": {"max": 0.8}},
    {"diversity": {"pairs_per_component": 1}},
]
PREFERENCE: dict[str, Any] = {
    "config": "microworld_news-preference",
    "splits": {"train": 13, "validation": 2, "test": 1},
    "rejected_by": {"entailment_backward": 3, "entailment_forward": 9, "rouge_l": 4},
}
SUMMARY_FIGURES = {
    "faithful_summary": {"value": 0.512, "n": 400, "standard_error": 0.025},
    "compression": {"value": 0.593, "n": 400, "standard_error": 0.006},
    "copy": {"value": 0.021, "n": 400, "standard_error": 0.007},
}

MakeRun = Callable[..., Path]


@pytest.fixture
def figures() -> dict[str, Any]:
    """`metrics.json` of a paraphrase run, for a test to change."""
    return json.loads((FINISHED_RUN / "metrics.json").read_text(encoding="utf-8"))


@pytest.fixture
def recipe() -> dict[str, Any]:
    """The recipe of that run, for a test to change."""
    return yaml.safe_load((FINISHED_RUN / "recipe.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def summary_figures(figures: dict[str, Any]) -> dict[str, Any]:
    """`metrics.json` of a summary run."""
    [first, *_] = figures["rounds"]
    first["dropped"] = [
        {"reason": "entailment_forward", "count": 50000},
        {"reason": "compression", "count": 9000},
        {"reason": "diversity", "count": 1395},
    ]
    figures |= {"name": "microworld-news-summary", "task": "summary", "rounds": [first]}
    figures["dataset"]["rounds"] = {"0": 31}
    figures["evaluation"]["systems"] = figures["evaluation"]["systems"][:2]
    for system in figures["evaluation"]["systems"]:
        system["figures"] = SUMMARY_FIGURES
    return figures


@pytest.fixture
def summary_recipe(recipe: dict[str, Any]) -> dict[str, Any]:
    """A recipe with the critics of Appendix C."""
    return recipe | {"name": "microworld-news-summary", "task": "summary", "critics": SUMMARY_CRITICS, "notes": []}


@pytest.fixture
def make_run(tmp_path: Path, figures: dict[str, Any], recipe: dict[str, Any]) -> MakeRun:
    """Writes a run folder; what a test passes stands in for the finished run's own."""

    def write(
        figures: dict[str, Any] = figures,
        recipe: dict[str, Any] = recipe,
        pairs: list[tuple[str, str]] | None = None,
    ) -> Path:
        folder = tmp_path / "run"
        (folder / "student").mkdir(parents=True)
        (folder / "recipe.yaml").write_text(yaml.safe_dump(recipe, sort_keys=False), encoding="utf-8")
        (folder / "metrics.json").write_text(json.dumps(figures), encoding="utf-8")
        for name, base in STUDENTS.items():
            write_training(folder / "students" / name, base)
        last = "round-0" if figures["task"] == "summary" else "round-1"
        (folder / "student/training.json").write_bytes((folder / f"students/{last}/training.json").read_bytes())
        kind = "dimsum" if figures["task"] == "summary" else "dimple"
        if dataset := figures["dataset"]:
            examples = [(row["source"], row["output"]) for row in example_rows()]
            for split, rows in dataset["splits"].items():
                path = folder / kind / dataset["config"] / f"{split}-00000-of-00001.parquet"
                write_table(path, split, rows, kind, pairs or examples)
            if "preference" in dataset:
                write_preferences(folder / kind)
        return folder

    return write


@pytest.fixture
def run(make_run: MakeRun) -> Path:
    """A finished paraphrase run."""
    return make_run()


@pytest.fixture
def preference_run(run: Path) -> Path:
    """The same run with preference rows."""
    return add_preferences(run)


def add_preferences(run: Path) -> Path:
    """Gives a finished paraphrase run preference rows."""
    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    metrics["dataset"]["preference"] = PREFERENCE
    (run / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    write_preferences(run / "dimple")
    return run


def example_rows() -> list[dict[str, Any]]:
    """Outputs of the self-distilled student in the finished run."""
    data = json.loads((FINISHED_RUN / "metrics.json").read_text(encoding="utf-8"))
    return data["evaluation"]["systems"][2]["examples"]


def write_training(student: Path, base: str, method: str = "full") -> None:
    """Writes `training.json` of one student."""
    student.mkdir(parents=True)
    history: list[dict[str, float]] = []
    for step in range(20, 621, 20):
        history.append({"step": step, "loss": 0.62 + 4.1 * 0.985 ** (step / 2) + 0.05 * (step * 7 % 3)})
        if step % 200 == 0:
            history.append({"step": step, "eval_loss": 0.7 + 3.9 * 0.985 ** (step / 2)})
    record = {
        "fingerprint": f"fingerprint of {student.name}",
        "base": base,
        "method": method,
        "pairs": 1320,
        "settings": {"learning_rate": 0.001, "batch_size": 32, "schedule": "linear"},
        "history": history,
        "steps": 620,
        "seconds": 112.6,
    }
    (student / "training.json").write_text(json.dumps(record), encoding="utf-8")


def write_table(path: Path, split: str, rows: int, kind: str, pairs: list[tuple[str, str]]) -> None:
    """Writes one split in the columns of the published tables."""
    scores = {"compression": 0.61} if kind == "dimsum" else {"rouge_l": 0.41, "tree_edit_distance": 17}
    table = [
        {
            "id": f"{split}{index:012x}",
            "source": pairs[index % len(pairs)][0],
            "target": pairs[index % len(pairs)][1],
            "context": "OSLO (AP) -- Regulators met on Tuesday.",
            "context_id": f"c{index:04x}",
            "passage_id": f"p{index:04x}",
            "domain": "microworld_news",
            "round": index % 2,
            "entailment_forward": 0.991,
            "entailment_backward": 0.972,
            **scores,
        }
        for index in range(rows)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(table), path)


def write_preferences(dataset: Path) -> None:
    """The preference rows that `PREFERENCE` counts; no two are alike."""
    for split, rows in PREFERENCE["splits"].items():
        table = [
            {
                "prompt": f"Profit rose {index} percent in the {split} quarter.",
                "chosen": f"In the {split} quarter, profit was up {index} percent.",
                "rejected": f"Profit fell {index} percent in the {split} quarter.",
                "rejected_by": "entailment_forward",
            }
            for index in range(rows)
        ]
        path = dataset / PREFERENCE["config"] / f"{split}-00000-of-00001.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(table), path)
