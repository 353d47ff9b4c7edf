import math
from types import SimpleNamespace

import pytest
from rouge_score import rouge_scorer
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from builders.domain import DomainConfig
from builders.errors import ConfigError
from builders.sampling_config import SamplingConfig
from trainers.evaluation import EvaluationConfig, audit_pairs, evaluate_outputs, mean, share, teacher_outputs

MEANINGS = {
    "Acme posted a profit on Monday.": ("profit", "Monday"),
    "On Monday a gain was reported by Acme.": ("profit", "Monday"),
    "Acme posted a profit on Monday .": ("profit", "Monday"),
    "Acme had gains.": ("profit",),
    "The court upheld the ruling.": ("ruling",),
}


def entails(a: str, b: str) -> bool:
    return a in MEANINGS and b in MEANINGS and set(MEANINGS[b]) <= set(MEANINGS[a])


ORACLE = SimpleNamespace(meaning=MEANINGS.get, entails=entails, equivalent=lambda a, b: entails(a, b) and entails(b, a))
SOURCE = "Acme posted a profit on Monday."
OUTPUTS = [
    "On Monday a gain was reported by Acme.",
    "Acme posted a profit on Monday .",
    "Acme had gains.",
    "No sentence.",
]


def flat(sentences: list[str]) -> list[str]:
    return ["(S " + " ".join(f"(W {word})" for word in sentence.rstrip(".").split()) + ")" for sentence in sentences]


def test_paraphrase_figures():
    figures = evaluate_outputs([SOURCE] * 4, OUTPUTS, [OUTPUTS[0]] * 4, ORACLE, flat)
    assert list(figures) == [
        "faithful_non_copy",
        "faithful",
        "copy",
        "rouge_l",
        "tree_edit_distance",
        "rouge_l_reference",
        "ibleu",
    ]
    assert figures["faithful_non_copy"]["value"] == 0.25
    assert figures["faithful"]["value"] == 0.5
    assert figures["copy"]["value"] == 0.25
    assert {figure["n"] for figure in figures.values()} == {4}
    scorer = rouge_scorer.RougeScorer(["rougeL"])
    expected = [scorer.score(SOURCE, output)["rougeL"].fmeasure for output in OUTPUTS]
    assert figures["rouge_l"]["value"] == pytest.approx(sum(expected) / 4)


def test_summary_figures():
    figures = evaluate_outputs([SOURCE] * 4, OUTPUTS, [None] * 4, ORACLE, task="summary")
    assert list(figures) == ["faithful_summary", "entailed", "copy", "compression", "rouge_l"]
    assert figures["faithful_summary"]["value"] == 0.25
    assert figures["entailed"]["value"] == 0.75
    assert figures["compression"]["value"] == pytest.approx((8 + 7 + 3 + 2) / 6 / 4)


def test_without_oracle_nothing_is_called_faithful():
    assert list(evaluate_outputs([SOURCE] * 4, OUTPUTS, [None] * 4)) == ["copy", "rouge_l"]


def test_standard_errors():
    assert share([True, False, False, False]) == {"value": 0.25, "n": 4, "standard_error": math.sqrt(0.25 * 0.75 / 4)}
    assert mean([1.0, 2.0, 3.0]) == {"value": 2.0, "n": 3, "standard_error": 1 / math.sqrt(3)}


def test_audit_counts_true_pairs_and_shuffled_ones():
    sentences = list(MEANINGS)
    rows = [{"source": SOURCE, "target": sentences[1]}] * 5 + [{"source": sentences[4], "target": sentences[4]}] * 5
    audit = audit_pairs([*rows, {"source": SOURCE, "target": "No sentence."}], ORACLE, "paraphrase")
    assert (audit["pairs"], audit["precision"]) == (11, 10 / 11)
    assert audit["standard_error"] == pytest.approx(math.sqrt(10 / 11 * 1 / 11 / 11))
    assert audit["shuffled_precision"] < audit["precision"]


def test_audit_of_a_summary_asks_for_entailment_one_way():
    rows = [{"source": SOURCE, "target": "Acme had gains."}, {"source": "Acme had gains.", "target": SOURCE}]
    assert audit_pairs(rows, ORACLE, "summary")["precision"] == 0.5
    assert audit_pairs([], ORACLE, "summary") is None


def teacher_settings(teacher: str) -> SamplingConfig:
    return SamplingConfig(teacher=teacher, domain=DomainConfig(name="news"), contexts=1, sentence_tokens=16)


def test_plain_teacher_goes_on_with_one_line_a_source(gpt2):
    sources = [SOURCE, "The court upheld the ruling.", SOURCE]
    outputs = teacher_outputs(teacher_settings(gpt2), sources)
    assert len(outputs) == 3
    assert outputs[0] == outputs[2]
    assert all("\n" not in output for output in outputs)


def test_plain_teacher_with_few_positions_keeps_room_for_the_source(gpt2, tmp_path):
    config = AutoConfig.from_pretrained(gpt2, n_positions=32)
    AutoModelForCausalLM.from_config(config).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(gpt2).save_pretrained(tmp_path)
    outputs = teacher_outputs(teacher_settings(str(tmp_path)), [SOURCE, f"{SOURCE} " * 5, "Acme rose, " * 20])
    assert [bool(output) for output in outputs] == [True, True, False]  # the last is one sentence, and too long


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"benchmark": "a:b", "data": "c"}, "not both"),
        ({"n": 1}, "n must"),
        ({"parser": "module"}, "parser must be 'stanza', .* got 'module'"),
        ({"parser": "given"}, "cannot be 'given'"),
    ],
)
def test_settings_that_contradict_are_named(settings, named):
    with pytest.raises(ConfigError, match=named):
        EvaluationConfig(**settings)
