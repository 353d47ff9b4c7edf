"""The card of a student."""

import json
import re

import pytest
from huggingface_hub import ModelCard
from huggingface_hub.repocard import metadata_load
from huggingface_hub.repocard_data import model_index_to_eval_results

from model_cards.model_card import write_model_card
from model_cards.run_folder import CardError

LAST = {"faithful_non_copy": 0.6634, "copy": 0.0138}


def card_of(run, student="student", **settings):
    return ModelCard.load(write_model_card(run, run / student, **settings))


def save_student(folder):
    """A T5 of no training whose tokenizer knows words, as tokenizers of released students know them."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast, T5Config, T5ForConditionalGeneration

    vocabulary = {word: index for index, word in enumerate(["<pad>", "</s>", "<unk>", "the", "judge", "ruled"])}
    words = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    names = {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    PreTrainedTokenizerFast(
        tokenizer_object=words, model_input_names=["input_ids", "attention_mask"], **names
    ).save_pretrained(folder)
    size = {"d_model": 8, "d_kv": 4, "d_ff": 8, "num_layers": 1, "num_heads": 2, "vocab_size": len(vocabulary)}
    model = T5ForConditionalGeneration(T5Config(decoder_start_token_id=0, **size))
    model.save_pretrained(folder)
    return model


def make_adapter(run, base):
    """Turns the final student into an adapter of `base`."""
    (run / "student/adapter_config.json").write_text(json.dumps({"base_model_name_or_path": base}), encoding="utf-8")
    path = run / "students/round-0/training.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"base": base, "method": "lora"}), encoding="utf-8")


def test_front_matter_is_what_the_hub_asks_of_a_paraphraser(run):
    data = card_of(run, dataset_id="someone/dimple").data
    assert (data.language, data.license, data.library_name) == ("en", "apache-2.0", "transformers")
    assert data.pipeline_tag == "text-generation"
    assert "text2text-generation" in data.tags
    assert data.datasets == ["someone/dimple"]


def test_model_index_holds_the_figures_of_this_student(run):
    card_of(run)
    metadata = metadata_load(run / "student/README.md")
    name, results = model_index_to_eval_results(metadata["model-index"])
    assert name == "microworld-news paraphraser"
    assert {result.metric_type: result.metric_value for result in results}.items() >= LAST.items()
    assert all(result.metric_args["n"] == 2000 and result.metric_args["standard_error"] > 0 for result in results)


def test_a_checkpoint_of_an_earlier_round_has_its_own_figures_and_history(run):
    card = card_of(run, "students/round-0")
    values = {result.metric_type: result.metric_value for result in card.data.eval_results}
    assert values["faithful_non_copy"] == 0.5712
    assert "self-distilled pairs" not in card.text


@pytest.mark.parametrize(
    ("split", "words"),
    [
        ("test", "On test sources of `microworld.benchmark:rows`"),
        ("development", "On development sources of `microworld.benchmark:rows`"),
        (None, "On sources of `microworld.benchmark:rows`"),  # a file of rows is no split of anything
    ],
)
def test_figures_are_told_of_the_split_that_they_come_from(make_run, figures, split, words):
    figures["evaluation"]["split"] = split
    card = card_of(make_run(figures))
    assert {result.dataset_split for result in card.data.eval_results} == {split}
    assert words in card.text
    assert ("test sources" in card.text) is (split == "test")


def test_evaluation_stands_with_n_and_intervals_beside_controls(run):
    text = card_of(run).text
    assert "| **student, self-distilled** | 66.3% (64.2 to 68.4) | 70.2% (68.2 to 72.2) |" in text
    assert "| plain teacher | 3.1% (2.4 to 4.0) |" in text
    assert "| control: more training on the old pairs | 59.2% (57.0 to 61.3) |" in text
    assert "24.07 (23.29 to 24.85) | 2,000 |" in text


def test_training_is_told_from_the_first_base_on(run):
    text = card_of(run).text
    assert "| student, round 0 | `microworld:models/student` | all weights | 1,320 | 620 |" in text
    assert "| student, self-distilled | student, round 0 | all weights |" in text
    assert "| `learning_rate` | 0.001 |" in text
    assert "control-more" not in text


def test_a_control_is_told_the_pairs_of_its_own_line(run):
    text = card_of(run, "students/control-more").text
    assert "| 0 | pairs of teacher sentences |" in text
    assert "self-distilled pairs" not in text
    assert "| **control: more training on the old pairs** |" in text


@pytest.mark.parametrize("folder", ["students/round-1", "student"])
def test_a_student_that_the_run_does_not_name_is_given_no_figures_of_another(run, figures, folder):
    figures["evaluation"]["systems"] = figures["evaluation"]["systems"][:2]  # self-distillation was taken out
    (run / "metrics.json").write_text(json.dumps(figures), encoding="utf-8")
    card = card_of(run, folder)
    assert card.data.eval_results is None
    assert "## How it was trained" not in card.text


def test_without_an_evaluation_the_card_claims_none(make_run, figures):
    card = card_of(make_run(figures | {"evaluation": None}))
    assert "## Evaluation" not in card.text
    assert "was not measured in this run" in card.text
    assert card.data.eval_results is None


def test_without_training_records_nothing_is_said_of_training(run):
    for record in run.glob("student*/**/training.json"):
        record.unlink()
    assert "Starts from" not in card_of(run).text


def test_code_of_the_card_runs_as_it_stands(run, monkeypatch, capsys):
    save_student(run / "student")
    monkeypatch.chdir(run.parent)
    [code] = re.findall(r"```python\n(.*?)```", card_of(run).text, flags=re.DOTALL)
    assert '"run/student"' in code
    exec(code, {})
    assert capsys.readouterr().out.startswith("[")


def test_code_of_an_adapters_card_runs_as_it_stands(run, tmp_path, monkeypatch, capsys):
    from peft import LoraConfig, TaskType, get_peft_model

    model = save_student(tmp_path / "base")
    model.config._name_or_path = str(tmp_path / "base")
    save_student(run / "student")
    (run / "student/model.safetensors").unlink()
    config = LoraConfig(task_type=TaskType.SEQ_2_SEQ_LM, target_modules=["q", "v"], r=2)
    adapter = get_peft_model(model, config)
    adapter.peft_config["default"].base_model_name_or_path = str(tmp_path / "base")
    adapter.save_pretrained(run / "student")
    monkeypatch.chdir(run.parent)
    [code] = re.findall(r"```python\n(.*?)```", card_of(run).text, flags=re.DOTALL)
    assert "AutoPeftModelForSeq2SeqLM" in code
    exec(code, {})
    assert capsys.readouterr().out.startswith("[")


def test_an_adapter_names_its_library_and_base(run):
    make_adapter(run, "google/t5-v1_1-large")
    card = card_of(run)
    assert card.data.library_name == "peft"
    assert card.data.base_model == "google/t5-v1_1-large"
    assert "A LoRA adapter" in card.text
    assert "`google/t5-v1_1-large`" in card.text


def test_a_base_that_no_hub_knows_stands_in_the_text_alone(run):
    make_adapter(run, "microworld:models/student")
    card = card_of(run)
    assert card.data.base_model is None
    assert "It starts from `microworld:models/student`." in card.text


def test_summarizer_has_its_own_task_and_figures(make_run, summary_figures, summary_recipe):
    card = card_of(make_run(summary_figures, summary_recipe))
    assert card.data.pipeline_tag == "summarization"
    assert "text2text-generation" not in card.data.tags
    assert [result.metric_type for result in card.data.eval_results] == ["faithful_summary", "compression", "copy"]
    assert "a shorter sentence that follows" in card.text
    assert "| Source | Output | Entailed, by the oracle |" in card.text


def test_limits_of_the_microworld_stand_with_its_numbers(run):
    assert card_of(run).text.count("embedded microworld") == 2


def test_output_with_special_characters_stays_in_its_cell(make_run, figures):
    figures["evaluation"]["systems"][2]["examples"] = [{"source": "a|b <b>", "output": "*c*\nd", "faithful": None}]
    assert "| a\\|b &lt;b&gt; | \\*c\\* d | not judged |" in card_of(make_run(figures)).text


def test_a_torn_training_record_is_refused_by_name(run):
    (run / "students/round-1/training.json").write_text('{"base": ', encoding="utf-8")
    with pytest.raises(CardError, match=r"round-1/training\.json is no JSON"):
        write_model_card(run, run / "student")
