import ast
import math
import shutil
from pathlib import Path

import evaluate
import pytest

from metrics.ibleu.sentence_bleu import ibleu, sentence_bleu, sentence_ibleu

FOLDERS = sorted(path.parent for path in Path("metrics").glob("*/README.md"))
TEXT = ["ibleu", "self_bleu", "rouge_l", "jaccard", "novelty", "compression", "ngram_entropy", "msttr"]
MODELS = ["bert_ibleu", "faithfulness"]

SOURCE, CANDIDATE, REFERENCE = "Profit rose at Acme last year.", "Acme's profit rose last year.", "Profit at Acme rose."
ROWS = {name: {"predictions": ["a b"], "sources": ["a b c"], "references": [["a b"]]} for name in TEXT}
ROWS["msttr"] |= {"segment": 2}
ROWS |= {name: {"predictions": ["a b"], "sources": ["a b c"], "model": "microworld/models/critic"} for name in MODELS}
ROWS["ted"] = {"predictions": ["(S a)"], "references": [["(S (NP c))"]]}


def test_rouge_l():
    result = evaluate.load("metrics/rouge_l").compute(predictions=["a b", "c d"], references=["a b", "c e"])
    assert result == {"rouge_l": 75.0, "scores": [100.0, 50.0]}


def test_ted():
    result = evaluate.load("metrics/ted").compute(predictions=["(S a)", "(S b)"], references=["(S a)", "(S (NP c))"])
    assert result == {"ted": 1.0, "ted_3": 1.0, "ted_f": 1.0, "scores": [0, 2]}


def test_ted_of_the_upper_layers():
    trees = {"predictions": ["(S (NP (NN a)) (VP b))"], "references": ["(S (NP (NN c) (NN d)) (VP b))"]}
    module = evaluate.load("metrics/ted")
    assert module.compute(**trees, layers=2) == {"ted": 0.0, "ted_3": 1.0, "ted_f": 3.0, "scores": [0]}
    assert module.compute(**trees)["ted"] == 3.0


def test_ted_without_leaves():
    trees = {"predictions": ["(S (NP (NN a)) (VP b))"], "references": ["(S (NP (NN c) (NN d)) (VP b))"]}
    module = evaluate.load("metrics/ted")
    assert module.compute(**trees, leaves=False)["ted"] == 1.0
    assert module.compute(**trees, leaves=False, layers=2)["ted"] == 0.0


def test_jaccard():
    result = evaluate.load("metrics/jaccard").compute(predictions=["a b", "c d"], references=["b a", "e f"])
    assert result == {"jaccard": 50.0, "scores": [100.0, 0.0]}


def test_msttr():
    module = evaluate.load("metrics/msttr")
    assert module.compute(predictions=["a b", "a a"], segment=2) == {"msttr": 75.0}
    assert module.compute(predictions=["a b"]) == {"msttr": None}


def test_ngram_entropy():
    module = evaluate.load("metrics/ngram_entropy")
    assert module.compute(predictions=["a b c", "a c"]) == {
        "ngram_entropy": math.log2(3),
        "h2": math.log2(3),
        "h3": 0.0,
    }
    assert module.compute(predictions=["a b", "a c"], order=1) == {"ngram_entropy": 1.5, "h2": 1.0, "h3": 0.0}


@pytest.mark.parametrize("reference", [REFERENCE, [REFERENCE, SOURCE]])
def test_ibleu(reference):
    rows = {"predictions": [CANDIDATE], "references": [reference], "sources": [SOURCE]}
    module = evaluate.load("metrics/ibleu")
    result = module.compute(**rows)
    assert result["ibleu"] == ibleu([SOURCE], [CANDIDATE], [reference])
    assert result["ibleu"] == 0.7 * result["bleu"] - (1 - 0.7) * result["self_bleu"]
    assert "smooth:exp" in result["signature"]

    result = module.compute(**rows, variant="sentence")
    assert result["ibleu"] == result["scores"][0] == sentence_ibleu(SOURCE, CANDIDATE, reference)
    assert result["self_bleu"] == sentence_bleu(CANDIDATE, [SOURCE])
    assert "smooth:add-k" in result["signature"]


@pytest.mark.parametrize(("name", "best"), [("rouge_l", 50.0), ("jaccard", 100 / 3)])
def test_of_several_references_the_closest_counts(name, best):
    references = [["c d", "b e", "f"]]
    assert evaluate.load(f"metrics/{name}").compute(predictions=["a b"], references=references)[name] == best


def test_of_several_trees_the_nearest_counts():
    rows = {"predictions": ["(S a)", "(S b)"], "references": [["(S (X (Y a)))", "(S (X a))"], ["(S b)"]]}
    assert evaluate.load("metrics/ted").compute(**rows)["scores"] == [1, 0]


def test_modules_combine_batch_by_batch():
    both = evaluate.combine(["metrics/rouge_l", "metrics/ibleu"])
    for _ in range(2):
        both.add_batch(predictions=[CANDIDATE], references=[REFERENCE], sources=[SOURCE])
    result = both.compute()
    assert len(result["scores"]) == 2
    assert result["ibleu"] == ibleu([SOURCE] * 2, [CANDIDATE] * 2, [REFERENCE] * 2)


def test_all_without_a_model_and_trees_combine_in_one_call():
    result = evaluate.combine([f"metrics/{name}" for name in TEXT]).compute(
        predictions=[SOURCE], references=[[REFERENCE]], sources=[SOURCE]
    )
    assert {"ibleu", "rouge_l", "jaccard", "novelty", "compression", "h2", "msttr"} <= result.keys()
    assert (result["copy_rate"], result["compression"]) == (100.0, 100.0)
    assert result["ibleu_self_bleu"] == result["self_bleu_self_bleu"] == pytest.approx(100.0)
    assert result["ibleu"] == pytest.approx(0.7 * result["bleu"] - 30)


@pytest.mark.parametrize("name", [*TEXT, *MODELS, "ted"])
def test_a_copy_of_its_folder_loads_by_its_name(name, tmp_path):
    shutil.copytree(f"metrics/{name}", tmp_path / name)
    module = evaluate.load(str(tmp_path / name))
    assert module.name == name
    assert module.compute(**ROWS[name])[name] is not None


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_folder_stands_alone(folder):
    """What `evaluate` copies is what the module itself imports, and a file of another folder would not be there."""
    own = relative_imports(folder / f"{folder.name}.py")
    for sibling in own:
        assert relative_imports(folder / f"{sibling}.py") <= own


def relative_imports(path):
    named = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)]
    assert not [node for node in named if node.level > 1 or (node.module or "").startswith("metrics")]
    return {node.module for node in named if node.level}


def test_the_copies_of_a_file_are_alike():
    assert len({path.read_bytes() for path in Path("metrics").glob("*/references.py")}) == 1


@pytest.mark.parametrize("name", [*TEXT, *MODELS, "ted"])
def test_no_rows_are_one_line(name):
    rows = {column: [] for column in ROWS[name] if column in ("predictions", "references", "sources")}
    with pytest.raises(ValueError, match="at least one") as caught:
        evaluate.load(f"metrics/{name}").compute(**rows)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["rouge_l", "jaccard", "ibleu", "ted"])
@pytest.mark.parametrize(
    ("references", "message"),
    [
        ([["(S)"], []], "row 1 has no reference; give at least one"),
        ([["(S)"], "(S)"], "some rows have a list of references and others a plain text"),
    ],
)
def test_references_that_are_lacking_or_of_two_forms_are_named(name, references, message):
    rows = {"predictions": ["(S)", "(S)"], "references": references}
    rows |= {"sources": ["(S)", "(S)"]} if name == "ibleu" else {}
    with pytest.raises(ValueError, match=message):
        evaluate.load(f"metrics/{name}").compute(**rows)


# source, output; by metric the value of the row, "copy" standing for that of equal texts
EDGES = {
    "empty output": (
        SOURCE,
        "",
        {"ibleu": 0, "self_bleu": 0, "rouge_l": 0, "jaccard": 0, "novelty": 0, "compression": 0},
    ),
    "one word": ("Yes.", "Yes.", {"ibleu": 40, "self_bleu": 100, "rouge_l": 100, "jaccard": 100, "novelty": 0}),
    "one other word": ("Yes", "No", {"ibleu": 0, "self_bleu": 0, "rouge_l": 0, "jaccard": 0, "novelty": 100}),
    "Chinese": (
        "利润上升了",
        "利润上升了",
        {"ibleu": 40, "self_bleu": 100, "rouge_l": 0, "jaccard": 100, "novelty": 0},
    ),
    "Arabic": ("ارتفع الربح", "الربح ارتفع", {"rouge_l": 0, "jaccard": 100, "novelty": 0, "compression": 100}),
    "emoji": ("😀", "😃", {"ibleu": 0, "self_bleu": 0, "rouge_l": 0, "jaccard": 0, "novelty": 0, "compression": 100}),
    "long": (
        "a b " * 5000,
        "a b " * 5000,
        {"ibleu": 40, "self_bleu": 100, "rouge_l": 100, "jaccard": 100, "novelty": 0},
    ),
}


@pytest.mark.parametrize("case", EDGES)
def test_unusual_text_has_a_value(case):
    source, output, values = EDGES[case]
    for name, value in values.items():
        rows = {"predictions": [output], "references": [[source]], "sources": [source]}
        wanted = {"predictions", *evaluate.load(f"metrics/{name}")._feature_names()}
        settings = {"variant": "sentence"} if "bleu" in name else {}
        rows = {column: rows[column] for column in rows if column in wanted}
        result = evaluate.load(f"metrics/{name}").compute(**rows, **settings)
        assert result[name] == pytest.approx(value), name


def test_an_empty_reference_is_a_reference():
    rows = {"predictions": [CANDIDATE], "references": [[""]]}
    assert evaluate.load("metrics/rouge_l").compute(**rows)["rouge_l"] == 0.0
    assert evaluate.load("metrics/ibleu").compute(**rows, sources=[SOURCE])["bleu"] == 0.0
