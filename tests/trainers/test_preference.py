"""Trainings by preference of both kinds of student, against losses that are worked out here from plain logits."""

import json
import math
from dataclasses import replace

import pytest
import torch
from torch.nn.functional import logsigmoid

from builders.errors import ConfigError, RunError
from tests.trainers.conftest import PAIRS, SENTENCES
from tests.trainers.test_finetuning import CONFIG, LORA, history, weights
from trainers.finetuning import fine_tune
from trainers.kind import load_student
from trainers.paraphraser import Paraphraser
from trainers.preference import prefer
from trainers.preference_config import PreferenceConfig
from trainers.training_pairs import PreferenceRow

# Texts of many lengths, so that a batch pads prompts and answers.
ROWS = [
    PreferenceRow(source, target, f"{SENTENCES[number - 2]} So it was said."[5 * number :])
    for number, (source, target) in enumerate(PAIRS)
]
MANY = [PreferenceRow(f"{row.prompt} It is number {i}.", *row[1:]) for i in range(8) for row in ROWS]
METHODS = {"orpo": "t5", "dpo": "gpt2"}


@pytest.fixture(params=METHODS)
def base(request) -> str:
    """A student of the kind that the method is for."""
    return request.getfixturevalue(METHODS[request.param])


@pytest.fixture
def config(request, base) -> PreferenceConfig:
    return PreferenceConfig(method=request.node.callspec.params["base"], beta=0.3, training=CONFIG)


def with_training(config: PreferenceConfig, **settings) -> PreferenceConfig:
    return replace(config, training=replace(config.training, **settings))


def answer_scores(student: str, row: PreferenceRow, answer: str) -> torch.Tensor:
    """The log-probability of each token of an answer, the end token included, given the prompt."""
    model, tokenizer = load_student(student)
    if model.config.is_encoder_decoder:
        asked, labels = (tokenizer(text, return_tensors="pt")["input_ids"] for text in (row.prompt, answer))
        with torch.inference_mode():
            logits = model(input_ids=asked, labels=labels).logits
        return logits.log_softmax(-1).gather(-1, labels.unsqueeze(-1)).flatten()
    asked, whole = (tokenizer(text)["input_ids"] for text in (f"{row.prompt} =>", f"{row.prompt} => {answer}</s>"))
    with torch.inference_mode():
        scores = model(torch.tensor([whole])).logits[0, :-1].log_softmax(-1)
    return scores.gather(-1, torch.tensor(whole[1:]).unsqueeze(-1)).flatten()[len(asked) - 1 :]


def orpo_loss(student: str, rows: list[PreferenceRow], beta: float) -> float:
    """Section 4 of Hong et al. 2024, its logarithms in double precision."""
    losses = []
    for row in rows:
        chosen, rejected = (answer_scores(student, row, text).double().mean() for text in (row.chosen, row.rejected))
        log_odds = [score - torch.log(1 - torch.exp(score)) for score in (chosen, rejected)]
        losses.append(-chosen - beta * logsigmoid(log_odds[0] - log_odds[1]))
    return float(sum(losses) / len(losses))


def dpo_loss(student: str, reference: str, rows: list[PreferenceRow], beta: float) -> float:
    """Equation 7 of Rafailov et al. 2023."""
    losses = []
    for row in rows:
        gains = [
            (answer_scores(student, row, text).double().sum() - answer_scores(reference, row, text).double().sum())
            for text in (row.chosen, row.rejected)
        ]
        losses.append(-logsigmoid(beta * (gains[0] - gains[1])))
    return float(sum(losses) / len(losses))


def test_the_loss_of_orpo_is_that_of_its_paper(t5, tmp_path):
    config = PreferenceConfig(method="orpo", beta=0.7, training=replace(CONFIG, batch_size=len(ROWS)))
    out = prefer(t5, ROWS, ROWS[:4], config, tmp_path / "student", seed=0)
    assert history(out)[0] == pytest.approx(orpo_loss(t5, ROWS, beta=0.7), rel=1e-5)
    assert history(out, "eval_loss")[-1] == pytest.approx(orpo_loss(str(out), ROWS[:4], beta=0.7), rel=1e-5)


@pytest.mark.parametrize("training", [CONFIG, LORA], ids=["full", "lora"])
def test_the_loss_of_dpo_is_that_of_its_paper_with_the_base_as_reference(training, gpt2, tmp_path):
    config = PreferenceConfig(method="dpo", beta=0.7, training=training)
    out = prefer(gpt2, ROWS, ROWS[:4], config, tmp_path / "student", seed=0)
    assert history(out)[0] == pytest.approx(math.log(2), rel=1e-5)
    assert history(out, "eval_loss")[-1] == pytest.approx(dpo_loss(str(out), gpt2, ROWS[:4], beta=0.7), rel=1e-4)


@pytest.mark.parametrize("training", [CONFIG, LORA], ids=["merged", "continued"])
def test_the_reference_of_a_lora_student_is_that_student(training, gpt2, tmp_path):
    student = fine_tune(gpt2, PAIRS, [], LORA, tmp_path / "round-0", seed=0)
    config = PreferenceConfig(method="dpo", beta=0.7, training=training)
    out = prefer(str(student), ROWS, ROWS[:4], config, tmp_path / "student", seed=0)
    assert history(out)[0] == pytest.approx(math.log(2), rel=1e-5)
    expected = dpo_loss(str(out), str(student), ROWS[:4], beta=0.7)
    assert history(out, "eval_loss")[-1] == pytest.approx(expected, rel=1e-4)
    assert [path.name for path in out.iterdir() if path.is_dir()] == []  # no copy of the adapter that it began with


@pytest.mark.parametrize("training", [CONFIG, LORA], ids=["full", "lora"])
def test_loss_does_not_change_with_accumulation(training, base, config, tmp_path):
    whole = with_training(replace(config, training=training), batch_size=16)
    split = with_training(replace(config, training=training), batch_size=4, gradient_accumulation_steps=4)
    one, four = (
        history(prefer(base, MANY, [], each, tmp_path / str(each.training.batch_size), seed=0))
        for each in (whole, split)
    )
    assert one[-1] < one[0]
    assert four == pytest.approx(one, rel=1e-4)


def test_same_seed_gives_the_same_bytes(base, config, tmp_path):
    one, again, other = (
        weights(prefer(base, MANY, MANY[:4], config, tmp_path / name, seed=seed))
        for name, seed in (("one", 1), ("again", 1), ("other", 2))
    )
    assert one == again
    assert one != other


def test_the_student_comes_to_prefer_what_was_accepted(base, config, tmp_path):
    longer = with_training(config, max_steps=30)
    out = prefer(base, ROWS, ROWS, longer, tmp_path / "student", seed=0)
    assert history(out, "eval_reward_accuracy")[-1] == 1.0
    assert history(out, "eval_reward_margin")[-1] > history(out, "eval_reward_margin")[0]
    total = {text: sum(answer_scores(str(out), row, text).mean() for row in ROWS[:1]) for text in ROWS[0][1:]}
    assert total[ROWS[0].chosen] > total[ROWS[0].rejected]


def test_training_json_says_what_was_run_and_the_student_is_like_any_other(base, config, tmp_path):
    out = prefer(base, ROWS, ROWS[:4], with_training(config, evaluations=2), tmp_path / "student", seed=3)
    record = json.loads((out / "training.json").read_text())
    assert list(record) == [
        *("fingerprint", "base", "method", "rows", "settings", "history", "steps"),
        *("cut_sources", "cut_targets", "seconds"),
    ]
    assert (record["cut_sources"], record["cut_targets"]) == (0, 0)
    assert (record["method"], record["rows"], record["steps"]) == (config.method, len(ROWS), 6)
    assert record["settings"]["beta"] == 0.3
    assert [entry["step"] for entry in record["history"] if "eval_loss" in entry] == [3, 6]
    [output] = Paraphraser.from_pretrained(str(out)).paraphrase(ROWS[0].prompt)
    assert isinstance(output, str)


def test_a_finished_training_is_done_again_only_when_something_changed(base, config, tmp_path):
    out = prefer(base, ROWS, [], config, tmp_path / "student", seed=0)
    before = (out / "training.json").stat().st_mtime_ns
    prefer(base, ROWS, [], config, out, seed=0)
    assert (out / "training.json").stat().st_mtime_ns == before
    prefer(base, ROWS, [], replace(config, beta=0.4), out, seed=0)
    assert (out / "training.json").stat().st_mtime_ns != before


@pytest.mark.parametrize("method", METHODS)
def test_texts_that_are_too_long_lose_their_last_words_and_are_counted(method, request, tmp_path):
    config = PreferenceConfig(method=method, training=replace(CONFIG, max_length=20))
    student = request.getfixturevalue(METHODS[method])
    short = PreferenceRow("Acme posted a profit.", "It rained.", "It fell.")
    long = [PreferenceRow(*(f"{text} " + "and so on " * 40 for text in row)) for row in ROWS]
    out = prefer(student, [short, *long], [], config, tmp_path / "student", seed=0)
    record = json.loads((out / "training.json").read_text())
    assert (record["cut_sources"], record["cut_targets"]) == (len(long), 2 * len(long))


@pytest.mark.parametrize(("method", "kind"), [("dpo", "t5"), ("orpo", "gpt2")])
def test_a_method_for_the_other_kind_of_student_is_refused(method, kind, request, tmp_path):
    with pytest.raises(ConfigError, match=f"method {method} is for .* models, and .* set method: "):
        prefer(request.getfixturevalue(kind), ROWS, [], PreferenceConfig(method=method, training=CONFIG), tmp_path, 0)


def test_no_rows_is_one_line(base, config, tmp_path):
    with pytest.raises(RunError, match="no preference rows"):
        prefer(base, [], [], config, tmp_path / "student", seed=0)


def test_a_diverged_training_leaves_nothing(base, config, tmp_path):
    with pytest.raises(RunError, match="lower learning_rate"):
        prefer(base, ROWS, [], with_training(config, learning_rate=1e30), tmp_path / "student", seed=0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("setting", "value"), [("method", "ppo"), ("beta", 0.0), ("beta", math.inf), ("beta", math.nan)]
)
def test_settings_out_of_range_are_named(setting, value):
    with pytest.raises(ConfigError, match=setting):
        PreferenceConfig(**{"method": "orpo", "training": CONFIG, setting: value})


@pytest.mark.parametrize(
    "setting",
    [
        {"label_smoothing": 0.1},
        {"metric": "ibleu"},
        {"patience": 2},
        {"keep": "best"},
        {"checkpoints": 3},
        {"packing": True},
    ],
    ids=str,
)
def test_settings_that_a_training_by_preference_has_not_are_refused(setting):
    with pytest.raises(ConfigError, match=rf"training\.{next(iter(setting))} is nothing that dpo has"):
        PreferenceConfig(method="dpo", training=replace(CONFIG, **setting))


def test_activation_checkpointing_changes_no_loss(base, config, tmp_path):
    plain = history(prefer(base, ROWS, [], config, tmp_path / "plain", seed=0))
    saving = with_training(config, activation_checkpointing=True)
    assert history(prefer(base, ROWS, [], saving, tmp_path / "saving", seed=0)) == pytest.approx(plain, rel=1e-5)


def test_fp16_is_refused_for_a_t5(t5, tmp_path):
    config = PreferenceConfig(method="orpo", training=replace(CONFIG, precision="fp16"))
    with pytest.raises(ConfigError, match="precision 'fp16' gives NaN"):
        prefer(t5, ROWS, [], config, tmp_path / "student", seed=0)


@pytest.mark.parametrize("setting", [{"precision": "bf16"}, {"schedule": "cosine"}], ids=str)
def test_settings_reach_the_training(setting, base, config, tmp_path):
    plain = history(prefer(base, ROWS, [], config, tmp_path / "plain", seed=0))
    other = history(prefer(base, ROWS, [], with_training(config, **setting), tmp_path / "other", seed=0))
    assert other != plain
    assert other == pytest.approx(plain, rel=0.5)
