import pytest

from builders.errors import RunError
from microworld.oracle import entails, equivalent
from trainers.benchmark import draw_rows
from trainers.true_pairs import true_pairs

MICROWORLD = "microworld.benchmark:news"


@pytest.mark.parametrize(("task", "holds"), [("paraphrase", equivalent), ("summary", entails)])
def test_true_pairs_are_true_and_none_stands_twice(task, holds):
    pairs = true_pairs(MICROWORLD, task, 200, seed=1)
    assert len(set(pairs)) == 200
    assert all(source != target and holds(source, target) for source, target in pairs)


def test_they_are_of_other_meanings_than_the_test_rows():
    sources = {source for source, _ in true_pairs(MICROWORLD, "paraphrase", 300, seed=0)}
    assert sources.isdisjoint(row["source"] for row in draw_rows(MICROWORLD, "paraphrase", 300, 0, "test"))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("[{'source': 'a', 'reference': 'b'}]", "drew 1 rows of 2; a training on true pairs needs"),
        ("[{'source': 'a', 'reference': 'b'}, {'source': 'c'}]", "row 2 has no reference"),
        ("[{'source': 'a', 'reference': 'b'}] * 2", "drew 1 rows of 2 twice"),
    ],
)
def test_a_function_that_gives_something_else_is_named(rows, words, tmp_path, monkeypatch, request):
    name = f"true_rows_{abs(hash(request.node.name))}"
    (tmp_path / f"{name}.py").write_text(f"def rows(task, n, seed, split): return {rows}\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(RunError, match=words):
        true_pairs(f"{name}:rows", "paraphrase", 2, seed=0)
