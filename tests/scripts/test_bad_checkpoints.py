"""Models whose files are damaged, incomplete or of another model: one line, before any work is done."""

import copy
import json
import shutil
from pathlib import Path

import pytest
from huggingface_hub import load_state_dict_from_file, save_torch_state_dict
from peft import LoraConfig, PrefixTuningConfig, TaskType, get_peft_model
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from tests.builders import tiny_models
from tests.scripts.conftest import impossible, overrides

WEIGHTS, ADAPTER = "model.safetensors", "adapter_model.safetensors"
LORA = LoraConfig(task_type=TaskType.SEQ_2_SEQ_LM, r=2, target_modules=["q", "v"])
PREFIX = PrefixTuningConfig(task_type=TaskType.SEQ_2_SEQ_LM, num_virtual_tokens=2)


@pytest.fixture(scope="module", autouse=True)
def _workplace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkpoints")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("student", "shapes", "lacking", "others", "no_weights", "cut_off", "other_tokens"):
            tiny_models.make_student(Path(name))
        tiny_models.make_critic(Path("critic"))
        tiny_models.make_teacher(Path("teacher"), steps=1)
        change("shapes/config.json", d_ff=96)
        change_weights(f"lacking/{WEIGHTS}", lambda weights: weights.pop(min(weights)))
        shutil.copy(f"teacher/{WEIGHTS}", f"others/{WEIGHTS}")
        Path(f"no_weights/{WEIGHTS}").unlink()
        Path(f"cut_off/{WEIGHTS}").write_bytes(Path(f"student/{WEIGHTS}").read_bytes()[:5000])
        tokenizer = AutoTokenizer.from_pretrained("student")
        tokenizer.add_tokens([f"word{number}" for number in range(500)])
        tokenizer.save_pretrained("other_tokens")
        for name, base, settings in [
            ("fitting", "student", LORA),
            ("homeless", "deleted/student", LORA),
            ("of_the_hub", "nobody/nothing", LORA),
            ("of_itself", "of_itself", LORA),
            ("of_a_teacher", "teacher", LORA),
            ("of_a_critic", "critic", LORA),
            ("without_weights", "student", LORA),
            ("lacking_weights", "student", LORA),
            ("of_other_rank", "student", LORA),
            ("prefix", "student", PREFIX),
        ]:
            adapt(name, base, settings)
        Path(f"without_weights/{ADAPTER}").unlink()
        change_weights(f"lacking_weights/{ADAPTER}", lambda weights: weights.pop(min(weights)))
        change("of_other_rank/adapter_config.json", r=4)
        Path("pairs.tsv").write_text("source\ttarget\n" + "Profit rose.\tIt rose.\n" * 3)
        yield


def adapt(name: str, base: str, settings: LoraConfig | PrefixTuningConfig) -> None:
    adapted = get_peft_model(AutoModelForSeq2SeqLM.from_pretrained("student"), copy.copy(settings))
    adapted.peft_config["default"].base_model_name_or_path = base
    adapted.save_pretrained(name)
    AutoTokenizer.from_pretrained("student").save_pretrained(name)


def change(path: str, **settings: object) -> None:
    Path(path).write_text(json.dumps(json.loads(Path(path).read_text()) | settings))


def change_weights(path: str, change) -> None:
    weights = load_state_dict_from_file(path)
    change(weights)
    folder, name = Path(path).parent, Path(path).stem
    save_torch_state_dict(weights, folder, filename_pattern=name + "{suffix}.safetensors")


BAD = [
    ("critic", 2, ["'./critic' is a GPT2ForSequenceClassification model; name one that loads as"]),
    (
        "shapes",
        1,
        ["its weights are of another shape than its config.json", "32 x 16, not 96 x 16; save the model again"],
    ),
    ("lacking", 1, ["'./lacking' has no trained weights for 'decoder.", "name a model trained for this use"]),
    ("others", 1, ["'./others' has no trained weights for 'decoder.", "name a model trained for this use"]),
    ("no_weights", 1, ["'./no_weights' does not load", "no file named model.safetensors", "save the model again"]),
    ("cut_off", 1, ["'./cut_off' does not load", "header", "save the model again"]),
    (
        "other_tokens",
        1,
        ["'./other_tokens' has 339 token embeddings, and its tokenizer 839 tokens", "put the tokenizer"],
    ),
    ("homeless", 1, ["homeless/adapter_config.json names a base that is not there: ", "deleted/student", "; "]),
    ("of_the_hub", 1, ["of_the_hub/adapter_config.json names a base that is not there: ", "'nobody/nothing'", "; "]),
    ("of_itself", 1, ["of_itself/adapter_config.json names the adapter itself as its base; name the model"]),
    ("of_a_teacher", 1, ["'./of_a_teacher' is an adapter that does not fit its base 'teacher'", "name the base"]),
    ("of_a_critic", 2, ["'./of_a_critic' is a GPT2ForSequenceClassification model"]),
    ("without_weights", 1, ["'./without_weights' is an adapter without its adapter_model.safetensors; save"]),
    ("lacking_weights", 1, ["'./lacking_weights' is an adapter that does not fit", "missing adapter keys", "name the"]),
    ("of_other_rank", 1, ["'./of_other_rank' is an adapter that does not fit", "size mismatch for", "name the base"]),
    ("prefix", 1, ["'./prefix' is an adapter of the kind PREFIX_TUNING; name a LoRA adapter or a whole model"]),
]


@pytest.mark.parametrize(("name", "status", "words"), BAD, ids=[name for name, _, _ in BAD])
@pytest.mark.parametrize("command", ["run", "train", "evaluate", "paraphrase"])
def test_a_checkpoint_that_is_none_is_one_line(hub, command, name, status, words):
    base = ["--out", "run", *overrides({"student.base": f"./{name}", "critics": "[rouge_l]"})]
    arguments = {
        "run": ["microworld-demo", *base],
        "train": ["microworld-demo", "--data", "pairs.tsv", *base],
        "evaluate": [f"./{name}", "--benchmark", "microworld.benchmark:news", "--n", "2"],
        "paraphrase": [f"./{name}", "Profit rose."],
    }
    outcome = impossible(command, *arguments[command])
    assert (outcome.status, outcome.out) == (status, "")
    [line] = outcome.err.splitlines()
    assert all(word in line for word in words), line
    assert ("student.base: " in line) == (command in ("run", "train"))
    assert not Path("run").exists()


def test_one_that_fits_its_base_is_taken():
    outcome = impossible("paraphrase", "./fitting", "Profit rose.")
    assert (outcome.status, outcome.err) == (0, "")


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("sampling.teacher", "torn", ["sampling.teacher: model 'torn' does not load as a causal language model"]),
        ("critics", "[{semantic_equivalence: {model: bare}}]", ["critics: model 'bare' has no trained weights for"]),
    ],
)
def test_teacher_and_critics_are_looked_at_too(setting, value, words):
    shutil.copytree("teacher", "torn", dirs_exist_ok=True)
    Path(f"torn/{WEIGHTS}").write_bytes(b"torn")
    shutil.copytree("critic", "bare", dirs_exist_ok=True)
    shutil.copy(f"teacher/{WEIGHTS}", f"bare/{WEIGHTS}")
    outcome = impossible("run", "microworld-demo", "--out", "run", *overrides({"critics": "[rouge_l]", setting: value}))
    assert outcome.status == 1
    [line] = outcome.err.splitlines()
    assert all(word in line for word in words), line
    assert not Path("run").exists()
