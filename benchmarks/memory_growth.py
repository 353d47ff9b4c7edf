"""The measurement behind `benchmarks/memory.py`.

Each stage runs in a process of its own over samples on disk, once with few contexts and once with many; what it takes
at its peak should be the same. Assembly is not among them: it holds the kept pairs of a configuration, to write them in
order, so its memory does grow with them.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.synthetic_run import CRITIC, SAMPLES, make_critic, make_samples
from builders.journal import Stage

_ROOT = Path(__file__).resolve().parents[1]
_PAIRS = "pairs"  # a folder
_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "TRANSFORMERS_VERBOSITY": "error", "TOKENIZERS_PARALLELISM": "false"}


def judge(folder: Path) -> dict[str, int]:
    """Every critic of the paper, and numbers, over the samples in a folder."""
    from builders.config import from_mapping  # here, since the parent process needs none of it
    from builders.critics.settings import CriticsConfig
    from builders.stage import pairs_stage

    entries: list[Any] = [
        {"rouge_l": {"max": 0.4}},
        "numbers",
        {"semantic_equivalence": {"model": str(folder / CRITIC), "min_entailment": 0.55}},
        {"tree_edit_distance": {"min": 6, "parser": "microworld.parser:parse"}},
        {"diversity": {"tau_entail": 0.95, "pairs_per_component": 2}},
    ]
    critics = from_mapping(CriticsConfig, entries, "critics")
    return pairs_stage(Stage.load(folder / SAMPLES), critics, folder / _PAIRS, keep_rejects=True).counts()


def deduplicate(folder: Path) -> dict[str, int]:
    """Duplicates and near-duplicates among the pairs that `judge` kept."""
    from builders.deduplication import DeduplicationConfig, deduplication_stage

    stage = deduplication_stage([Stage.load(folder / _PAIRS)], DeduplicationConfig(), folder / "duplicates")
    return stage.counts()


STAGES: dict[str, Callable[[Path], dict[str, int]]] = {"critics": judge, "near-duplicates": deduplicate}


def peak_bytes() -> int:
    """The most memory that this process has taken so far.

    `ru_maxrss` of a process also counts what its parent had taken when it started it, on Linux, where the kernel says
    elsewhere what it took itself.
    """
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024
    taken = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return taken if sys.platform == "darwin" else taken * 1024


def measure(contexts: int) -> dict[str, Any]:
    """Runs all stages over so many contexts, each in its own process.

    Returns:
        `contexts` and, by stage, `seconds`, `peak_mb` and `counts`.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_critic(folder)
        make_samples(folder, contexts)
        return {"contexts": contexts, "stages": {stage: _in_process(stage, folder) for stage in STAGES}}


def _in_process(stage: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.memory_growth", "--stage", stage, "--folder", str(folder)]
    ended = subprocess.run(command, cwd=_ROOT, env=os.environ | _ENVIRONMENT, stdout=subprocess.PIPE, check=True)
    record: dict[str, Any] = json.loads(ended.stdout)
    return record


def _run_stage(stage: str, folder: Path) -> None:
    begun = time.perf_counter()
    counts = STAGES[stage](folder)
    seconds, peak = time.perf_counter() - begun, peak_bytes() / 2**20
    print(json.dumps({"seconds": round(seconds, 1), "peak_mb": round(peak, 1), "counts": counts}))


def growth(few: dict[str, Any], many: dict[str, Any]) -> dict[str, float]:
    """By stage, the peak over many contexts as a multiple of that over few."""
    return {stage: many["stages"][stage]["peak_mb"] / few["stages"][stage]["peak_mb"] for stage in STAGES}


def main(arguments: list[str] | None = None) -> int:
    """Prints a table, or JSON."""
    parser = argparse.ArgumentParser(prog="python benchmarks/memory.py", description=__doc__)
    parser.add_argument("--contexts", type=int, nargs=2, default=(2_000, 20_000), metavar=("FEW", "MANY"))
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--stage", choices=list(STAGES), help=argparse.SUPPRESS)  # of a process of ours
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.stage:
        _run_stage(options.stage, options.folder)
        return 0
    runs = []
    for contexts in options.contexts:
        print(f"{contexts:,} contexts ...", file=sys.stderr, flush=True)
        runs.append(measure(contexts))
    record = {"runs": runs, "growth": growth(*runs)}
    print(json.dumps(record) if options.json else _table(record))
    return 0


def _table(record: dict[str, Any]) -> str:
    heads = "".join(f"{run['contexts']:>10,} contexts" for run in record["runs"])
    lines = [f"{'peak memory, MB':18}{heads}    growth"]
    for stage, ratio in record["growth"].items():
        peaks = "".join(f"{run['stages'][stage]['peak_mb']:>19,.0f}" for run in record["runs"])
        lines.append(f"{stage:18}{peaks}{ratio - 1:>+10.1%}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
