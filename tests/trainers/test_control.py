import json
from dataclasses import replace

import pytest
from transformers import AutoTokenizer

from builders.errors import ConfigError, RunError
from tests.trainers.conftest import PAIRS
from trainers.control import LedPair, abstraction, led_pairs, led_student, signal_settings
from trainers.control_config import ControlConfig
from trainers.finetuning_config import FineTuningConfig, LoraSettings
from trainers.paraphraser import Paraphraser

A, B = PAIRS[0]
ROW = {"source": A, "target": B, "source_tree": "(S (NP (N x)) (V y))", "target_tree": "(S (PP (P z)) (S (N x)))"}
SHORT = FineTuningConfig(learning_rate=1e-2, max_steps=6, batch_size=8, max_length=96)
TREES = ControlConfig(training=SHORT)
BUCKETS = ControlConfig(compression=(0.4, 0.8), training=SHORT)


def trained(base, pairs, config, out, validation=()):
    return led_student(base, pairs, validation, config, signal_settings(config, "paraphrase", "a:b"), out, seed=0)


def counts(student):
    return json.loads((student / "control.json").read_text())["pairs"]


def test_each_direction_of_a_pair_has_the_tree_of_its_own_target():
    assert led_pairs([ROW], TREES, "paraphrase") == [
        LedPair("(S (PP (P)) (S (N)))", A, B),
        LedPair("(S (NP (N)) (V))", B, A),
    ]
    one_way = replace(TREES, training=replace(SHORT, both_directions=False))
    assert led_pairs([ROW, ROW], one_way, "paraphrase") == [LedPair("(S (PP (P)) (S (N)))", A, B)]


def test_layers_shorten_the_signal():
    assert led_pairs([ROW], replace(TREES, layers=2), "paraphrase")[0].signal == "(S (PP) (S))"


@pytest.mark.parametrize(
    ("target", "signal"),
    [("a b", "compression 0.4"), ("a b c x", "compression 0.8"), ("a b c d x", "")],
)
def test_a_summary_has_the_signal_of_its_bucket_and_one_above_the_last_has_none(target, signal):
    [pair] = led_pairs([{"source": "a b c d e", "target": target}], BUCKETS, "summary")
    assert pair.signal == signal


def test_abstraction_is_the_share_of_new_words():
    assert abstraction("A b c.", "b x, y z!") == 0.75
    assert abstraction("A b.", "...") == 0.0


def test_a_led_student_says_what_leads_it_and_how_its_pairs_were_shown(t5, tmp_path):
    pairs = led_pairs([ROW], TREES, "paraphrase") * 4
    out = trained(t5, pairs, replace(TREES, unled=1.0), tmp_path / "led", pairs[:1])
    record = json.loads((out / "control.json").read_text())
    shown = {"led": 8, "unled": 8, "too_long": 0}
    assert record == {"signal": "tree", "layers": None, "parser": "a:b", "pairs": shown}
    training = json.loads((out / "training.json").read_text())
    assert training["pairs"] == 16
    assert any("eval_loss" in entry for entry in training["history"])


def test_a_led_student_reads_a_bracket_with_its_label_as_one_token_and_an_adapter_does_not(t5, tmp_path):
    [pair, _] = led_pairs([ROW], TREES, "paraphrase")
    whole, adapter = (
        AutoTokenizer.from_pretrained(trained(t5, [pair] * 4, replace(TREES, training=training), tmp_path / name))
        for name, training in (("whole", SHORT), ("adapter", replace(SHORT, lora=LoraSettings(rank=2))))
    )
    assert whole.tokenize(pair.signal)[:3] == ["(S", " (PP", " (P)"]
    assert whole.tokenize(A) == adapter.tokenize(A)
    assert len(adapter) == len(AutoTokenizer.from_pretrained(t5))
    said = Paraphraser.from_pretrained(str(tmp_path / "whole")).paraphrase([A], like=ROW["target_tree"])
    assert len(said) == 1


def test_the_share_shown_without_a_signal_is_drawn_by_the_texts(t5, tmp_path):
    pairs = [LedPair("(S N)", f"{source} {i}.", target) for i in range(40) for source, target in PAIRS]
    found = counts(trained(t5, pairs, replace(TREES, unled=0.25), tmp_path / "led"))
    assert found["led"] == 240
    assert 40 <= found["unled"] <= 80


@pytest.mark.parametrize("model", ["t5", "gpt2"])
def test_a_pair_whose_signal_does_not_fit_is_counted_and_not_cut(model, request, tmp_path):
    base = request.getfixturevalue(model)
    short, long = LedPair("(S N)", A, B), LedPair("(S N) " * 60, A, B)
    assert counts(trained(base, [short, long, long], replace(TREES, unled=0.0), tmp_path / "led")) == {
        "led": 1,
        "unled": 0,
        "too_long": 2,
    }
    with pytest.raises(RunError, match=r"none of 2 pairs has a signal that fits .* into 96 tokens; raise"):
        trained(base, [long, long], TREES, tmp_path / "none")
    assert not (tmp_path / "none").exists()


@pytest.mark.slow
def test_a_led_student_does_as_it_is_asked(t5, tmp_path):
    """One source, two targets: which one is written depends on the signal alone."""
    pairs = [LedPair("(S PP)", A, PAIRS[2][0]), LedPair("(S NP)", A, PAIRS[4][0])]
    config = replace(TREES, unled=0.0, training=replace(SHORT, max_steps=200))
    student = Paraphraser.from_pretrained(str(trained(t5, pairs * 8, config, tmp_path / "led")))
    asked = ["(S (PP on))", "(S (NP rain))"]
    assert student.paraphrase([A, A], like=asked) == [[pair.target] for pair in pairs]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"compression": (0.6, 0.4)}, r"compression must be upper bounds that rise within \(0, 1\], got \[0.6, 0.4\]"),
        ({"abstraction": (0.0, 0.5)}, "abstraction must be"),
        ({"compression": (0.5, 1.5)}, "compression must be"),
        ({"layers": 0}, "layers must be at least 1, got 0"),
        ({"unled": 1.1}, r"unled must lie in \[0, 1\], got 1.1"),
        ({"parser": "given"}, "parser cannot be 'given'"),
        ({"parser": "berkeley"}, "parser must be"),
    ],
)
def test_settings_out_of_range_are_named(settings, words):
    with pytest.raises(ConfigError, match=words):
        ControlConfig(**settings)


@pytest.mark.parametrize(
    ("task", "settings", "words"),
    [
        ("paraphrase", {"compression": (0.5,)}, "control.compression leads no paraphrase"),
        ("summary", {"layers": 3, "compression": (0.5,)}, "control.layers leads no summary"),
        ("summary", {}, "set control.compression or control.abstraction"),
    ],
)
def test_settings_of_the_other_task_are_named(task, settings, words):
    with pytest.raises(ConfigError, match=words):
        ControlConfig(**settings).check_task(task)
