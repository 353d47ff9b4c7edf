"""A user's mistake is one line that names the setting or file, the value and the remedy; nothing is left half done."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.builders import tiny_models
from tests.scripts.conftest import impossible, overrides

STUDENT = "microworld:models/student"
BENCHMARK = ("--benchmark", "microworld.benchmark:news")
LATIN = "Das Café öffnet.".encode("latin-1")
FILES = {
    "latin.txt": LATIN,
    "latin.yaml": b"name: " + LATIN,
    "list.yaml": b"- name: demo\n",
    "open.yaml": b"name: demo\nseed: [1\n",
    "date.yaml": b"name: 2024-13-45\n",
    "empty.txt": b"",
    "gap.txt": b"Dell said profit rose on Monday.\n\n",
    "short.txt": b"Dell said profit rose on Monday.\nno end\n",
    "number.jsonl": b'{"context": "Dell said profit rose."}\n{"context": 5}\n',
    "one.tsv": b"Dell said profit rose.\tProfit rose, Dell said.\n",
    "file": b"",
    "broken/config.json": b"{",
    "weightless/config.json": b'{"model_type": "gpt2"}',
    "weightless/README.md": b"---\nlicense: mit\n---\n",
    "encoder/config.json": b'{"model_type": "distilbert"}',
    "folder/note": b"",
    "half.yaml": b'name: "demo \\ud800"\n',
    "half.jsonl": b'{"context": "Profit \\ud800 rose."}\n',
    "half_source.jsonl": b'{"source": "Profit rose."}\n{"source": "Profit \\ud800 rose."}\n',
    "twice.jsonl": b'{"context": "Profit rose.", "context_id": 1}\n{"context": "Sales fell.", "context_id": 1}\n',
    "open_adapter/adapter_config.json": b"{",
    "null_adapter/adapter_config.json": b'{"base_model_name_or_path": null}',
    "no_syntax.py": b"def parse(:\n",
    "bad_code.py": b"""
def no_tree(sentence): return '(S'
def nothing(sentence): return None
def failing(sentence): return sentence.split()[99]
def no_source(task, n, seed, split): return [{'text': 'Profit rose.'}] * n
def meaning(sentence): return None
def equivalent(a, b): return {}[a]
def entails(a, b): return {}[a]
""",
}


@pytest.fixture(scope="module", autouse=True)
def _workplace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad-input")
    for name, content in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    tiny_models.make_critic(folder / "sentiment", labels=("positive", "negative", "mixed"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.syspath_prepend(folder)
        yield


def complaint(*arguments: object, status: int) -> str:
    """The one line that the command prints before it ends with this status, having started nothing."""
    outcome = impossible(*arguments)
    assert (outcome.status, outcome.out) == (status, "")
    [line] = outcome.err.splitlines()
    assert line.startswith("impossible")
    assert not list(Path().rglob("*.partial"))
    return line


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ([], 2, ["COMMAND", "impossible --help"]),
        (["summon"], 2, ["'summon'", "paraphrase", "impossible --help"]),
        (["run"], 2, ["recipe", "impossible run --help"]),
        (["demo", "--colour"], 2, ["--colour"]),
        (["demo", "--seed", "x"], 2, ["--seed", "'x'"]),
        (["run", "microworld-nws"], 2, ["'microworld-nws'", "did you mean microworld-news?"]),
        (["run", "mine.yaml"], 2, ["'mine.yaml'", "bundled are ablation, dimple-biomedical, dimple-news,"]),
        (["run", "folder"], 1, ["folder", "Is a directory"]),
        (["run", "latin.yaml"], 1, ["latin.yaml", "not UTF-8", "0xe9 at offset 13", "save it as UTF-8"]),
        (["run", "list.yaml"], 2, ["list.yaml", "settings by name", "list"]),
        (["run", "open.yaml"], 2, ["open.yaml, line 3", "no YAML"]),
        (["run", "date.yaml"], 2, ["date.yaml", "month must be in 1..12"]),
        (["run", "empty.txt"], 2, ["empty.txt", "settings by name"]),
        (["run", "half.yaml"], 2, ["name has half a character", "'demo \\ud800'"]),
    ],
)
def test_commands_and_recipe_files(arguments, status, words):
    line = complaint(*arguments, status=status)
    assert all(word in line for word in words), line


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("sampling.contxts=3", ["'contxts'", "section 'sampling'", "nearest valid: contexts"]),
        ("sampler.k=3", ["'sampler'", "nearest valid: sampling"]),
        ("sampling.k=1", ["k must be at least 2, got 1"]),
        ("sampling.k=many", ["sampling.k", "whole number", "'many'"]),
        ("sampling.top_p=1.5", ["top_p must lie in (0, 1], got 1.5"]),
        ("sampling.temperature=.nan", ["temperature", "nan"]),
        ("sampling=3", ["section 'sampling'", "got 3"]),
        ("sampling.domain=../news", ["sampling.domain", "'../news'"]),
        ("sampling.domain={name: ../news}", ["sampling.domain", "'../news'", "letters, digits and _ . - only"]),
        ("sampling.domain={name: news-preference}", ["sampling.domain", "'news-preference'", "name it otherwise"]),
        ("sampling.domain=newss", ["sampling.domain: 'newss'", "did you mean news?"]),
        ("sampling.domain=open.yaml", ["open.yaml, line 3 is no YAML"]),
        ("sampling.domain={name: a, prefixes: ['{city}']}", ["'{city}'", "values no 'city'", "list what may stand"]),
        ("sampling.domain={name: a, sentences: {splitter: 'no_such:split'}}", ["splitter 'no_such:split' cannot be"]),
        ("deduplication={threshold: 2}", ["deduplication", "threshold", "(0, 1]", "2.0"]),
        ("name=a/b", ["name", "'a/b'"]),
        ("seed=-1", ["seed must lie in 0..4294967295, got -1"]),
        ("workers=0", ["workers must be at least 1, got 0"]),
        ("task=translation", ["task", "'translation'", "'summary'"]),
        ("task=summary", ["task 'summary'", "direction: forward"]),
        ("self_distillation=null", ["controls", "self_distillation"]),
        ("self_distillation.temperature=0", ["self_distillation: temperature 0 writes", "10 times", "candidates: 1"]),
        ("student.training.epochs=.inf", ["student.training: epochs", "a finite number", "got inf"]),
        ("student.training.lora.rank=0", ["student.training.lora: rank", "got 0"]),
        ("critics=[]", ["critics", "at least one"]),
        ("critics=[{rouge: {}}]", ["critics[0]", "rouge_l", "'rouge'"]),
        ("critics=[{rouge_l: 0}]", ["section 'critics[0].rouge_l'", "a mapping of settings", "got 0"]),
        ("critics.rouge_l.max=0.5", ["critics.rouge_l.max=0.5", "set it as a whole"]),
        ("evaluation.n=1", ["evaluation: n must be at least 2", "got 1"]),
        ("sampling.k", ["section.key=value", "'sampling.k'"]),
        ("=3", ["section.key=value", "'=3'"]),
        ("sampling.k=[", ["sampling.k=[", "no YAML"]),
        ("name=2024-13-45", ["name=2024-13-45", "no YAML"]),
        ('name="a\\ud800"', ["name has half a character", "'a\\ud800'"]),
        ("name=caf\udce9", ["'name=caf\\udce9'", "not UTF-8"]),
    ],
)
def test_settings(setting, words):
    line = complaint("demo", "--out", "run", "--set", setting, status=2)
    assert all(word in line for word in words), line
    assert not Path("run").exists()


def critics_with(model: str) -> str:
    return f"[{{semantic_equivalence: {{model: '{model}'}}}}]"


def parsed_by(parser: str) -> str:
    return f"[{{tree_edit_distance: {{parser: '{parser}'}}}}]"


@pytest.mark.parametrize(
    ("setting", "value", "status", "words"),
    [
        ("sampling.teacher", "./nowhere", 1, ["sampling.teacher", "'./nowhere'", "does not exist"]),
        ("sampling.teacher", "folder", 1, ["sampling.teacher", "'folder'", "holds no config.json"]),
        ("sampling.teacher", "broken", 1, ["sampling.teacher", "'broken'", "not a valid JSON file"]),
        ("sampling.teacher", "nobody/nothing", 1, ["'nobody/nothing'", "check the name, or the network"]),
        ("sampling.teacher", "microwrld:models/teacher-news", 1, ["no package 'microwrld'"]),
        ("sampling.teacher", STUDENT, 2, ["sampling.teacher", "is a t5 model", "causal LM"]),
        ("student.base", "encoder", 2, ["student.base", "a distilbert model", "encoder-decoder model or a causal LM"]),
        ("student.base", "./nowhere", 1, ["student.base", "'./nowhere'", "does not exist"]),
        ("student.base", "open_adapter", 1, ["student.base", "open_adapter/adapter_config.json", "not valid JSON"]),
        ("student.base", "null_adapter", 1, ["null_adapter/adapter_config.json", "no base_model_name_or_path"]),
        ("critics", critics_with("./nowhere"), 1, ["critics", "'./nowhere'", "does not exist"]),
        ("critics", critics_with("sentiment"), 2, ["'sentiment'", "no entailment label", "positive, negative, mixed"]),
        ("critics", parsed_by("given"), 2, ["critics: parser 'given' is for pairs with trees", "name a parser"]),
        ("critics", parsed_by("nowhere:parse"), 2, ["parser 'nowhere:parse'"]),
        ("critics", parsed_by("no_syntax:parse"), 2, ["parser 'no_syntax:parse'", "no_syntax.py, line 1"]),
        ("critics", parsed_by("bad_code:no_tree"), 1, ["'bad_code:no_tree' failed", "malformed tree", "one tree"]),
        ("critics", parsed_by("bad_code:nothing"), 1, ["'bad_code:nothing' failed", "NoneType", "one tree"]),
        ("critics", parsed_by("bad_code:failing"), 1, ["'bad_code:failing' failed", "index out of range"]),
        ("evaluation.parser", "bad_code:no_tree", 1, ["'bad_code:no_tree' failed", "malformed tree"]),
        ("evaluation", "{data: nowhere.tsv}", 1, ["cannot read nowhere.tsv"]),
        ("evaluation", "{data: latin.txt}", 1, ["latin.txt", "not UTF-8"]),
        ("evaluation", "{data: one.tsv}", 1, ["one.tsv gives 1 test rows", "at least 2"]),
        ("evaluation.benchmark", "microworld.benchmark:row", 2, ["'microworld.benchmark:row'"]),
        (
            "evaluation.benchmark",
            "json:loads",
            1,
            ["benchmark 'json:loads' failed", "rows(task, n, seed, split=split)"],
        ),
        ("evaluation.benchmark", "bad_code:no_source", 1, ["'bad_code:no_source', row 1", '"source"']),
        ("evaluation.oracle", "json", 2, ["oracle 'json' lacks meaning"]),
        ("evaluation.oracle", "no_syntax", 2, ["oracle 'no_syntax'", "no_syntax.py, line 1"]),
        ("evaluation.oracle", "bad_code", 1, ["oracle 'bad_code' failed on"]),
        ("evaluation", "{data: half_source.jsonl}", 1, ["half_source.jsonl, line 2", "half a character"]),
        ("sampling.corpus", "nowhere.txt", 1, ["cannot read nowhere.txt"]),
        ("sampling.corpus", "gap.txt:body", 2, ["gap.txt has no column 'body'; it has text"]),
        ("sampling.corpus", "{place: gap.txt, split: test}", 2, ["sampling.corpus.split test", "leave it out"]),
        ("sampling.corpus", "number.jsonl:body", 2, ["number.jsonl has no column 'body'"]),
    ],
)
def test_what_a_recipe_names_is_looked_at_before_anything_is_sampled(setting, value, status, words):
    settings = {"critics": "[{rouge_l: {}}]", setting: value}
    line = complaint("demo", "--out", "run", *overrides(settings), status=status)
    assert all(word in line for word in words), line
    assert not Path("run").exists()


@pytest.mark.parametrize(
    ("option", "value", "status", "words"),
    [
        ("--contexts", "nowhere.txt", 1, ["cannot read nowhere.txt"]),
        ("--contexts", "folder", 1, ["folder cannot be read as a dataset"]),
        ("--contexts", "folder:text", 1, ["folder cannot be read as a dataset"]),
        ("--contexts", "latin.txt", 1, ["latin.txt", "line 1, byte 0xe9"]),
        ("--contexts", "gap.txt:", 2, ["sampling.corpus: column must not be empty", "PLACE or PLACE:COLUMN"]),
        ("--contexts", "gap.txt:body", 2, ["gap.txt has no column 'body'; it has text"]),
        ("--contexts", "empty.txt", 1, ["empty.txt holds no contexts"]),
        ("--contexts", "gap.txt", 1, ["gap.txt, line 2 is empty"]),
        ("--contexts", "short.txt", 1, ["short.txt, line 2 is too short", "'no end'"]),
        ("--contexts", "number.jsonl", 1, ["number.jsonl, line 2", "'context'"]),
        ("--contexts", "half.jsonl", 1, ["half.jsonl, line 1", "half a character"]),
        ("--contexts", "twice.jsonl", 1, ["twice.jsonl, line 2", "context_id '1'"]),
        ("--set", "sampling.sentence_tokens=5000", 2, ["sentence_tokens", "positions", "5000"]),
        ("--set", "sampling.teacher=weightless", 1, ["model 'weightless' does not load"]),
        ("--num-shards", "0", 2, ["--num-shards must be at least 1, got 0"]),
        ("--shard-index", "1", 2, ["--shard-index must lie in 0..0", "got 1"]),
        ("--shard-index", "-1", 2, ["--shard-index", "got -1"]),
        ("--out", "file", 1, ["cannot write file/recipe.yaml", "choose another folder"]),
        ("--out", "/dev/null/run", 1, ["cannot write /dev/null/run/recipe.yaml", "choose another folder"]),
    ],
)
def test_sampling(option, value, status, words, tmp_path):
    settings = ["--out", tmp_path / "run", "--set", "critics=[{rouge_l: {}}]", option, value]
    line = complaint("sample", "microworld-demo", *settings, status=status)
    assert all(word in line for word in words), line
    assert not list(tmp_path.rglob("*.parquet"))


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["evaluate", STUDENT], 2, ["nothing to evaluate on", "--benchmark or --data"]),
        (["evaluate", STUDENT, "--benchmark", "quora"], 2, ["'quora' has no public dataset", "--data FILE"]),
        (
            ["evaluate", STUDENT, "--benchmark", "mrpc", "--data", "a"],
            2,
            ["'mrpc' is nyu-mll/glue", "one or the other"],
        ),
        (["evaluate", STUDENT, "--benchmark", "mrpc", "--task", "summary"], 2, ["of the task paraphrase, not summary"]),
        (["evaluate", STUDENT, *BENCHMARK, "--nli", STUDENT], 2, ["student"]),
        (["evaluate", STUDENT, *BENCHMARK, "--encoder", "./nowhere"], 1, ["./nowhere", "does not exist"]),
        (["evaluate", "outputs:latin.txt", *BENCHMARK, "--n", "2"], 1, ["latin.txt", "not UTF-8"]),
        (["evaluate", "outputs:nowhere.jsonl", *BENCHMARK, "--n", "2"], 1, ["cannot read nowhere.jsonl"]),
        (["evaluate", "teacher:nowhere", *BENCHMARK, "--n", "2"], 2, ["nowhere"]),
        (["evaluate", "teacher:microworld-demo", *BENCHMARK, "--prompt", "a"], 2, ["--prompt must have {source}"]),
        (["evaluate", STUDENT, "--data", "nowhere.tsv"], 1, ["cannot read nowhere.tsv"]),
        (["evaluate", STUDENT, "--data", "latin.txt"], 1, ["latin.txt", "not UTF-8"]),
        (["evaluate", STUDENT, *BENCHMARK, "--n", "1"], 2, ["n must be at least 2", "got 1"]),
        (["evaluate", STUDENT, *BENCHMARK, "--oracle", "nowhere"], 2, ["oracle 'nowhere'"]),
        (["evaluate", STUDENT, *BENCHMARK, "--parser", "json"], 2, ["'module:function'", "'json'"]),
        (["evaluate", "folder", *BENCHMARK, "--n", "2"], 1, ["'folder'", "holds no config.json"]),
        (["evaluate", "encoder", *BENCHMARK, "--n", "2"], 2, ["'encoder' is a distilbert model", "or a causal LM"]),
        (["paraphrase", "folder", "Profit rose."], 1, ["'folder'", "holds no config.json"]),
        (["paraphrase", "nobody/nothing", "Profit rose."], 1, ["'nobody/nothing'", "network"]),
        (["paraphrase", "runs/demo/studnt", "Profit rose."], 1, ["'runs/demo/studnt'", "does not exist"]),
        (["paraphrase", STUDENT, " "], 2, ["no sentence", "standard input"]),
        (["paraphrase", STUDENT, "caf\udce9"], 2, ["'caf\\udce9'", "not UTF-8"]),
        (["paraphrase", STUDENT, "Profit rose.", "--n", "0"], 2, ["--n must be a whole number from 1 to 50, got 0"]),
        (
            ["paraphrase", STUDENT, "Profit rose.", "--top-p", "0"],
            2,
            ["--top-p must be a number from 0.01 to 1, got 0.0"],
        ),
        (["paraphrase", STUDENT, "Profit rose.", "--temperature", "nan"], 2, ["--temperature", "nan"]),
        (["paraphrase", STUDENT, "A.", "--n", "2", "--temperature", "0"], 2, ["--temperature must be", "got 0.0"]),
        (["paraphrase", STUDENT, "A.", "--n", "51"], 2, ["--n must be a whole number from 1 to 50, got 51"]),
        (["paraphrase", STUDENT, "A.", "--like", " "], 2, ["--like must be a sentence, got ' '"]),
        (["paraphrase", STUDENT, "A.", "--compression", "2"], 2, ["--compression must be", "from 0 to 1, got 2.0"]),
        (["paraphrase", STUDENT, "A.", "--compression", "0.5"], 2, ["--compression is 0.5", "not led by it"]),
        (["paraphrase", STUDENT, "A.", "--critic", STUDENT], 2, ["no entailment label", "name an NLI model"]),
    ],
)
def test_evaluate_and_paraphrase(arguments, status, words):
    line = complaint(*arguments, status=status)
    assert all(word in line for word in words), line


def test_standard_input_that_is_no_text(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LATIN)))
    line = complaint("paraphrase", STUDENT, status=1)
    assert line == "impossible: standard input is not UTF-8 text (offset 7); convert it and run again"


def test_a_mistake_is_plain_the_installed_program_too(tmp_path):
    program = Path(sys.executable).with_name("impossible")
    ended = subprocess.run([program, "run", "nowhere"], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert ended.stderr.startswith("impossible: recipe 'nowhere' is neither a file nor a bundled recipe")


def full_gpu(options):
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.\nSee the documentation.")


@pytest.mark.parametrize("work", [full_gpu, lambda options: torch.empty(2**58)], ids=["gpu", "cpu"])
def test_want_of_memory_names_what_to_lower(monkeypatch, work):
    monkeypatch.setattr("scripts.commands.sample", work)
    line = complaint("sample", "microworld-demo", status=1)
    assert "out of memory (" in line
    assert "lower workers, sampling.contexts_per_batch or, when training, batch_size" in line


def test_want_of_memory_names_no_settings_that_a_command_has_not(monkeypatch):
    monkeypatch.setattr("scripts.commands.paraphrase", full_gpu)
    line = complaint("paraphrase", "model", "A.", status=1)
    assert line.endswith("; give it fewer or shorter texts, name a smaller model, or run it where there is more memory")


@pytest.mark.parametrize(
    ("command", "promise"),
    [
        (["sample", "microworld-demo"], "; the same command again goes on from here"),
        (["filter", "pairs.jsonl", "--recipe", "microworld-demo"], "; the same command again goes on from here"),
        (["describe", "pairs.jsonl"], ""),
        (["evaluate", "copy-input"], ""),
    ],
)
def test_an_interrupted_command_promises_what_it_keeps(monkeypatch, command, promise):
    def interrupted(options):
        raise KeyboardInterrupt

    monkeypatch.setattr(f"scripts.commands.{command[0]}", interrupted)
    assert complaint(*command, status=130) == f"impossible: interrupted{promise}"


def test_self_distillation_that_the_recipe_lacks(tiny):
    left_out = overrides({"self_distillation": "null", "controls": "[]"})
    line = complaint("self-distill", "microworld-demo", *tiny, *left_out, status=2)
    assert "'microworld-demo' has no self_distillation section; add one" in line


def test_no_surviving_pairs(run, tiny):
    strict = {"critics": "[{rouge_l: {max: 0.001}}]"}
    for path in (run / "dimple", run / "student"):
        path.rename(path.with_name(f"old-{path.name}"))
    outcome = impossible("demo", "--out", run, *tiny, *overrides(strict))
    assert (outcome.status, outcome.out) == (1, "")
    [line] = outcome.complaints
    assert "no pair of 'microworld_news' survived the critics; sample more contexts" in line
    assert not (run / "dimple").exists()
    assert not (run / "student").exists()


def test_a_round_without_surviving_pairs_is_the_last_and_the_student_before_is_released(run, tiny):
    outcome = impossible("demo", "--out", run, *tiny, "--set", "self_distillation.max_new_tokens=1")
    assert outcome.status == 0
    [line] = outcome.complaints
    assert line == "self-distillation stops here: round 1: the critics kept none of the student's rewritings"
    assert (run / "student/training.json").read_bytes() == (run / "students/round-0/training.json").read_bytes()
    assert f"Self-distillation stopped here: {line.partition(': ')[2]}" in (run / "dimple/README.md").read_text()


def test_a_sentence_may_stand_behind_an_option():
    outcome = impossible("paraphrase", STUDENT, "--n", "2", "Profit rose.", "--json")
    assert outcome.status == 0, outcome.err
    assert json.loads(outcome.out)["source"] == "Profit rose."
    refused = impossible("paraphrase", STUDENT, "Profit rose.", "--loud")
    assert (refused.status, refused.out) == (2, "")
    assert "unrecognized arguments: --loud" in refused.err
