import ast
import json
import shutil
import sys
from pathlib import Path

import pytest
from peft import LoraConfig, TaskType, get_peft_model
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer
from transformers.dynamic_module_utils import get_relative_import_files

import trainers
from builders.generation import Prompt
from scripts.inference_code import inference_code
from trainers.inputs import CONTROL, led, tree_signal
from trainers.paraphraser import Paraphraser
from trainers.sentence_form import words
from trainers.student_sampling import StudentSampler

VARIED = {"n": 4, "temperature": 2.0, "top_p": 0.95}
LIKE = "(S (NP (NNP Acme)) (VP (VBD rose)) (. .))"


@pytest.fixture(params=["student", "decoder"])
def either(request) -> Path:
    """A trained student of each kind."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def sources(pairs) -> list[str]:
    return [source for source, _ in pairs[:6]]


@pytest.fixture
def led_student(student, tmp_path) -> str:
    """A student that says it is led by the top two layers of a parse."""
    folder = tmp_path / "led"
    shutil.copytree(student, folder)
    (folder / CONTROL).write_text(json.dumps({"signal": "tree", "layers": 2, "parser": "m:parse"}), encoding="utf-8")
    return str(folder)


def test_one_output_is_what_was_learnt_in_the_order_asked(either, pairs):
    asked = [source for source, _ in pairs[:6]]
    outputs = Paraphraser.from_pretrained(str(either)).paraphrase([*asked, asked[0]])
    assert outputs == [[target] for _, target in [*pairs[:6], pairs[0]]]


def test_one_output_is_that_of_the_loop_that_samples_students(either, sources):
    asked = [*sources, "Acme closed the airport.", "On Friday the court", " ".join(["bank"] * 30)]
    greedy = StudentSampler(str(either), 40).sample([Prompt(text, 0) for text in asked], 1, 0.0, 1.0)
    assert Paraphraser.from_pretrained(str(either)).paraphrase(asked, max_new_tokens=40) == greedy


def test_a_text_is_answered_alike_alone_and_among_others_in_any_order(either, sources):
    paraphraser = Paraphraser.from_pretrained(str(either))
    alone = [paraphraser.paraphrase(text, **VARIED) for text in sources]
    assert any(len(texts) > 1 for texts in alone)
    assert paraphraser.paraphrase(sources, **VARIED) == alone
    assert paraphraser.paraphrase([*sources[::-1], sources[0]], **VARIED) == [*alone[::-1], alone[0]]
    assert paraphraser.paraphrase(sources, **VARIED, seed=1) != alone


def test_outputs_are_distinct_and_no_copies(either, sources):
    outputs = Paraphraser.from_pretrained(str(either)).paraphrase(sources, **VARIED)
    for source, texts in zip(sources, outputs, strict=True):
        said = [tuple(words(text)) for text in texts]
        assert len(set(said)) == len(said) <= 4
        assert tuple(words(source)) not in said


def test_a_critic_decides_the_order_and_of_one_output_which(either, sources):
    def longest(source, outputs):
        return [len(output) for output in outputs]

    paraphraser = Paraphraser.from_pretrained(str(either), critic=longest)
    several = paraphraser.paraphrase(sources, **VARIED)
    assert all(texts == sorted(texts, key=len, reverse=True) for texts in several)
    assert [texts[:1] for texts in several] == paraphraser.paraphrase(sources, **VARIED | {"n": 1})


def test_a_plain_language_model_is_asked_like_a_student(gpt2):
    outputs = Paraphraser.from_pretrained(gpt2).paraphrase(["Acme posted a profit.", "Heavy rain."], max_new_tokens=5)
    assert [len(texts) for texts in outputs] == [1, 1]


@pytest.mark.parametrize("texts", [[], ["Acme posted a profit of $4 million on Monday."] * 3])
def test_no_texts_and_equal_texts(either, texts):
    assert len(set(map(tuple, Paraphraser.from_pretrained(str(either)).paraphrase(texts)))) == min(1, len(texts))


def test_a_text_that_is_too_long_loses_its_last_words_and_is_counted(decoder, sources):
    paraphraser = Paraphraser.from_pretrained(str(decoder))
    long = " ".join(sources) * 20
    [[output], _] = paraphraser.paraphrase([long, sources[0]], max_new_tokens=30)
    assert paraphraser.cut == 1
    # 256 positions hold the output, the tokens of " =>", the end token, the source, and 8 to spare
    tokenizer = AutoTokenizer.from_pretrained(decoder)
    room = 256 - 30 - len(tokenizer(" =>")["input_ids"]) - 1 - 8
    whole = long.split()
    fitting = [" ".join(whole[:count]) for count in range(1, len(whole))]
    most = [text for text in fitting if len(tokenizer(text)["input_ids"]) <= room][-1]
    assert paraphraser.paraphrase(most, max_new_tokens=30) == [output]
    assert paraphraser.cut == 0
    assert paraphraser.paraphrase(long, max_new_tokens=1000)


@pytest.mark.parametrize(("trained_for", "longest"), [(128, 512), (600, 600)])
def test_a_model_that_numbers_no_positions_reads_as_much_as_t5_or_what_it_was_trained_for(
    student, sources, trained_for, longest
):
    paraphraser = Paraphraser.from_pretrained(str(student))
    paraphraser.model.generation_config.max_new_tokens = trained_for
    whole = (" ".join(sources) * 200).split()
    read = []
    hook = paraphraser.model.get_encoder().register_forward_pre_hook(
        lambda module, arguments, inputs: read.append(inputs["input_ids"].shape[1]), with_kwargs=True
    )
    outputs = paraphraser.paraphrase([" ".join(whole[:10_000]), sources[0]], max_new_tokens=5)
    hook.remove()
    assert paraphraser.cut == 1
    assert longest - 10 < max(read) <= longest
    assert paraphraser.paraphrase(sources[0], max_new_tokens=5) == outputs[1]
    assert paraphraser.cut == 0


@pytest.mark.parametrize("kind", ["student", "decoder"])
def test_an_adapter_comes_merged_into_its_base(request, kind, tmp_path, sources):
    folder = request.getfixturevalue(kind)
    task, auto_class, names = {
        "student": (TaskType.SEQ_2_SEQ_LM, AutoModelForSeq2SeqLM, ["q", "v"]),
        "decoder": (TaskType.CAUSAL_LM, AutoModelForCausalLM, ["c_attn"]),
    }[kind]
    settings = LoraConfig(task_type=task, target_modules=names, fan_in_fan_out=kind == "decoder")
    adapted = get_peft_model(auto_class.from_pretrained(folder), settings)
    adapted.save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(folder).save_pretrained(tmp_path)
    # a fresh adapter changes nothing
    whole = Paraphraser.from_pretrained(str(folder)).paraphrase(sources)
    assert Paraphraser.from_pretrained(str(tmp_path)).paraphrase(sources) == whole


def test_an_adapter_without_its_base_is_one_line(tmp_path):
    settings = LoraConfig(task_type=TaskType.SEQ_2_SEQ_LM, base_model_name_or_path=str(tmp_path / "gone"))
    settings.save_pretrained(tmp_path)
    with pytest.raises(OSError, match=r"is an adapter of '.*gone', which cannot be loaded: ") as caught:
        Paraphraser.from_pretrained(str(tmp_path))
    assert "\n" not in str(caught.value)


def test_an_exemplar_brings_its_like_to_the_front(student, sources):
    paraphraser = Paraphraser.from_pretrained(str(student))
    for like in ("The bank was shut.", "On Monday, it rose."):
        first = paraphraser.paraphrase(sources[0], like=like, **VARIED)[0]
        assert paraphraser.paraphrase(sources[0], **VARIED | {"n": 1}, like=like) == [first]
    each = paraphraser.paraphrase(sources[:2], like=["The bank was shut.", like], **VARIED)
    assert each[1] == paraphraser.paraphrase(sources[1], like=like, **VARIED)


def test_a_student_that_is_led_by_form_reads_the_exemplars_parse(led_student, student, sources):
    plain = Paraphraser.from_pretrained(str(student))
    asked = [led(tree_signal(LIKE, 2), source) for source in sources]
    paraphraser = Paraphraser.from_pretrained(led_student)
    assert paraphraser.paraphrase(sources, like=LIKE) == plain.paraphrase(asked)
    parsed = Paraphraser.from_pretrained(led_student, parser=lambda sentences: [LIKE for _ in sentences])
    assert parsed.paraphrase(sources, like="Acme rose.") == plain.paraphrase(asked)
    assert paraphraser.paraphrase(sources) == plain.paraphrase(sources)  # nothing is asked for


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"like": "Acme rose."}, "like must be a bracketed parse, since there is no parser here, got 'Acme rose.'"),
        ({"like": "(S (NP Acme)"}, r"like is a malformed bracketed parse, '\(S \(NP Acme\)'"),
        ({"like": ["Acme rose."]}, "like must be one exemplar, or one for each of 2 texts, got 1"),
        ({"n": 51}, "n must be a whole number from 1 to 50, got 51"),
        ({"temperature": 0.0, "n": 2}, "temperature must be a number from 0.01 to 5, got 0.0"),
    ],
)
def test_what_cannot_be_is_one_line(led_student, asked, message):
    with pytest.raises(ValueError, match=message) as caught:
        Paraphraser.from_pretrained(led_student).paraphrase(["Acme rose.", "It fell."], **asked)
    assert "\n" not in str(caught.value)


def test_its_code_is_the_files_that_ship_and_imports_nothing_of_this_project():
    shipped = {name for name, file in inference_code().items() if file.parent == Path(trainers.__path__[0])}
    needed = get_relative_import_files(inference_code()["paraphraser.py"])
    assert shipped == {"paraphraser.py", *(Path(file).name for file in needed)}
    for name in shipped:
        for node in ast.walk(ast.parse(inference_code()[name].read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert {name.partition(".")[0] for name in names} <= {
                *sys.stdlib_module_names,
                "torch",
                "transformers",
                "peft",
            }
