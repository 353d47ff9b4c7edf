"""What the documents show works: commands parse, recipes load, links and paths resolve, code runs."""

import ast
import doctest
import json
import re
import shlex
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from markdown_it import MarkdownIt

from builders.config import from_mapping
from builders.critics.settings import _CONFIGS, CriticsConfig, build_critics
from builders.domain import DomainConfig
from builders.filtering import filter_pairs
from builders.pairs import DIMPLE_SCHEMA, Pair
from builders.preference import PREFERENCE_SCHEMA
from scripts.arguments import make_parser
from scripts.partial_recipes import load_critics_recipe, load_proximity_recipe
from scripts.recipe import load_recipe
from trainers.control_config import ControlConfig

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
PACKAGES = ("builders", "trainers", "metrics", "model_cards", "microworld", "scripts", "recipes", "docs", "tests")


class Block(NamedTuple):
    """A fenced block of a document."""

    language: str
    text: str


def blocks(path, language):
    tokens = MarkdownIt().parse(path.read_text(encoding="utf-8"))
    return [Block(t.info, t.content) for t in tokens if t.type == "fence" and t.info == language]


def commands():
    """Every command line that a document shows, and the first line of every recipe."""
    shown = [line for path in DOCUMENTS for block in blocks(path, "console") for line in block.text.splitlines()]
    shown = [line.removeprefix("$ ") for line in shown if line.startswith("$ ")]
    recipes = [path.read_text(encoding="utf-8").splitlines()[0] for path in (ROOT / "recipes").glob("*.yaml")]
    return [shlex.split(line, comments=True) for line in [*shown, *(line.removeprefix("# ") for line in recipes)]]


def of_program(name):
    """The arguments of every shown command of a program."""
    found = []
    for words in commands():
        while "=" in words[0]:  # PYTHONPATH=.
            words = words[1:]
        words = words[: words.index("<")] if "<" in words else words
        if Path(words[0]).name == name:
            found.append(words[1:])
    return found


@pytest.mark.parametrize("arguments", of_program("impossible"), ids=" ".join)
def test_commands_parse_and_their_recipes_load(arguments):
    options = make_parser().parse_args(arguments)
    if options.command == "filter":
        assert load_critics_recipe(options.recipe, options.overrides).critics
    elif options.command == "proximity":
        assert load_proximity_recipe(options.recipe, options.overrides, options.contexts).name
    elif "recipe" in options:
        assert load_recipe(options.recipe, options.overrides, options.contexts).name


def test_the_readme_shows_commands():
    assert {arguments[0] for arguments in of_program("impossible")} >= {
        "demo",
        "run",
        "sample",
        "paraphrase",
        "evaluate",
        "push",
        "playground",
    }


@pytest.mark.parametrize("arguments", of_program("make"), ids=" ".join)
def test_make_targets_exist(arguments):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(re.search(rf"^{re.escape(target)}\b.*:", makefile, flags=re.MULTILINE) for target in arguments)


@pytest.mark.parametrize("arguments", of_program("python"), ids=" ".join)
def test_python_commands_name_modules_and_files_that_exist(arguments):
    if arguments[0] == "-m":
        place = ROOT.joinpath(*arguments[1].split("."))
        assert place.with_suffix(".py").is_file() or (place / "__main__.py").is_file()
    else:
        assert (ROOT / arguments[0]).is_file()


@pytest.mark.parametrize(
    "block",
    [
        block
        for page in ("recipes.md", "critics.md")
        for block in blocks(ROOT / "docs" / page, "yaml")
        if block.text.startswith("critics:")
    ],
)
def test_critics_of_the_pages_load(block):
    assert from_mapping(CriticsConfig, yaml.safe_load(block.text)["critics"], "critics").critics


def test_domains_of_the_page_load(tmp_path):
    texts = [block.text for block in blocks(ROOT / "docs/recipes.md", "yaml")]
    [domain], [sentences] = ([text for text in texts if setting in text] for setting in ("prefixes:", "endings:"))
    (tmp_path / "court.yaml").write_text(domain, encoding="utf-8")
    assert DomainConfig.from_value(str(tmp_path / "court.yaml"), "sampling.domain").name == "court"
    assert from_mapping(DomainConfig, {"name": "a", **yaml.safe_load(sentences)}).sentences.endings == ".?!\u3002"


def test_the_pages_preference_section_is_one_of_a_recipe():
    [text] = [block.text for block in blocks(ROOT / "docs/recipes.md", "yaml") if "preference:" in block.text]
    settings = [f"{name}={json.dumps(value)}" for name, value in yaml.safe_load(text).items()]
    assert load_recipe("microworld-demo", settings).controls == ("chosen_only",)


def test_the_ways_of_leading_a_student_are_settings():
    [text] = [block.text for block in blocks(ROOT / "docs/recipes.md", "yaml") if "control:" in block.text]
    for line in text.splitlines():
        config = from_mapping(ControlConfig, yaml.safe_load(line)["control"])
        config.check_task("summary" if config.compression else "paraphrase")


def test_the_critic_of_ones_own_works_and_takes_fewer_than_twenty_lines(tmp_path, monkeypatch):
    [code] = blocks(ROOT / "docs/critics.md", "python")
    [recipe] = [block.text for block in blocks(ROOT / "docs/critics.md", "yaml") if "my_critics" in block.text]
    [line] = [line for line in recipe.splitlines() if "my_critics" in line]
    assert len([*filter(str.strip, code.text.splitlines()), line]) < 20
    (tmp_path / "my_critics.py").write_text(code.text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    config = from_mapping(CriticsConfig, yaml.safe_load(line), "critics")
    config.critics[0].check()
    assert config.symmetric
    found = filter_pairs([Pair("It rose.", "Did it?"), Pair("It rose.", "It went up.")], build_critics(config))
    assert ([pair.target for pair in found.kept], found.dropped) == (["It went up."], {"question": 1})


def test_the_page_of_critics_has_each_in_its_table():
    lines = (ROOT / "docs/critics.md").read_text(encoding="utf-8").splitlines()
    assert not [name for name in _CONFIGS if not any(line.startswith(f"| `{name}` | ") for line in lines)]


def test_critics_that_a_recipe_offers_in_comments_load():
    text = (ROOT / "recipes/dimple-news.yaml").read_text(encoding="utf-8")
    offered = yaml.safe_load("\n".join(re.findall(r"^  # (- .*)", text, flags=re.MULTILINE)))
    assert len(from_mapping(CriticsConfig, offered, "critics").critics) == 7


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_resolve(path):
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not target.startswith("https://"):
            assert (path.parent / target.partition("#")[0]).exists(), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_paths_in_code_quotes_exist(path):
    quoted = re.findall(r"`((?:\w+/)[\w/.-]*)`", path.read_text(encoding="utf-8"))
    wrong = [name for name in quoted if name.split("/")[0] in PACKAGES and not (ROOT / name).exists()]
    assert not wrong


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_code_is_python_and_sessions_print_what_they_show(path):
    names = {}  # shared by the sessions of a page
    for number, block in enumerate(blocks(path, "python")):
        if ">>>" not in block.text:
            ast.parse(block.text)
            continue
        session = doctest.DocTestParser().get_doctest(block.text, {}, f"{path.name}[{number}]", str(path), 0)
        session.globs = names
        assert doctest.DocTestRunner().run(session, clear_globs=False).failed == 0


def test_the_readmes_code_reads_a_run(tmp_path, monkeypatch, capsys):
    row = dict.fromkeys(DIMPLE_SCHEMA.names) | {"source": "Profit rose.", "target": "There was a rise."}
    folder = tmp_path / "runs/demo/dimple/microworld_news"
    folder.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist([row], schema=DIMPLE_SCHEMA), folder / "train-00000-of-00001.parquet")
    preference = dict.fromkeys(PREFERENCE_SCHEMA.names, "Profit rose.")
    beside = folder.with_name("microworld_news-preference")
    beside.mkdir()
    pq.write_table(
        pa.Table.from_pylist([preference], schema=PREFERENCE_SCHEMA), beside / "train-00000-of-00001.parquet"
    )
    configs = [{"config_name": path.name, "data_files": f"{path.name}/train-*"} for path in (folder, beside)]
    card = {"configs": configs}
    (folder.parent / "README.md").write_text(f"---\n{yaml.safe_dump(card)}---\n", encoding="utf-8")
    (tmp_path / "runs/demo/student").symlink_to(ROOT / "microworld/models/student")  # as stock a T5 as any student
    monkeypatch.chdir(tmp_path)
    code = [block.text for block in blocks(ROOT / "README.md", "python") if "runs/demo" in block.text]
    assert len(code) == 2
    for text in code:
        exec(compile(text, "README.md", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "Profit rose. -> There was a rise."
    assert "Acme" in printed[1]
