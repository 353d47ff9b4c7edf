"""The libraries that push and load releases get on with the loopback Hub as they are installed."""

from pathlib import Path

import evaluate
import pytest
from datasets import Dataset, IterableDataset, get_dataset_config_names, load_dataset
from datasets.exceptions import DatasetNotFoundError
from huggingface_hub import DatasetCard, DatasetCardData, ModelCard, ModelCardData
from peft import AutoPeftModelForSeq2SeqLM, LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

from tests.builders import tiny_models

ROWS = {"source": ["a", "b"], "target": ["c", "d"]}
TED = Path(__file__).parent.parent.parent / "metrics" / "ted"


@pytest.fixture(scope="module")
def student(tmp_path_factory):
    return tiny_models.make_student(tmp_path_factory.mktemp("student"))


def test_two_configs_are_pushed_and_loaded(hub):
    Dataset.from_dict(ROWS).push_to_hub("alice/pairs", "news", split="train", set_default=True)
    Dataset.from_dict({"source": ["x"], "target": ["y"]}).push_to_hub("alice/pairs", "biomedical", split="train")
    assert sorted(get_dataset_config_names("alice/pairs")) == ["biomedical", "news"]
    assert load_dataset("alice/pairs", "news", split="train")["source"] == ["a", "b"]
    assert load_dataset("alice/pairs", "biomedical", split="train")["target"] == ["y"]
    assert load_dataset("alice/pairs", split="train").num_rows == 2


def test_a_dataset_streams_in_order_from_several_files(hub):
    rows = {"source": [str(number) for number in range(30)]}
    Dataset.from_dict(rows).push_to_hub("alice/pairs", "news", split="train", num_shards=3)
    streamed = load_dataset("alice/pairs", "news", split="train", streaming=True)
    assert [row["source"] for row in streamed] == rows["source"]


def test_a_stream_is_pushed(hub):
    stream = IterableDataset.from_generator(lambda: ({"source": str(number)} for number in range(5)))
    stream.push_to_hub("alice/pairs", split="train")
    assert load_dataset("alice/pairs", split="train").num_rows == 5


def test_a_private_dataset_needs_its_owners_token(hub, monkeypatch):
    Dataset.from_dict(ROWS).push_to_hub("alice/hidden", private=True)
    assert hub.repo("dataset", "alice/hidden").private
    with monkeypatch.context() as without, pytest.raises(DatasetNotFoundError):
        without.delenv("HF_TOKEN")
        load_dataset("alice/hidden", split="train")
    assert load_dataset("alice/hidden", split="train").num_rows == 2


def test_a_seq2seq_model_is_loaded_at_its_tag(hub, api, student):
    model, tokenizer = AutoModelForSeq2SeqLM.from_pretrained(student), AutoTokenizer.from_pretrained(student)
    model.push_to_hub("alice/student")
    tokenizer.push_to_hub("alice/student")
    api.create_tag("alice/student", tag="v1")
    hub.repo("model", "alice/student").edit("config.json", "{}")
    loaded = AutoModelForSeq2SeqLM.from_pretrained("alice/student", revision="v1")
    assert loaded.num_parameters() == model.num_parameters()
    assert AutoTokenizer.from_pretrained("alice/student", revision="v1").get_vocab() == tokenizer.get_vocab()
    with pytest.raises(OSError, match="not a valid git identifier"):
        AutoModelForSeq2SeqLM.from_pretrained("alice/student", revision="v2")


def test_a_causal_model_writes_the_same_after_its_journey(hub, tmp_path):
    folder = tiny_models.make_teacher(tmp_path / "teacher", steps=1)
    model, tokenizer = AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    model.push_to_hub("alice/teacher")
    prompt = tokenizer("Boeing said", return_tensors="pt")
    loaded = AutoModelForCausalLM.from_pretrained("alice/teacher")
    assert (model.generate(**prompt) == loaded.generate(**prompt)).all()


def test_an_adapter_finds_its_base(hub, student):
    AutoModelForSeq2SeqLM.from_pretrained(student).push_to_hub("alice/base")
    base = AutoModelForSeq2SeqLM.from_pretrained("alice/base")
    adapted = get_peft_model(base, LoraConfig(r=2, target_modules=["q", "v"], task_type="SEQ_2_SEQ_LM"))
    adapted.push_to_hub("alice/adapter")
    assert "model.safetensors" not in hub.repo("model", "alice/adapter").files()
    loaded = AutoPeftModelForSeq2SeqLM.from_pretrained("alice/adapter")
    assert loaded.peft_config["default"].base_model_name_or_path == "alice/base"
    assert loaded.num_parameters() == adapted.num_parameters()


@pytest.mark.parametrize(
    ("kind", "card"),
    [
        ("dataset", DatasetCard.from_template(DatasetCardData(license="cc-by-4.0", pretty_name="Pairs"))),
        ("model", ModelCard.from_template(ModelCardData(license="apache-2.0", pipeline_tag="text-generation"))),
    ],
)
def test_a_card_comes_back_as_it_was(hub, api, kind, card):
    api.create_repo("alice/thing", repo_type=kind)
    card.push_to_hub("alice/thing", repo_type=kind)
    assert str(type(card).load("alice/thing")) == str(card)
    assert api.repo_info("alice/thing", repo_type=kind).card_data.license == card.data.license


def test_a_broken_card_is_refused(hub, api):
    api.create_repo("alice/thing")
    with pytest.raises(ValueError, match=r"Invalid metadata in README\.md"):
        api.upload_file(
            repo_id="alice/thing", path_in_repo="README.md", path_or_fileobj=b"---\nlicense: [unclosed\n---\n"
        )
    assert hub.repo("model", "alice/thing").titles == []


def test_a_metric_is_loaded_from_its_space(hub, api):
    api.create_repo("alice/ted", repo_type="space", space_sdk="gradio")
    api.upload_folder(repo_id="alice/ted", repo_type="space", folder_path=TED, allow_patterns="*.py")
    metric = evaluate.load("alice/ted")
    assert metric.compute(predictions=["(S (NP a))"], references=["(S (VP a))"])["ted"] == 1
