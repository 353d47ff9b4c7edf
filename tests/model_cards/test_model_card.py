"""The card of a student."""

import importlib.util
import json
import re
from xml.etree import ElementTree

import pytest
from huggingface_hub import ModelCard
from huggingface_hub.repocard import metadata_load
from huggingface_hub.repocard_data import model_index_to_eval_results

from model_cards.model_card import model_card_files, write_model_card
from model_cards.run_folder import CardError
from model_cards.usage_code import add_usage_code
from scripts.inference_code import inference_code

LAST = {"faithful_non_copy": 0.6634, "copy": 0.0138}


def card_of(run, student="student", **settings):
    return ModelCard.load(write_model_card(run, run / student, **settings))


def blocks_of(card):
    """The Python code of a card."""
    return re.findall(r"```python\n(.*?)```", card.text, flags=re.DOTALL)


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
    values = {result.metric_type: result.metric_value for result in results}
    hundredfold = ("faithful_non_copy", "faithful", "copy", "rouge_l", "rouge_l_reference")
    assert (
        values.items() >= {name: 100 * value if name in hundredfold else value for name, value in LAST.items()}.items()
    )
    assert all(result.metric_args["n"] == 2000 and result.metric_args["standard_error"] > 0 for result in results)


def test_a_checkpoint_of_an_earlier_round_has_its_own_figures_and_history(run):
    card = card_of(run, "students/round-0")
    values = {result.metric_type: result.metric_value for result in card.data.eval_results}
    assert values["faithful_non_copy"] == pytest.approx(57.12)
    assert "self-distilled pairs" not in card.text


@pytest.mark.parametrize(
    ("split", "words"),
    [
        ("test", "On test sources of `microworld.benchmark:news`"),
        ("development", "On development sources of `microworld.benchmark:news`"),
        (None, "On sources of `microworld.benchmark:news`"),  # a file of rows is no split of anything
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
    assert "24.07 (23.28 to 24.86) | 2,000 |" in text


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
    [code] = blocks_of(card_of(run))
    assert '"run/student"' in code
    exec(code, {})
    assert capsys.readouterr().out.startswith("[")


def save_adapter(run, base):
    """A LoRA adapter of a T5 in `base`, and nothing of that T5, as the student of a run."""
    from peft import LoraConfig, TaskType, get_peft_model

    model = save_student(base)
    save_student(run / "student")
    for name in ("model.safetensors", "config.json"):
        (run / "student" / name).unlink()
    adapter = get_peft_model(model, LoraConfig(task_type=TaskType.SEQ_2_SEQ_LM, target_modules=["q", "v"], r=2))
    adapter.peft_config["default"].base_model_name_or_path = str(base)
    adapter.save_pretrained(run / "student")


def test_code_of_an_adapters_card_runs_as_it_stands(run, tmp_path, monkeypatch, capsys):
    save_adapter(run, tmp_path / "base")
    monkeypatch.chdir(run.parent)
    [code] = blocks_of(card_of(run))
    assert "AutoPeftModelForSeq2SeqLM" in code
    exec(code, {})
    assert capsys.readouterr().out.startswith("[")


def save_decoder(folder, **settings):
    """A GPT-2 of no training."""
    from transformers import GPT2Config, GPT2LMHeadModel

    save_student(folder)  # for its tokenizer
    (folder / "config.json").unlink()
    size = {"n_embd": 8, "n_layer": 1, "n_head": 2, "vocab_size": 6, "bos_token_id": 1, "eos_token_id": 1}
    config = GPT2Config(**size, pad_token_id=0, **settings)
    model = GPT2LMHeadModel(config)
    model.generation_config.max_new_tokens = 5
    model.save_pretrained(folder)
    return model


def test_code_of_a_decoder_only_models_card_runs_in_the_stock_pipeline(run, monkeypatch, capsys):
    save_decoder(run / "student", prompt_template="{source} =>")
    monkeypatch.chdir(run.parent)
    card = card_of(run)
    [code] = blocks_of(card)
    assert 'pipeline("text-generation", model="run/student")' in code
    assert "on Tuesday. =>" in code
    exec(code, {})
    assert capsys.readouterr().out.endswith("\n")
    assert card.data.pipeline_tag == "text-generation"
    assert "text2text-generation" not in card.data.tags
    assert card.data.to_dict()["widget"][0]["text"].endswith("on Tuesday. =>")
    assert "does not work" not in card.text


def test_code_of_a_decoder_only_adapters_card_runs_as_it_stands(run, tmp_path, monkeypatch, capsys):
    from peft import LoraConfig, TaskType, get_peft_model

    save_decoder(run / "student")
    model = save_decoder(tmp_path / "base")
    for name in ("model.safetensors", "config.json"):
        (run / "student" / name).unlink()
    adapter = get_peft_model(model, LoraConfig(task_type=TaskType.CAUSAL_LM, target_modules=["c_attn"], r=2))
    adapter.peft_config["default"].base_model_name_or_path = str(tmp_path / "base")
    adapter.save_pretrained(run / "student")
    monkeypatch.chdir(run.parent)
    [code] = blocks_of(card_of(run))
    assert "AutoPeftModelForCausalLM" in code
    exec(code, {})
    assert capsys.readouterr().out.endswith("\n")


def test_code_that_comes_with_the_model_is_told_and_runs_as_it_stands(run, monkeypatch, capsys):
    save_student(run / "student")
    words = ('pipeline("paraphrase"', '"n": 3')
    assert not any(word in card_of(run).text for word in words)
    add_usage_code(run / "student", inference_code())
    monkeypatch.chdir(run.parent)
    card = card_of(run)
    assert all(word in card.text for word in words)
    [_, code] = blocks_of(card)
    names = {}
    exec(code, names)
    printed = capsys.readouterr().out.splitlines()
    assert names["paraphrase"].task == "paraphrase"
    assert len(printed) <= 5
    [request] = re.findall(r"```json\n(.*?)```", card.text, flags=re.DOTALL)
    spec = importlib.util.spec_from_file_location("handler", run / "student/handler.py")
    handler = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(handler)
    answer = handler.EndpointHandler(str(run / "student"))(json.loads(request))
    assert all(entry.keys() == {"generated_text"} for entry in answer)


def test_an_adapter_has_a_handler_and_no_pipeline_by_name(run):
    make_adapter(run, "google/t5-v1_1-large")
    add_usage_code(run / "student", inference_code())
    text = card_of(run).text
    assert "handler.py" in text
    assert 'pipeline("paraphrase"' not in text


def test_the_page_shows_outputs_that_the_student_really_wrote(run, figures):
    card = card_of(run)
    examples = figures["evaluation"]["systems"][2]["examples"][:3]
    widget = card.data.to_dict()["widget"]
    assert [(one["text"], one["output"]["text"]) for one in widget] == [(e["source"], e["output"]) for e in examples]
    top = card.text.partition("## Use")[0]
    assert all(example["output"] in top for example in examples)


def test_curves_stand_beside_the_card_that_shows_them(run):
    card = card_of(run)
    assert "](training_curves.svg)" in card.text
    picture = ElementTree.parse(run / "student/training_curves.svg").getroot()
    words = " ".join(part.text or "" for part in picture.iter() if part.tag.endswith("text"))
    assert "student, round 0" in words
    assert "student, self-distilled" in words
    assert len([part for part in picture.iter() if part.tag.endswith("polyline")]) == 4
    assert model_card_files(run, run / "student") == {
        "training_curves.svg": (run / "student/training_curves.svg").read_text(encoding="utf-8")
    }


def test_without_losses_there_are_no_curves(run):
    for path in run.glob("student*/**/training.json"):
        path.write_text(json.dumps(json.loads(path.read_text()) | {"history": []}), encoding="utf-8")
    assert "training_curves" not in card_of(run).text
    assert model_card_files(run, run / "student") == {}


def test_a_second_card_keeps_what_people_wrote_in_the_first(run):
    path = run / "student/README.md"
    first = str(card_of(run))
    path.write_text(first.replace("<!-- impossible: model begin", "By hand.\n\n<!-- impossible: model begin"), "utf-8")
    kept = path.read_text(encoding="utf-8")
    assert str(card_of(run)) == kept


def test_an_adapter_names_its_library_and_base(run):
    make_adapter(run, "google/t5-v1_1-large")
    card = card_of(run)
    assert card.data.library_name == "peft"
    assert card.data.base_model == "google/t5-v1_1-large"
    assert card.data.to_dict()["base_model_relation"] == "adapter"
    assert "A LoRA adapter" in card.text
    assert "`google/t5-v1_1-large`" in card.text


def test_a_base_that_no_hub_knows_stands_in_the_text_alone(run):
    make_adapter(run, "microworld:models/student")
    card = card_of(run)
    assert card.data.base_model is None
    assert "base_model_relation" not in card.data.to_dict()
    assert "It starts from `microworld:models/student`." in card.text


def test_a_base_that_was_published_later_is_named_where_it_is(run):
    make_adapter(run, "/home/someone/base")
    card = card_of(run, base_id="someone/base")
    assert card.data.base_model == "someone/base"
    assert "`someone/base`" in card.text
    assert "/home/someone" not in str(card)


def test_a_finetuned_model_says_so(run):
    path = run / "students/round-0/training.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"base": "google/t5-v1_1-small"}), encoding="utf-8")
    data = card_of(run).data.to_dict()
    assert (data["base_model"], data["base_model_relation"]) == ("google/t5-v1_1-small", "finetune")


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
