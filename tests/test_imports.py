"""Imports run one way, everything imported is declared, and asking for help stays cheap."""

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "scripts": {"trainers", "builders", "model_cards", "metrics"},
    "trainers": {"builders", "metrics"},
    "builders": {"metrics"},
    "model_cards": {"metrics"},
    "metrics": set(),
    "microworld": set(),
}
HEAVY = {
    "torch",
    "transformers",
    "datasets",
    "peft",
    "trl",
    "accelerate",
    "evaluate",
    "numba",
    "pyarrow",
    "scipy",
    "ray",
    "matplotlib",
}
NEEDED_UNSEEN = {
    "accelerate": "transformers' Trainer imports it, and declares it only as an extra",
    "protobuf": "transformers reads the sentencepiece files of T5 and Llama with it",
    "sentencepiece": "the same",
}


def modules(package):
    """Dotted name -> path of every module of a package."""
    paths = sorted((ROOT / package).rglob("*.py"))
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


OURS = {name: path for package in MAY_IMPORT for name, path in modules(package).items()}


def imported(name, path, nodes=ast.walk):
    """Absolute names that a module imports; `from a import b` gives a.b where that is a module of ours, else a."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in nodes(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *filter(None, [node.module])])
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield inner if inner in OURS else base


def top(name):
    return name.partition(".")[0]


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_packages_import_one_way(package):
    allowed = MAY_IMPORT[package] | {package}
    wrong = [
        f"{name} imports {other}"
        for name, path in modules(package).items()
        for other in imported(name, path)
        if top(other) in MAY_IMPORT.keys() - allowed
    ]
    assert not wrong


def test_a_metric_imports_only_its_siblings():
    # or it could not be loaded by `evaluate` from a copy of its folder, as on the Hub
    wrong = [
        f"{name} imports {other}"
        for name, path in modules("metrics").items()
        for other in imported(name, path)
        if top(other) in MAY_IMPORT and not other.startswith(f"{name.rpartition('.')[0]}.")
    ]
    assert not wrong


def test_modules_import_without_cycles():
    # an import inside a function is no part of the graph: it runs when everything has been loaded
    graph = {
        name: {other for other in imported(name, path, ast.iter_child_nodes) if other in OURS}
        for name, path in OURS.items()
    }
    list(TopologicalSorter(graph).static_order())  # raises CycleError, which names the cycle


def test_every_package_imported_is_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    requirements = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    declared = {requirement_name(line) for line in requirements}
    distributions = importlib.metadata.packages_distributions()
    wrong = {
        f"{name} imports {other}"
        for name, path in (OURS | modules("tests") | modules("benchmarks")).items()
        for other in map(top, imported(name, path))
        if other not in sys.stdlib_module_names and not (ROOT / other).is_dir()
        if not declared & {normalised(distribution) for distribution in distributions.get(other, [other])}
    }
    assert not wrong


def test_every_package_declared_is_imported():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    distributions = importlib.metadata.packages_distributions()
    used = {
        normalised(distribution)
        for name, path in OURS.items()
        for other in map(top, imported(name, path))
        for distribution in distributions.get(other, [])
    }
    declared = {requirement_name(line) for line in project["dependencies"]}
    assert declared - used == NEEDED_UNSEEN.keys()


def requirement_name(line):
    return normalised(re.match(r"[\w.-]+", line).group())


def normalised(distribution):
    return re.sub(r"[-_.]+", "-", distribution).lower()


@pytest.mark.parametrize("arguments", [["--help"], ["demo", "--help"], ["run", "--help"]])
def test_help_loads_nothing_heavy(arguments):
    code = (
        "import sys\n"
        "from scripts.cli import main\n"
        f"sys.argv = ['impossible', *{arguments}]\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as end:\n"
        "    assert not end.code, end.code\n"
        f"print(*sorted({HEAVY} & sys.modules.keys()), file=sys.stderr)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr.strip()) == (0, "")
    assert "usage: impossible" in result.stdout
