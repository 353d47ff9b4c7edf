"""The commands with a teacher behind a completions server."""

import json

import pyarrow.parquet as pq
import pytest
import yaml

from builders.domain import SentencesConfig
from builders.sentences import Sentences
from tests.builders.teachers.completions_server import CompletionsServer, error
from tests.scripts.conftest import TINY, files_below, impossible, overrides

KEY = "sk-made-up-" + "for-this-test"  # in parts, or it is taken for a secret
DOMAIN = "{name: news, prefixes: ['BOSTON (AP) --', 'Boeing said'], banned: [\"\\n\"]}"
FEW = {
    **TINY,
    "sampling.teacher": "tiny",
    "licenses": "{tiny: mit}",
    "sampling.domain": DOMAIN,
    "sampling.contexts_per_shard": 4,
}


@pytest.fixture
def server():
    with CompletionsServer() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    async def sleep(seconds):
        pass

    monkeypatch.setattr("builders.teachers.completions_client.sleep", sleep)


def sample(out, server, *options, **settings):
    place = {"url": server.url, "attempts": 2, **settings}
    few = overrides({**FEW, "sampling.server": json.dumps(place)})
    return impossible("sample", "microworld-demo", "--out", out, *few, *options)


def shards(out):
    return files_below(out / "samples", "*.parquet")


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """The shards that a well-behaved server gives."""
    out = tmp_path_factory.mktemp("samples")
    with CompletionsServer() as server:
        outcome = sample(out, server)
    assert outcome.status == 0, outcome.err
    return shards(out)


def test_samples_are_qualified_sentences_after_contexts_of_the_server(server, tmp_path):
    assert sample(tmp_path, server).complaints == []
    rows = [row for path in sorted(tmp_path.rglob("*.parquet")) for row in pq.read_table(path).to_pylist()]
    assert len(rows) == 16
    assert {row["teacher"] for row in rows} == {"tiny"}
    assert all(row["context"].startswith(("BOSTON (AP) --", "Boeing said")) for row in rows)
    sentences = [sentence for row in rows for sentence in row["sentences"]]
    assert len(sentences) == 4 * 16
    assert all(sentence.endswith(".") and "\n" not in sentence for sentence in sentences)


def test_a_finished_stage_asks_for_nothing(server, tmp_path, samples):
    sample(tmp_path, server)
    asked = len(server.requests)
    again = sample(tmp_path, server)
    assert (again.status, again.stages) == (0, set())
    assert len(server.requests) == asked
    assert shards(tmp_path) == samples


@pytest.mark.parametrize("settings", [{"concurrency": 1}, {"timeout_seconds": 30}])
def test_how_a_server_is_asked_does_not_change_the_rows(server, tmp_path, samples, settings):
    assert sample(tmp_path, server, **settings).status == 0
    assert shards(tmp_path) == samples


@pytest.mark.slow
def test_neither_do_workers(server, tmp_path, samples):
    outcome = sample(tmp_path, server, "--set", "workers=2")
    assert outcome.status == 0, outcome.err
    assert shards(tmp_path) == samples


def test_a_server_that_dies_leaves_whole_shards_and_is_gone_on_with(server, tmp_path, samples):
    server.fault = lambda handler, body: len(server.requests) > 25 and not handler.answer(500, error("out of memory"))
    broken = sample(tmp_path, server)
    assert broken.status == 1
    [line] = broken.complaints
    assert line.startswith(f"impossible: server '{server.url}' gives no answer in 2 attempts: HTTP 500 out of memory; ")
    made = shards(tmp_path)
    assert 0 < len(made) < 4
    assert all(samples[name] == content for name, content in made.items())
    assert all(name.endswith((".parquet", "stage.json")) for name in files_below(tmp_path / "samples"))
    with CompletionsServer() as other:  # the same model at another address
        assert sample(tmp_path, other).status == 0
        assert len(other.requests) < 110
    assert shards(tmp_path) == samples


def test_the_key_is_in_no_file_and_on_no_screen(server, tmp_path, monkeypatch):
    server.key = KEY
    monkeypatch.setenv("TEST_KEY", KEY)
    outcome = sample(tmp_path, server, api_key_variable="TEST_KEY")
    assert outcome.status == 0, outcome.err
    server.key = "another"
    refused = sample(tmp_path / "again", server, api_key_variable="TEST_KEY")
    assert refused.status == 1
    assert "HTTP 401" in refused.err
    for shown in (outcome.out, outcome.err, refused.out, refused.err):
        assert KEY not in shown
    files = files_below(tmp_path)
    assert b"TEST_KEY" in files["recipe.yaml"]
    assert not any(KEY.encode() in content for content in files.values())


def test_a_missing_key_is_told_before_anything_is_written(server, tmp_path, monkeypatch):
    monkeypatch.delenv("TEST_KEY", raising=False)
    outcome = sample(tmp_path / "run", server, api_key_variable="TEST_KEY")
    assert (outcome.status, len(outcome.complaints)) == (2, 1)
    assert "sampling.server: api_key_variable: TEST_KEY is not set" in outcome.err
    assert not (tmp_path / "run").exists()
    assert server.requests == []


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("sampling.server=http://alice:{key}@localhost/v1", "user name or password"),
        ("sampling.server={{url: 'ftp://alice:{key}@localhost/v1'}}", "must read like"),
        ("sampling.server={{url: 'http://alice:{key}@localhost/v1'", "no YAML"),
        ("sampling.server.address=http://alice:{key}@localhost/v1", "unknown setting 'address'"),
        ("sampling.servr=http://alice:{key}@localhost/v1", "unknown setting 'servr'"),
        ("sampling.server=[http://alice:{key}@localhost/v1]", "must be a mapping"),
        ("sampling.server.attempts=http://alice:{key}@localhost/v1", "attempts"),
    ],
)
def test_a_password_in_a_url_is_not_repeated(tmp_path, setting, words):
    outcome = impossible("sample", "microworld-demo", "--out", tmp_path / "run", "--set", setting.format(key=KEY))
    assert outcome.status == 2
    assert words in outcome.err
    assert KEY not in outcome.err
    assert not (tmp_path / "run").exists()


def test_a_whole_run(server, critic, tmp_path):
    critics = (
        f"[{{rouge_l: {{max: 0.95}}}}, {{semantic_equivalence: {{model: '{critic}', min_entailment: 0.03}}}}, "
        "{diversity: {tau_entail: 0.9, pairs_per_component: 8}}]"
    )
    own = {"critics": critics, "sampling.server": server.url, "controls": "[]"}
    settings = {name: value for name, value in FEW.items() if not name.startswith("evaluation")}
    rows = tmp_path / "rows.tsv"
    rows.write_text("Boeing said profit rose.\tProfit rose, Boeing said.\nIt fell.\tIt sank.\n")
    own["evaluation"] = f"{{data: '{rows}'}}"
    outcome = impossible("run", "microworld-demo", "--out", tmp_path / "run", *overrides({**settings, **own}))
    assert outcome.status == 0, outcome.err
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["models"][0] == {"role": "teacher", "ref": "tiny", "licenses": ["mit"]}
    plain = metrics["evaluation"]["systems"][0]
    assert plain["name"] == "plain teacher"
    greedy = [body for body in server.requests if body["temperature"] == 0]
    assert {body["prompt"] for body in greedy} == {"Boeing said profit rose.", "It fell."}
    first = Sentences(SentencesConfig()).first
    expected = [first(server.write(source, None)) for source in ("Boeing said profit rose.", "It fell.")]
    assert [one["output"] for one in plain["examples"]] == expected
    card = (tmp_path / "run" / "dimple" / "README.md").read_text(encoding="utf-8")
    assert "| `tiny` | teacher | mit | - |" in card
    assert "tiny" in yaml.safe_load(card.split("---\n")[1])["source_models"]


def test_what_only_a_later_round_would_ask_is_tried_before_round_0_is_paid_for(server, tmp_path):
    (tmp_path / "contexts.txt").write_text("Profit rose.\n" * 3)
    own = [*overrides({"sampling.domain": "{name: mine}"}), "--contexts", tmp_path / "contexts.txt"]
    server.fault = lambda handler, body: not body["prompt"] and not handler.answer(400, error("Prompt is empty"))
    refused = sample(tmp_path / "run", server, *own)
    assert (refused.status, len(refused.complaints)) == (2, 2)
    assert "give the domain prefixes, such as 'Abstract:' (a corpus of contexts serves round 0 alone)" in refused.err
    assert len(server.requests) == 2
    done = sample(tmp_path / "run", server, *own, "--set", "self_distillation=null", "--set", "controls=[]")
    assert done.status == 0, done.err
    assert all(body["prompt"] for body in server.requests[2:])
