"""Early stopping and the best step, on students that really learn."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from builders.errors import RunError
from metrics.ibleu.sentence_bleu import sentence_ibleu
from metrics.rouge_l.overlap import rouge_l
from tests.trainers.conftest import PAIRS, SENTENCES
from tests.trainers.test_finetuning import CONFIG, LORA, history, weights
from trainers.best_weights import best_evaluation, evaluations
from trainers.finetuning import fine_tune
from trainers.kind import load_student
from trainers.paraphraser import Paraphraser

# A student that knows PAIRS by heart forgets them while it learns these.
OTHERS = [(source, SENTENCES[i - 2]) for i, source in enumerate(SENTENCES)]


def record(folder: Path) -> dict:
    return json.loads((folder / "training.json").read_text())


def validation_loss(folder: Path, pairs: list[tuple[str, str]]) -> float:
    """Of an encoder-decoder student, by transformers alone, pair by pair."""
    model, tokenizer = load_student(str(folder))
    total, count = 0.0, 0
    for source, target in pairs:
        labels = tokenizer(target, return_tensors="pt")["input_ids"]
        with torch.inference_mode():
            loss = model(**tokenizer(source, return_tensors="pt"), labels=labels).loss
        total, count = total + float(loss) * labels.numel(), count + labels.numel()
    return total / count


@pytest.mark.parametrize(
    ("metric", "figures", "best"),
    [("loss", [3.0, 2.0, 2.0, 4.0], 1), ("ibleu", [3.0, 5.0, 5.0, 4.0], 1), ("rouge_l", [0.1, 0.0], 0)],
)
def test_the_best_evaluation_is_the_first_of_the_best(metric, figures, best):
    log = [{"step": 10 * i, f"eval_{metric}": figure, "epoch": 1.0} for i, figure in enumerate(figures)]
    log.insert(1, {"step": 5, "loss": 0.0})
    read = evaluations(log, metric)
    assert read == [(10 * i, figure) for i, figure in enumerate(figures)]
    assert best_evaluation(read, metric) == best


@pytest.mark.parametrize("label_smoothing", [0.0, 0.3])
def test_the_validation_loss_is_the_mean_over_all_target_tokens_without_smoothing(label_smoothing, t5, pairs, tmp_path):
    config = replace(CONFIG, batch_size=4, evaluations=1, label_smoothing=label_smoothing)
    out = fine_tune(t5, pairs, PAIRS, config, tmp_path / "student", seed=0)
    [told] = history(out, "eval_loss")
    assert told == pytest.approx(validation_loss(out, PAIRS), rel=1e-5)


@pytest.mark.parametrize("config", [CONFIG, LORA], ids=["full", "lora"])
def test_the_weights_of_the_best_evaluation_are_kept(config, student, tmp_path):
    config = replace(config, evaluations=3, keep="best")
    out = fine_tune(str(student), OTHERS, PAIRS, config, tmp_path / "best", seed=0)
    figures = {e["step"]: e["eval_loss"] for e in record(out)["history"] if "eval_loss" in e}
    kept = record(out)["kept_step"]
    assert figures[kept] == min(figures.values())
    assert kept < record(out)["steps"] == 6
    assert validation_loss(out, PAIRS) == pytest.approx(figures[kept], rel=1e-4)
    last = fine_tune(str(student), OTHERS, PAIRS, replace(config, keep="last"), tmp_path / "last", seed=0)
    assert record(last)["kept_step"] == 6
    assert validation_loss(last, PAIRS) == pytest.approx(figures[6], rel=1e-4)


def test_a_training_stops_after_so_many_evaluations_without_a_better_one(student, tmp_path):
    config = replace(CONFIG, max_steps=24, evaluations=12, patience=2)
    out = fine_tune(str(student), OTHERS, PAIRS, config, tmp_path / "student", seed=0)
    losses = history(out, "eval_loss")
    assert record(out)["steps"] == record(out)["kept_step"] == 2 * len(losses) < 24
    waits = [step - losses.index(min(losses[: step + 1])) for step in range(len(losses))]
    assert waits[-1] == 2
    assert max(waits[:-1]) == 1


@pytest.mark.parametrize(("metric", "scale"), [("ibleu", 100.0), ("rouge_l", 1.0)])
@pytest.mark.parametrize("base", ["student", "decoder"])  # they write whole sentences
def test_a_figure_of_what_is_written_is_that_of_the_saved_student(base, metric, scale, request, tmp_path):
    base = str(request.getfixturevalue(base))
    config = replace(CONFIG, learning_rate=1e-3, max_steps=4, evaluations=2, metric=metric)
    plain = [f"{source} Truly." for source, _ in PAIRS]
    out = fine_tune(base, PAIRS, PAIRS, config, tmp_path / "student", seed=0, plain_sources=plain)
    student = Paraphraser.from_pretrained(str(out))
    written = student.paraphrase([source for source, _ in PAIRS], max_new_tokens=CONFIG.max_length)
    outputs = [text for [text] in written]
    rows = list(zip(plain, outputs, [target for _, target in PAIRS], strict=True))
    oracle = [sentence_ibleu(*row) if metric == "ibleu" else rouge_l(row[2], row[1]) for row in rows]
    told = history(out, f"eval_{metric}")
    assert len(told) == len(history(out, "eval_loss")) == 2
    assert told[-1] == pytest.approx(sum(oracle) / len(oracle))
    assert 0.2 * scale < told[-1] <= scale


def test_evaluating_changes_no_weights(t5, pairs, tmp_path):
    often = replace(CONFIG, metric="rouge_l", evaluations=6)
    watched = fine_tune(t5, pairs, PAIRS, often, tmp_path / "often", seed=0)
    assert weights(watched) == weights(fine_tune(t5, pairs, [], CONFIG, tmp_path / "never", seed=0))


@pytest.mark.parametrize("setting", [{"patience": 1}, {"keep": "best"}], ids=str)
def test_without_validation_pairs_there_is_no_best_step(setting, t5, pairs, tmp_path):
    with pytest.raises(RunError, match="needs validation pairs") as caught:
        fine_tune(t5, pairs, [], replace(CONFIG, **setting), tmp_path / "student", seed=0)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
