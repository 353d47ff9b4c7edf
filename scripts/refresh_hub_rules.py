"""Make the Hub's lists that cards are checked against again: `python -m scripts.refresh_hub_rules`, needs npm.

The lists come from npm packages at their newest version; the same versions give the same bytes.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from builders.errors import RunError
from builders.files import write_json

RULES = Path(__file__).parent.parent / "model_cards/validation/hub_rules.json"
# Newer releases of TypeScript have no interface that JavaScript can call.
PACKAGES = ("@huggingface/tasks", "iso-639-2", "iso-639-3", "spdx-license-ids", "typescript@5.9")
_READER = Path(__file__).with_name("hub_rules.mjs")
_SECONDS = 300


def main() -> int:
    """Writes `hub_rules.json`, or leaves the old one and says in one line why."""
    try:
        rules = read_packages()
        write_json(RULES, rules)
    except RunError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    made_from = ", ".join(f"{name} {version}" for name, version in rules["packages"].items())
    print(f"{RULES.name}: {made_from}", file=sys.stderr)
    return 0


def read_packages() -> dict[str, Any]:
    """The lists of the newest npm packages, each sorted and without doubles.

    Raises:
        RunError: npm or node is missing, or a package cannot be had or read.
    """
    for program in ("npm", "node"):
        if shutil.which(program) is None:
            raise RunError(f"{program} is not on the PATH; install Node.js 18 or newer (nodejs.org) and run again")
    with tempfile.TemporaryDirectory() as folder:
        # Scripts of packages are not run: only their data is wanted.
        _run(["npm", "install", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", *PACKAGES], folder)
        printed = _run(["node", str(_READER)], folder)
    try:
        return _sorted(json.loads(printed))
    except ValueError:
        raise RunError(f"node gave no JSON from {_READER.name}; a package has changed, so adapt the script") from None


def _run(command: list[str], folder: str) -> str:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise RunError(f"{command[0]} did not end within {_SECONDS} s; check the network and run again") from None
    if done.returncode:
        said = [line.strip() for line in done.stderr.splitlines() if "rror" in line] or ["it gave no reason"]
        raise RunError(f"{' '.join(command[:2])} failed: {said[0][:200]}; check the network and run again")
    return done.stdout


def _sorted(value: Any) -> Any:
    """A value whose mappings and lists of names are in order, however the packages order them."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            return sorted(set(value))
        return sorted((_sorted(item) for item in value), key=json.dumps)
    return value


if __name__ == "__main__":
    sys.exit(main())
