"""The oracle only scores: with one that raises on every call, all of a run is made but its evaluation."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from microworld.benchmark import news
from tests.scripts.conftest import files_below, overrides

REPOSITORY = Path(__file__).parents[2]
# Python imports this module in every process that it starts, workers too, before any of ours. From the moment that the
# file ARMED is there, no function of the oracle answers, whoever imported it; each call is noted in the file CALLS.
POISON = """
import functools, importlib.abc, importlib.util, os, sys

ORACLE, ARMED, CALLS = "microworld.oracle", os.environ["ARMED"], os.environ["CALLS"]

def poisoned(function):
    @functools.wraps(function)
    def call(*arguments, **named):
        if not os.path.exists(ARMED):
            return function(*arguments, **named)
        with open(CALLS, "a") as calls:
            calls.write(f"{function.__name__}{arguments}\\n")
        raise RuntimeError("the oracle was asked")
    return call

class Poison(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path, target=None):
        if name != ORACLE:
            return None
        sys.meta_path.remove(self)
        self.found = importlib.util.find_spec(name)
        sys.meta_path.insert(0, self)
        return importlib.util.spec_from_file_location(name, self.found.origin, loader=self)

    def exec_module(self, module):
        self.found.loader.exec_module(module)
        for name, value in list(vars(module).items()):
            if callable(value) and not isinstance(value, type) and value.__module__ == ORACLE:
                setattr(module, name, poisoned(value))

sys.meta_path.insert(0, Poison())
"""
ASK_EACH = """
import inspect, json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

def answered(_):
    from microworld import oracle, story
    found, members = [], [each for each in vars(oracle).items() if callable(each[1]) and not isinstance(each[1], type)]
    functions = [(name, value) for name, value in members if value.__module__ == oracle.__name__]
    for name, function in [*functions, ("as imported elsewhere", story.meaning_entails)]:
        try:
            function(*["Acme's profit rose."] * len(inspect.signature(function).parameters))
        except RuntimeError as error:
            assert str(error) == "the oracle was asked"
        else:
            found.append(name)
    return [len(functions), found]

if __name__ == "__main__":
    import microworld.parser
    assert microworld.parser.parse("Acme's profit rose.").startswith("(S")
    with ProcessPoolExecutor(1, mp_context=get_context("forkserver")) as pool:
        print(json.dumps([answered(0), pool.submit(answered, 0).result()]))
"""


@pytest.fixture
def poison(tmp_path):
    """The environment of a process whose oracle is poisoned once `armed` is there, and the calls that it then had."""
    (tmp_path / "poison").mkdir()
    (tmp_path / "poison/sitecustomize.py").write_text(POISON)
    paths = os.pathsep.join([str(tmp_path / "poison"), str(tmp_path), str(REPOSITORY)])
    own = {"PYTHONPATH": paths, "CALLS": str(tmp_path / "calls"), "OMP_NUM_THREADS": "1"}
    return lambda armed: os.environ | own | {"ARMED": str(armed)}


def test_the_poison_reaches_every_function_in_every_process(poison, tmp_path):
    """But not the parser, which asks none of them."""
    (tmp_path / "asking.py").write_text(ASK_EACH)
    ended = subprocess.run(
        [sys.executable, str(tmp_path / "asking.py")], env=poison(tmp_path), capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    here, worker = json.loads(ended.stdout)
    assert here == worker
    functions, answered = here
    assert functions >= 5
    assert answered == []
    assert len((tmp_path / "calls").read_text().splitlines()) == 2 * (functions + 1)


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_all_of_a_run_but_its_evaluation_is_made_without_the_oracle(workers, poison, tiny, finished, tmp_path):
    run, data = tmp_path / "run", tmp_path / "rows.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in news("paraphrase", 4, seed=0)))
    own = overrides({"evaluation.benchmark": "null", "evaluation.data": data, "workers": workers})
    ended = subprocess.run(
        [sys.executable, "-m", "scripts.cli", "demo", "--out", str(run), *tiny, *own],
        env=poison(run / "recipe.yaml"),  # written when what the recipe names has been looked at, the oracle too
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    *_, complaint = ended.stderr.splitlines()
    assert "oracle 'microworld.oracle' failed on " in complaint
    assert complaint.endswith(": the oracle was asked; it must answer on any text")
    assert "Traceback" not in ended.stderr
    [call] = (tmp_path / "calls").read_text().splitlines()  # the evaluation's first question
    assert call.startswith("equivalent(")
    assert not (run / "metrics.json").exists()
    for folder in ("samples", "pairs", "dimple"):
        made, healthy = (files_below(place / folder, "*.parquet") for place in (run, finished))
        assert made
        assert made == healthy
    for name in ("round-0", "round-1"):
        weights = [(place / "students" / name / "model.safetensors").read_bytes() for place in (run, finished)]
        assert weights[0] == weights[1]
    assert (run / "student/model.safetensors").read_bytes() == weights[0]
