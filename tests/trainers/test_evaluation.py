import math
from types import SimpleNamespace

import pytest
import sacrebleu
from rouge_score import rouge_scorer
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from builders.domain import DomainConfig
from builders.errors import ConfigError
from builders.sampling_config import SamplingConfig
from microworld.benchmark import news
from trainers.evaluation import audit_pairs, figures_of
from trainers.evaluation_config import EvaluationConfig
from trainers.resampling import mean_of
from trainers.scores import Judges, output_scores
from trainers.teacher_baseline import teacher_outputs

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
TASKS = ("paraphrase", "summary")
SOURCE = "Acme posted a profit on Monday."
OUTPUTS = [
    "On Monday a gain was reported by Acme.",
    "Acme posted a profit on Monday .",
    "Acme had gains.",
    "No sentence.",
]


def flat(sentences: list[str]) -> list[str]:
    return ["(S " + " ".join(f"(W {word})" for word in sentence.rstrip(".").split()) + ")" for sentence in sentences]


def rows(*references: str):
    return [{"source": SOURCE, "references": [*references]} for _ in OUTPUTS]


def values(rows, judges: Judges, task="paraphrase"):
    return {name: scores.value for name, scores in output_scores(rows, OUTPUTS, judges, task).items()}


def test_paraphrase_figures():
    found = values(rows(OUTPUTS[0]), Judges(ORACLE, flat))
    assert list(found) == [
        "faithful_non_copy",
        "faithful",
        "copy",
        "rouge_l",
        "tree_edit_distance",
        "rouge_l_reference",
        "ibleu",
        "bleu",
        "self_bleu",
        "ibleu_corpus",
        "bleu_corpus",
    ]
    assert found["faithful_non_copy"] == 0.25
    assert found["faithful"] == 0.5
    assert found["copy"] == 0.25
    scorer = rouge_scorer.RougeScorer(["rougeL"])
    expected = [scorer.score(SOURCE, output)["rougeL"].fmeasure for output in OUTPUTS]
    assert found["rouge_l"] == pytest.approx(sum(expected) / 4)


@pytest.mark.parametrize("references", [[OUTPUTS[0]], [OUTPUTS[0], OUTPUTS[2]]])
def test_figures_of_bleu_are_those_of_sacrebleu(references):
    found = values(rows(*references), Judges())
    sentence = sacrebleu.BLEU(smooth_method="add-k", smooth_value=1, effective_order=True)
    bleu = [sentence.sentence_score(output, references).score for output in OUTPUTS]
    self_bleu = [sentence.sentence_score(output, [SOURCE]).score for output in OUTPUTS]
    assert found["bleu"] == pytest.approx(sum(bleu) / 4)
    assert found["ibleu"] == pytest.approx(0.7 * sum(bleu) / 4 - 0.3 * sum(self_bleu) / 4)
    corpus = sacrebleu.corpus_bleu(OUTPUTS, [[reference] * 4 for reference in references]).score
    of_sources = sacrebleu.corpus_bleu(OUTPUTS, [[SOURCE] * 4]).score
    assert found["bleu_corpus"] == pytest.approx(corpus)
    assert found["ibleu_corpus"] == pytest.approx(0.7 * corpus - 0.3 * of_sources)


def test_of_several_references_the_closest_counts_for_rouge_l():
    found = values(rows("Something else altogether.", OUTPUTS[0], OUTPUTS[3]), Judges())
    scorer = rouge_scorer.RougeScorer(["rougeL"])
    best = [max(scorer.score(r, o)["rougeL"].fmeasure for r in (OUTPUTS[0], OUTPUTS[3])) for o in OUTPUTS]
    assert found["rouge_l_reference"] == pytest.approx(sum(best) / 4)


def test_summary_figures():
    found = values(rows(), Judges(ORACLE), "summary")
    assert list(found) == ["faithful_summary", "entailed", "copy", "compression", "rouge_l"]
    assert found["faithful_summary"] == 0.25
    assert found["entailed"] == 0.75
    assert found["compression"] == pytest.approx((8 + 7 + 3 + 2) / 6 / 4)


def test_without_oracle_nothing_is_called_faithful():
    assert list(values(rows(), Judges())) == ["copy", "rouge_l"]


def test_an_nli_model_judges_both_ways_of_a_paraphrase_and_one_of_a_summary():
    row = news("summary", 2, 0)[1]
    shown, judges = [{"source": row["source"], "references": []}] * 2, Judges(nli="microworld:models/critic")

    def judged(output, task):
        return output_scores(shown, [output] * 2, judges, task)["entailed_nli"].value

    assert [judged(row["source"], task) for task in TASKS] == [1.0, 1.0]  # a copy needs no asking
    assert [judged(row["reference"], task) for task in TASKS] == [0.0, 1.0]


def test_the_order_of_rows_changes_no_figure():
    shown = [{"source": f"{SOURCE} {i}", "references": [output]} for i, output in enumerate(OUTPUTS)]
    judges = Judges(ORACLE)
    there = figures_of(output_scores(shown, OUTPUTS[::-1], judges, "paraphrase"))
    assert figures_of(output_scores(shown[::-1], OUTPUTS, judges, "paraphrase")) == there
    equal = [shown[0]] * 4
    there = figures_of(output_scores(equal, OUTPUTS, judges, "paraphrase"))
    assert figures_of(output_scores(equal, OUTPUTS[::-1], judges, "paraphrase")) == there


def test_standard_errors():
    figures = figures_of({"share": mean_of([True, False, False, False]), "mean": mean_of([1.0, 2.0, 3.0])})
    assert (figures["share"]["value"], figures["share"]["n"]) == (0.25, 4)
    assert figures["share"]["standard_error"] == math.sqrt(0.25 * 0.75 / 4)
    assert (figures["mean"]["value"], figures["mean"]["n"]) == (2.0, 3)
    assert figures["mean"]["standard_error"] == pytest.approx(1 / math.sqrt(3))


def test_a_share_of_nothing_has_an_interval_all_the_same():
    figure = figures_of({"copy": mean_of([False] * 50)})["copy"]
    assert figure["low"] == 0.0
    assert figure["high"] == pytest.approx(0.0713, abs=5e-4)  # Wilson (1927): z² / (n + z²)


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


def test_a_prompt_holds_the_source(gpt2):
    plain = teacher_outputs(teacher_settings(gpt2), [f"Say again: {SOURCE} So"])
    assert teacher_outputs(teacher_settings(gpt2), [SOURCE], prompt="Say again: {source} So") == plain


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
        ({"benchmark": "mpc"}, "benchmark must be one of mrpc, .*, or read 'module:function', got 'mpc'"),
        ({"benchmark": "mrpc", "columns": ("a", "b")}, "columns a, b is of a table; name it as data"),
        ({"data": "a", "columns": ("b", "b")}, "columns must differ"),
        ({"n": 1}, "n must"),
        ({"parser": "module"}, "parser must be 'stanza', .* got 'module'"),
        ({"parser": "given"}, "cannot be 'given'"),
    ],
)
def test_settings_that_contradict_are_named(settings, named):
    with pytest.raises(ConfigError, match=named):
        EvaluationConfig(**settings)
