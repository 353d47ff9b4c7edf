"""Trainings of a decoder-only student; what both kinds share is tested in test_finetuning.py."""

import json
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from tokenizers.trainers import BpeTrainer
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    pipeline,
    set_seed,
)

from builders.errors import ConfigError
from builders.models import load_causal_lm
from tests.builders.tiny_models import make_teacher
from tests.trainers.conftest import PAIRS, SENTENCES, make_tokenizer
from tests.trainers.test_finetuning import CONFIG, LORA, history, weights
from trainers.causal import causal_trainer, longest_sides
from trainers.finetuning import fine_tune
from trainers.finetuning_config import LoraSettings
from trainers.paraphraser import Paraphraser
from trainers.prompt import prompt
from trainers.shortened_pairs import shortened_pairs

SOURCE, TARGET = PAIRS[0]


@pytest.fixture(scope="session")
def llama(tmp_path_factory) -> str:
    """A random Llama with a tokenizer like SentencePiece's: words take the space before them, the first one too."""
    folder = tmp_path_factory.mktemp("models") / "llama"
    bpe = Tokenizer(models.BPE(unk_token="<unk>"))
    bpe.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    bpe.decoder = decoders.Metaspace(prepend_scheme="first")
    alphabet = sorted({*"".join(SENTENCES), "=", ">"})
    trainer = BpeTrainer(
        vocab_size=200, special_tokens=["<unk>", "<s>", "</s>"], initial_alphabet=alphabet, show_progress=False
    )
    bpe.train_from_iterator(SENTENCES, trainer)
    bpe.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    names = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, **names)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 4}
    set_seed(0)
    config = LlamaConfig(vocab_size=len(tokenizer), max_position_embeddings=128, **sizes)
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="session")
def teacher(tmp_path_factory) -> str:
    return make_teacher(tmp_path_factory.mktemp("models") / "teacher", steps=1)


def prepared(base: str, pairs: list[tuple[str, str]], folder: Path, max_length: int = 48) -> list[dict]:
    """The rows that a training of `base` on the pairs would see."""
    model, tokenizer = load_causal_lm.__wrapped__(base)
    shorter, _ = shortened_pairs(tokenizer, pairs, longest_sides(model, tokenizer, max_length))
    config = replace(CONFIG, max_length=max_length)
    return list(causal_trainer(model, tokenizer, shorter, [], config, folder, seed=0).train_dataset)


@pytest.mark.parametrize("config", [CONFIG, LORA], ids=["full", "lora"])
def test_loss_does_not_change_with_accumulation(config, gpt2, pairs, tmp_path):
    whole = replace(config, batch_size=16)
    split = replace(config, batch_size=4, gradient_accumulation_steps=4)
    one = history(fine_tune(gpt2, pairs, [], whole, tmp_path / "one", seed=0))
    four = history(fine_tune(gpt2, pairs, [], split, tmp_path / "four", seed=0))
    assert len(one) == 6
    assert one[-1] < one[0]
    assert four == pytest.approx(one, rel=1e-4)


@pytest.mark.parametrize("base", ["gpt2", "llama"])  # the second pads with its end token
def test_the_loss_is_that_of_the_completion_and_the_end_token(base, request, tmp_path):
    base = request.getfixturevalue(base)
    [first, *_] = history(fine_tune(base, PAIRS, [], replace(CONFIG, batch_size=6), tmp_path / "student", seed=0))
    model, tokenizer = AutoModelForCausalLM.from_pretrained(base), AutoTokenizer.from_pretrained(base)
    losses = []
    for source, target in PAIRS:
        asked, whole = (tokenizer(text)["input_ids"] for text in (f"{source} =>", f"{source} => {target}</s>"))
        with torch.inference_mode():
            logits = model(torch.tensor([whole])).logits[0]
        scores = torch.nn.functional.cross_entropy(logits[:-1], torch.tensor(whole[1:]), reduction="none")
        losses += scores[len(asked) - 1 :].tolist()
    assert first == pytest.approx(sum(losses) / len(losses), rel=1e-5)


@pytest.mark.parametrize("config", [CONFIG, LORA], ids=["full", "lora"])
def test_same_seed_gives_the_same_bytes(config, gpt2, pairs, tmp_path):
    one, again, other = (
        weights(fine_tune(gpt2, pairs, pairs[:4], config, tmp_path / name, seed=seed))
        for name, seed in (("one", 1), ("again", 1), ("other", 2))
    )
    assert one == again
    assert one != other


@pytest.mark.parametrize("setting", [{"precision": "bf16"}, {"label_smoothing": 0.1}, {"schedule": "cosine"}], ids=str)
def test_settings_reach_the_training(setting, gpt2, pairs, tmp_path):
    plain = history(fine_tune(gpt2, pairs, [], CONFIG, tmp_path / "plain", seed=0))
    other = history(fine_tune(gpt2, pairs, [], replace(CONFIG, **setting), tmp_path / "other", seed=0))
    assert other != plain
    assert other == pytest.approx(plain, rel=0.5)


def test_the_validation_loss_is_taken_at_the_same_points(gpt2, pairs, tmp_path):
    out = fine_tune(gpt2, pairs, pairs[:4], replace(CONFIG, evaluations=2), tmp_path / "student", seed=3)
    record = json.loads((out / "training.json").read_text())
    assert (record["method"], record["pairs"], record["steps"]) == ("full", len(pairs), 6)
    assert [entry["step"] for entry in record["history"] if "eval_loss" in entry] == [3, 6]


@pytest.mark.parametrize("base", ["gpt2", "teacher", "llama"])
def test_a_row_is_the_prompt_as_generation_reads_it_and_the_completion(base, request, tmp_path):
    base = request.getfixturevalue(base)
    tokenizer = AutoTokenizer.from_pretrained(base)
    for row, (source, target) in zip(prepared(base, PAIRS, tmp_path), PAIRS, strict=True):
        asked = tokenizer(f"{source} =>")["input_ids"]
        assert row["input_ids"][: len(asked)] == asked
        assert row["labels"][: len(asked)] == [-100] * len(asked)
        written = row["labels"][len(asked) :]
        assert written == row["input_ids"][len(asked) :]
        assert written[-1] == tokenizer.eos_token_id
        assert tokenizer.decode(written[:-1]).strip() == target


@pytest.mark.parametrize("max_length", [12, 1000])  # the second is more than all of the 256 positions
def test_a_sentence_that_is_too_long_loses_its_end_and_the_row_keeps_its_form(max_length, gpt2, tmp_path):
    [row] = prepared(gpt2, [(f"{SOURCE} " * 40, f"{TARGET} " * 40)], tmp_path, max_length)
    tokenizer = AutoTokenizer.from_pretrained(gpt2)
    text = tokenizer.decode(row["input_ids"])
    source, target = text.split(" => ")
    assert f"{SOURCE} " * 40 == f"{source} {(f'{SOURCE} ' * 40).removeprefix(source).lstrip()}"  # cut behind a word
    assert (f"{TARGET} " * 40).startswith(f"{target.removesuffix('</s>')} ")
    assert target.endswith("</s>")
    assert len(row["input_ids"]) <= min(2 * max_length + 10, 256)


def test_a_tokenizer_that_cannot_prompt_is_one_line(gpt2, tmp_path):
    model = AutoModelForCausalLM.from_pretrained(gpt2)
    ends, endless = make_tokenizer(add_end=True), make_tokenizer(add_end=False)
    endless.eos_token = None
    for tokenizer, words in ((ends, "puts no token behind a text"), (endless, "no end-of-text token")):
        with pytest.raises(ConfigError, match=words) as caught:
            causal_trainer(model, tokenizer, PAIRS, [], CONFIG, tmp_path, seed=0)
        assert "\n" not in str(caught.value)


def test_the_saved_folder_says_how_to_ask_and_to_generate(decoder):
    config = AutoModelForCausalLM.from_pretrained(decoder).config
    assert (config.prompt_template, config.use_cache) == ("{source} =>", True)
    settings = json.loads((decoder / "generation_config.json").read_text())
    settings.pop("transformers_version")
    assert settings == {
        **{"do_sample": False, "max_new_tokens": 48},
        **{"bos_token_id": 1, "eos_token_id": 1, "pad_token_id": 0},
    }


def test_the_stock_pipeline_paraphrases_without_a_warning(decoder, capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        [answer] = pipeline("text-generation", model=str(decoder), device="cpu")(f"{SOURCE} =>")
    assert answer == {"generated_text": f"{SOURCE} => {TARGET}"}
    assert "warn" not in capfd.readouterr().err.lower()


def test_the_stock_pipeline_adds_only_what_the_paraphraser_gives(decoder):
    generate = pipeline("text-generation", model=str(decoder), device="cpu")
    asked = [prompt("{source} =>", source) for source in SENTENCES]
    answers = generate(asked, return_full_text=False)
    outputs = Paraphraser.from_pretrained(str(decoder)).paraphrase(SENTENCES)
    assert [[text.strip()] for [answer] in answers for text in answer.values()] == outputs


@pytest.mark.parametrize(("base", "modules"), [("gpt2", ["c_attn"]), ("llama", ["q_proj", "v_proj"])])
def test_an_adapter_goes_on_the_matrices_of_the_architecture_and_is_continued(base, modules, request, pairs, tmp_path):
    base = request.getfixturevalue(base)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        first = fine_tune(base, pairs, [], LORA, tmp_path / "first", seed=0)
        second = fine_tune(str(first), pairs, [], LORA, tmp_path / "second", seed=0)
    settings = json.loads((second / "adapter_config.json").read_text())
    assert sorted(settings["target_modules"]) == modules
    assert settings["base_model_name_or_path"] == base
    assert settings["task_type"] == "CAUSAL_LM"
    assert history(second)[0] < history(first)[0]
    assert Paraphraser.from_pretrained(str(second)).paraphrase(SOURCE, max_new_tokens=3)


@pytest.mark.parametrize(
    ("modules", "words"),
    [(("q", "v"), "'q', 'v'.* do not fit .*; choose from c_attn, c_fc, c_proj$"), (("lm_head",), "output layer")],
)
def test_matrices_that_cannot_be_adapted_are_one_line(modules, words, gpt2, tmp_path):
    settings = replace(LORA, lora=LoraSettings(target_modules=modules))
    with pytest.raises(ConfigError, match=words) as caught:
        fine_tune(gpt2, PAIRS, [], settings, tmp_path / "student", seed=0)
    assert "\n" not in str(caught.value)
