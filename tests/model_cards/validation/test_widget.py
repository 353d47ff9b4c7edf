import pytest

LABELS = [{"label": "same", "score": 0.9}, {"label": "other", "score": 0.1}]


@pytest.mark.parametrize(
    ("pipeline_tag", "example"),
    [
        ("text-generation", {"text": "Shares rose. =>", "example_title": "News", "group": "short"}),
        ("text-generation", {"text": "Shares rose. =>", "output": {"text": "The stock gained."}}),
        ("text-generation", {"messages": [{"role": "user", "content": "Hi"}]}),
        ("text-generation", {"text": "a", "parameters": {"max_new_tokens": 40, "do_sample": False, "top_p": 1}}),
        ("text-classification", {"text": "a", "output": LABELS}),
        ("question-answering", {"text": "Who?", "context": "He.", "output": {"answer": "He", "score": 1}}),
        ("sentence-similarity", {"source_sentence": "a", "sentences": ["b", "c"]}),
        ("text-to-image", {"text": "a lemon", "output": {"url": "lemon.png"}}),
        (None, {"text": "a"}),
    ],
)
def test_takes_examples_of_the_schema(model_problems, pipeline_tag, example):
    metadata = {"pipeline_tag": pipeline_tag} if pipeline_tag else {}
    assert model_problems(widget=[example], **metadata) == []


@pytest.mark.parametrize(
    ("example", "problem"),
    [
        ("Shares rose.", "widget[0]: must be a mapping"),
        ({"text": 3}, "widget[0].text: must be a string, got 3"),
        ({"text": "a", "title": "News"}, "widget[0].title: the Hub does not know 'title'; use one of candidate_labels"),
        ({"example_title": "News"}, "widget[0]: holds no input"),
        ({"text": "a", "sentences": ["b"]}, "no task reads sentences, text together"),
        ({"text": "a", "parameters": {"temperature": "0.7"}}, "parameters.temperature: must be a number, got '0.7'"),
        ({"text": "a", "parameters": {"tempature": 0.7}}, "widget[0].parameters.tempature: the Hub does not know"),
        ({"text": "a", "parameters": {"top_k": True}}, "parameters.top_k: must be a number, got True"),
        ({"text": "a", "output": "b"}, "widget[0].output: must hold text, url, answer with score, or a list"),
        ({"text": "a", "output": {"summary_text": "b"}}, "widget[0].output: must hold text"),
        ({"text": "a", "output": {"text": 3}}, "widget[0].output.text: must be a string, got 3"),
        ({"text": "a", "output": LABELS}, "widget[0].output: this pipeline_tag shows text or answer, got label, score"),
        ({"source_sentence": "a", "sentences": ["b", 3]}, "widget[0].sentences: must be a string[]"),
    ],
)
def test_says_what_the_page_could_not_show(model_problems, example, problem):
    [line] = model_problems(widget=[example], pipeline_tag="text-generation")
    assert problem in line


def test_a_widget_is_a_list(model_problems):
    assert model_problems(widget={"text": "a"}) == [
        "widget: must be a list, got {'text': 'a'}; write each entry on a line of its own behind a dash"
    ]
