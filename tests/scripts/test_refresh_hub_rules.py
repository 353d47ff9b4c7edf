import json
import os
import sys

import pytest

from scripts import refresh_hub_rules
from scripts.refresh_hub_rules import main

OLD = '{"languages": ["en"]}\n'


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A PATH that holds only the stand-ins that a test writes, and rules that a refresh would replace."""
    folder = tmp_path / "bin"
    folder.mkdir()
    rules = tmp_path / "hub_rules.json"
    rules.write_text(OLD)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(refresh_hub_rules, "RULES", rules)

    def write(**bodies):
        for name, body in bodies.items():
            path = folder / name
            path.write_text(f"#!{sys.executable}\n{body}\n")
            path.chmod(0o755)

    return write


@pytest.mark.parametrize(
    ("bodies", "said"),
    [
        ({}, "error: npm is not on the PATH; install Node.js 18 or newer"),
        ({"npm": ""}, "error: node is not on the PATH"),
        (
            {"npm": "import sys; sys.exit('npm error code ENOTFOUND\\nnpm error network')", "node": ""},
            "error: npm install failed: npm error code ENOTFOUND; check the network and run again",
        ),
        ({"npm": "", "node": "raise SystemExit(1)"}, "error: node "),
        ({"npm": "", "node": "print('{')"}, "error: node gave no JSON"),
    ],
)
def test_a_failure_is_one_line_and_leaves_the_old_rules(programs, capsys, bodies, said):
    programs(**bodies)
    assert main() == 1
    error = capsys.readouterr().err
    assert error.startswith(said)
    assert len(error.splitlines()) == 1
    assert refresh_hub_rules.RULES.read_text() == OLD
    assert sorted(os.listdir(refresh_hub_rules.RULES.parent)) == ["bin", "hub_rules.json"]


def test_the_same_packages_give_the_same_bytes_in_whatever_order(programs):
    written = []
    for languages, inputs in ((["fr", "en", "en"], [{"b": "x"}, {"a": "y"}]), (["en", "fr"], [{"a": "y"}, {"b": "x"}])):
        rules = {"packages": {"p": "1"}, "languages": languages, "widget": {"inputs": inputs}}
        programs(npm="", node=f"print({json.dumps(json.dumps(rules))})")
        assert main() == 0
        written.append(refresh_hub_rules.RULES.read_bytes())
    assert written[0] == written[1] != OLD.encode()


def test_packages_are_installed_in_a_folder_that_goes_away(programs, tmp_path):
    where = tmp_path / "where.txt"
    programs(npm=f"import os; open({str(where)!r}, 'w').write(os.getcwd())", node="print('{\"packages\": {}}')")
    assert main() == 0
    assert not os.path.exists(where.read_text())
