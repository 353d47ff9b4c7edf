"""What goes along with a metric is what it needs."""

import ast
import sys
import tomllib
from pathlib import Path

import pytest

from model_cards.release.metric import metric_release

FOLDERS = sorted(path.parent for path in Path("metrics").glob("*/README.md"))
WITH_EVALUATE = {"evaluate", "datasets", "numpy"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_its_requirements_name_what_it_imports(folder):
    release = metric_release(folder.name, f"alice/{folder.name}")
    assert {path.name for path in folder.glob("*.py")} - {"__init__.py"} <= release.files.keys()
    declared = release.files["requirements.txt"].decode().splitlines()
    names = {line.partition(">")[0] for line in declared}
    assert names - {"evaluate"} == third_party(folder) - WITH_EVALUATE
    # as the project declares them, which is what the tests run with
    assert set(declared) <= set(tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]["dependencies"])


def third_party(folder):
    found = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names
