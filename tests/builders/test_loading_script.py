"""The builders as loading scripts of datasets 3.x, in a virtual environment of its own."""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from builders.dimple import Dimple
from builders.dimsum import Dimsum
from builders.pairs import DIMPLE_SCHEMA, DIMSUM_SCHEMA
from tests.builders.test_assembly import many_rows, write_round

ROOT = Path(__file__).parents[2]
# All that a round with every shard asks for.
NEEDED = ("httpx2", "numpy", "nupunkt", "phonenumbers", "pyarrow", "rapidfuzz", "scipy")
LOAD = """
import json, sys
import datasets
script, folder = sys.argv[1:]
loaded = datasets.load_dataset(script, "news", rounds=[folder], trust_remote_code=True)
print(json.dumps([datasets.__version__, {split: rows.to_list() for split, rows in loaded.items()}]))
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The interpreter of an environment with datasets 3.6, which finds this checkout on its path."""
    folder = tmp_path_factory.mktemp("datasets-3")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pins = [f"{name}=={version(name)}" for name in NEEDED]
    install = [folder / "bin/python", "-m", "pip", "install", "--quiet", "datasets==3.6.0", *pins]
    made = subprocess.run(install, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return folder / "bin/python"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("builder", "schema", "script"),
    [(Dimple, DIMPLE_SCHEMA, "builders/dimple.py"), (Dimsum, DIMSUM_SCHEMA, "builders/dimsum.py")],
)
def test_a_script_loads_the_rows_that_the_class_builds(builder, schema, script, python, tmp_path):
    score = "compression" if builder is Dimsum else "tree_edit_distance"
    rows = [{name: row.get(name, 0.5) for name in schema.names} for row in many_rows()]
    folder = write_round(tmp_path / "round-0", rows, schema)
    home = {"HF_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(
        [python, "-c", LOAD, script, folder], cwd=ROOT, env=home, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    library, loaded = json.loads(ended.stdout)
    assert library == "3.6.0"
    ours = builder(config_name="news", rounds=[folder], cache_dir=str(tmp_path / "cache"))
    ours.download_and_prepare()
    assert loaded == {split: rows.to_list() for split, rows in ours.as_dataset().items()}
    assert score in loaded["train"][0]
