import pytest

RESULT = {
    "task": {"type": "text-generation", "name": "paraphrasing"},
    "dataset": {"type": "microworld-benchmark", "name": "microworld:benchmark", "split": "test"},
    "metrics": [{"type": "faithful", "value": 0.91, "args": {"n": 400}}],
}


def index_of(**changes):
    return [{"name": "a student", "results": [RESULT | changes]}]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"task": {"type": "text2text-generation"}},  # a subtask
        {"dataset": {"type": "nyu-mll/glue", "name": "MRPC"}},
        {"metrics": [{"type": "rouge", "value": 3}]},
        {"source": {"url": "https://example.com"}},
    ],
)
def test_takes_the_shape_of_the_hub(model_problems, changes):
    assert model_problems(model_index=index_of(**changes)) == []


@pytest.mark.parametrize(
    ("index", "problem"),
    [
        ({"name": "a"}, "model-index: must be a list"),
        ([{"results": []}], "model-index[0].name: is missing"),
        ([{"name": "a", "results": RESULT}], "model-index[0].results: must be a list"),
        (index_of(task={"name": "paraphrasing"}), "model-index[0].results[0].task.type: is missing"),
        (index_of(task={"type": "paraphrasing"}), "results[0].task.type: the Hub does not know 'paraphrasing'"),
        (index_of(dataset={"type": "mrpc"}), "dataset.name: is missing"),
        (index_of(dataset={"type": "MRPC test set", "name": "MRPC"}), "'MRPC test set' is no name of a dataset"),
        (index_of(dataset=None), "dataset: is missing"),
        (index_of(metrics=[{"type": "rouge"}]), "metrics[0].value: is missing"),
        (index_of(metrics=[{"type": "rouge", "value": float("nan")}]), "must be a finite number, got nan"),
        (index_of(metrics=[{"type": "rouge", "value": "0.9"}]), "must be a finite number, got '0.9'"),
        (index_of(metrics=[{"type": "rouge", "value": True}]), "must be a finite number, got True"),
        (index_of(metrics=[{"value": 1.0}]), "metrics[0].type: is missing"),
        (index_of(source={"name": "a page"}), "source.url: is missing"),
    ],
)
def test_says_where_a_result_is_wrong(model_problems, index, problem):
    [line] = model_problems(model_index=index)
    assert problem in line


def test_a_value_of_zero_is_a_value(model_problems):
    assert model_problems(model_index=index_of(metrics=[{"type": "copy", "value": 0.0}])) == []
