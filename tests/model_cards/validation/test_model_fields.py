import pytest


@pytest.mark.parametrize(
    "metadata",
    [
        {"pipeline_tag": "text-generation", "library_name": "transformers"},
        {"pipeline_tag": "summarization", "library_name": "peft"},
        {"base_model": "gpt2", "base_model_relation": "adapter"},
        {"base_model": ["google-t5/t5-large"], "datasets": ["me/dimple", "squad"], "metrics": ["rouge"]},
        {"new_version": "me/student-2"},
    ],
)
def test_takes_what_the_hub_takes(model_problems, metadata):
    assert model_problems(**metadata) == []


@pytest.mark.parametrize(
    ("metadata", "problem"),
    [
        ({"pipeline_tag": "text2text-generation"}, "pipeline_tag: the Hub does not know 'text2text-generation'"),
        ({"pipeline_tag": ["summarization"]}, "pipeline_tag: must be a text"),
        ({"library_name": "transformer"}, "library_name: the Hub does not know 'transformer'; did you mean"),
        ({"base_model": "/data/run/student"}, "base_model: '/data/run/student' names no repository of the Hub"),
        ({"base_model": ["gpt2", "microworld:models/student"]}, "base_model[1]: 'microworld:models/student' names no"),
        ({"base_model": "gpt2", "base_model_relation": "lora"}, "use one of adapter, finetune, merge, quantized"),
        ({"base_model_relation": "adapter"}, "base_model: is missing beside base_model_relation"),
        ({"datasets": ["runs/demo/dimple"]}, "datasets[0]: 'runs/demo/dimple' names no repository"),
        ({"datasets": ["a", "a"]}, "datasets: 'a' stands there twice"),
        ({"metrics": ["rouge", 3]}, "metrics[1]: must be a text, got 3"),
    ],
)
def test_names_field_value_and_remedy(model_problems, metadata, problem):
    [line] = model_problems(**metadata)
    assert problem in line
