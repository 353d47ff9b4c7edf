import gzip
import io
import json
import string
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_cards.validation import secrets
from model_cards.validation.secrets import secret_problems

ROOT = Path(__file__).parents[3]
LETTERS = string.ascii_letters
# Put together here, so that this file is not found to hold them.
TOKEN = "hf" + "_" + LETTERS[:34]
SECRETS = {
    "a Hugging Face token": [TOKEN, "api_org" + "_" + LETTERS[:34]],
    "an API key": [
        "sk" + "-" + LETTERS[:24] + "0123456789" * 2,
        "sk" + "-ant-api03-" + LETTERS[:40] + "-0_" + LETTERS[:20],
        "sk" + "-proj-" + LETTERS[:30] + "_9-" + LETTERS,
    ],
    "a GitHub token": ["ghp" + "_" + LETTERS[:36], "gho" + "_" + LETTERS[:36], "github" + "_pat_" + LETTERS[:40]],
    "a GitLab token": ["glpat" + "-" + LETTERS[:20]],
    "an AWS key id": ["AKIA" + "IOSFODNN7EXAMPLE", "ASIA" + "IOSFODNN7EXAMPLE"],
    "a Google API key": ["AIza" + LETTERS[:35]],
    "a Slack token": ["xoxb" + "-123456789012-abcdef"],
    "an npm token": ["npm" + "_" + LETTERS[:36]],
    "a PyPI token": ["pypi" + "-AgEIcHlwaS5vcmc" + LETTERS],
    "a JSON web token": ["eyJ" + LETTERS[:20] + ".eyJ" + LETTERS],
    "a private key": ["-----BEGIN " + "PRIVATE KEY-----", "-----BEGIN RSA " + "PRIVATE KEY-----"],
    "an authorization header": [
        "Authorization: " + "Bearer abcdefghij0123456789",
        '"authorization": ' + '"Bearer abcdefghij0123456789"',
    ],
    "a URL with a password": ["https://me:" + "secret123@example.com/repo.git", "postgres://u:" + "hunter22@db/x"],
}
QUOTE = '"'
HARMLESS = [
    "hf_hub_download(repo_id, filename)",
    "the hf_ prefix",
    "risk-adjusted-returns-of-international-organizations-2024",
    "task-" + LETTERS[:24] + "0123456789",
    "sk-container-id-1",
    "sk-estimator-doc-link-internationalization",
    "curl -H 'Authorization: Bearer $HF_TOKEN'",
    'headers = {"Authorization": f"Bearer {token}"}',
    "https://user:${PASSWORD}@example.com and https://user:<token>@example.com",
    "https://example.com:8080/a@b",
    "ssh://git@example.com/x",
    "AKIA and AKIAIOSFODNN7EXAMPLE1234",
    "BEGIN PUBLIC KEY",
    "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
]


def parquet(table):
    stream = io.BytesIO()
    pq.write_table(table, stream, row_group_size=2)
    return stream.getvalue()


def tensor_file(header, weights):
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + weights


@pytest.mark.parametrize(
    ("kind", "secret"), [pytest.param(kind, secret, id=kind) for kind in SECRETS for secret in SECRETS[kind]]
)
def test_finds_a_secret_and_tells_at_most_three_characters_of_it(kind, secret):
    lines = secret_problems({"notes/a.txt": f"one\ntwo '{secret}'\nthree\n".encode()})
    assert f"notes/a.txt, line 2: looks like {kind} (begins with {secret.lstrip(QUOTE)[:3]}); take it out" in "\n".join(
        lines
    )
    assert all(secret[:4] not in line and len(line.splitlines()) == 1 for line in lines)


@pytest.mark.parametrize("text", HARMLESS)
def test_leaves_harmless_text_alone(text):
    assert secret_problems({"a.txt": text.encode()}) == []


def test_names_the_first_place_and_counts_the_others():
    lines = secret_problems({"a.txt": f"\n{TOKEN}\n{TOKEN} {TOKEN}".encode()})
    assert [line.partition(":")[0] for line in lines] == ["a.txt, line 2 and 2 more"]


@given(
    before=st.just(b"") | st.binary(max_size=200).map(lambda text: b"." + text + b" "),
    after=st.binary(max_size=200),
    chunk=st.integers(min_value=1, max_value=300),
    longest=st.integers(min_value=len(TOKEN), max_value=100),
)
def test_finds_a_secret_wherever_chunks_end(before, after, chunk, longest):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "_CHUNK", chunk)
        patch.setattr(secrets, "LONGEST", longest)
        lines = secret_problems({"a": before + TOKEN.encode() + b" " + after})
    [line] = [line for line in lines if "Hugging Face" in line]
    assert line.startswith(f"a, line {before.count(10) + 1}: ")


@given(chunk=st.integers(min_value=1, max_value=60))
def test_a_word_that_a_chunk_cuts_does_not_begin_there(chunk):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "_CHUNK", chunk)
        patch.setattr(secrets, "LONGEST", 40)
        assert secret_problems({"a": b"x" * 50 + SECRETS["an API key"][0].encode()}) == []


def test_reads_a_file_on_disk(tmp_path):
    path = tmp_path / "config.json"
    path.write_text(f'{{"token": "{TOKEN}"}}')
    assert len(secret_problems({"config.json": path})) == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_finds_a_secret_in_utf_16(encoding):
    assert len(secret_problems({"a.txt": TOKEN.encode(encoding)})) == 1


@pytest.mark.parametrize("before", ["TOKEN_", '{"a": "x\\n', "x"])
def test_finds_a_secret_whatever_it_stands_behind(before):
    assert len(secret_problems({"a.txt": f"{before}{TOKEN}".encode()})) == 1


def test_the_name_of_a_file_may_be_a_secret_too():
    [line] = secret_problems({f"notes/{TOKEN}.txt": b"nothing"})
    assert "the name of a file looks like a secret" in line
    assert TOKEN not in line


def test_the_token_in_use_is_found_whatever_it_looks_like():
    [line] = secret_problems({"a.txt": b"opensesame"}, tokens=["opensesame"])
    assert "a.txt, line 1: looks like the token that pushes it" in line


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["a", None, "b", f"x {TOKEN}", "c"]),
        pa.array(["a", None, "b", f"x {TOKEN}", "c"], pa.large_string()),
        pa.array([b"a", None, b"b", f"x {TOKEN}".encode(), b"\xff"]),
        pa.array(["a", None, "b", TOKEN, "c"]).dictionary_encode(),
        pa.array([["a"], [], None, ["b", TOKEN], ["c"]]),
        pa.array([[["a"]], None, [["b", "c"], []], [[], ["d", TOKEN]], []]),
        pa.array([{"x": 1, "y": "a"}, None, {"x": 2}, {"x": 3, "y": TOKEN}, {"x": 4}]),
        pa.array([[("k", "v")], [], None, [("k", "v"), ("l", TOKEN)], []], pa.map_(pa.string(), pa.string())),
    ],
    ids=lambda column: str(column.type),
)
def test_finds_the_row_of_a_table(column):
    content = parquet(pa.table({"number": range(5), "pair": column}))
    [line] = secret_problems({"news/train.parquet": content})
    assert line.startswith("news/train.parquet, row 3 of pair: looks like a Hugging Face token")


def test_counts_rows_from_the_top_of_the_file(monkeypatch):
    monkeypatch.setattr(secrets.parquet_text, "_BATCH_ROWS", 3)
    rows = ["a"] * 6 + [TOKEN, "b", TOKEN]
    [line] = secret_problems({"a.parquet": parquet(pa.table({"source": rows}))})
    assert line.startswith("a.parquet, row 6 of source and 1 more: ")


def test_searches_what_else_a_table_says():
    table = pa.table({"number": [1]}).replace_schema_metadata({"made by": TOKEN})
    [line] = secret_problems({"a.parquet": parquet(table)})
    assert line.startswith("a.parquet, metadata: ")


def test_a_table_that_cannot_be_read_is_not_passed():
    content = parquet(pa.table({"source": ["a"]}))[:-10]
    [line] = secret_problems({"a.parquet": content})
    assert line.startswith("a.parquet cannot be read as Parquet, so it was not searched for secrets")


def test_of_safetensors_the_header_is_searched():
    content = tensor_file({"__metadata__": {"note": TOKEN}}, b"")
    [line] = secret_problems({"model.safetensors": content})
    assert line.startswith("model.safetensors, header: looks like a Hugging Face token")


def test_weights_that_happen_to_look_like_a_token_are_none():
    content = tensor_file({}, f" {TOKEN} ".encode())
    assert secret_problems({"model.safetensors": content}) == []


def test_what_is_compressed_is_refused():
    [line] = secret_problems({"logs.txt.gz": gzip.compress(TOKEN.encode())})
    assert line == "logs.txt.gz is compressed (gzip) and cannot be searched for secrets; publish what it holds"


def test_a_file_that_cannot_be_read_is_not_passed(tmp_path):
    [line] = secret_problems({"a.txt": tmp_path / "gone"})
    assert line.startswith("a.txt cannot be read, so it was not searched for secrets")


@pytest.mark.parametrize(
    "text",
    ["/home/ann", "see /home/ann/run.", '{"base": "/home/ann"}', "file:///home/ann/x", "/home/ann.", "a\n/home/ann"],
)
def test_finds_a_path_of_this_machine(text):
    [line] = secret_problems({"a.json": text.encode()}, ["/home/ann/"])
    assert line.endswith("names /home/ann, a path of the machine that made it; name it by a relative path")


@pytest.mark.parametrize("text", ["/home/anna", "/home/ann-2", "/home/ann.old/x", "/home", "x/home/ann", "../home/ann"])
def test_leaves_other_paths_alone(text):
    assert secret_problems({"a.json": text.encode()}, ["/home/ann", "/"]) == []


def test_a_sampled_sentence_may_name_a_path():
    assert secret_problems({"a.parquet": parquet(pa.table({"source": ["cd /home/ann"]}))}, ["/home/ann"]) == []


def test_this_project_holds_no_secret():
    folders = ("builders", "docs", "metrics", "microworld", "model_cards", "recipes", "scripts", "tests", "trainers")
    files = {str(path.relative_to(ROOT)): path for name in folders for path in (ROOT / name).rglob("*.*")}
    files |= {path.name: path for path in ROOT.glob("*.*")}
    ours = {name: path for name, path in files.items() if path.is_file() and "__pycache__" not in name}
    assert len(ours) > 100
    assert secret_problems(ours) == []


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path):
    peaks = {}
    for groups in (4, 16):
        path = tmp_path / f"{groups}.parquet"
        with pq.ParquetWriter(
            path, pa.schema([("source", pa.string())]), use_dictionary=False, compression="none"
        ) as writer:
            for group in range(groups):
                writer.write_table(pa.table({"source": [f"{group} {row} " * 20 for row in range(50_000)]}))
        text = path.with_suffix(".txt")
        with text.open("wb") as stream:
            for _ in range(groups):
                stream.write(b"the council approved the budget\n" * 500_000)
        code = (
            "import resource, pathlib, sys\n"
            "from model_cards.validation.secrets import secret_problems\n"
            "assert not secret_problems({path: pathlib.Path(path) for path in sys.argv[1:]})\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
        )
        done = subprocess.run([sys.executable, "-c", code, path, text], cwd=ROOT, capture_output=True, check=True)
        peaks[groups] = int(done.stdout)
    assert peaks[16] < peaks[4] + 40_000  # kilobytes; the files are 140 and 190 MB longer
