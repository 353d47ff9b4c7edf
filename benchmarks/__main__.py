"""Runs the benchmarks and prints one table: `python -m benchmarks`."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from builders.errors import RunError, UsageError

if TYPE_CHECKING:
    from benchmarks.timing import Comparison, Measurement

THREADS = 1  # of torch, as while a shard of a run is made; runs use more cores by more processes


def main(arguments: list[str] | None = None) -> int:
    """Runs the chosen benchmarks; returns the exit status."""
    options = _parser().parse_args(arguments)
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch  # slow to import, and --help must not wait for it

    from benchmarks.machine import machine
    from benchmarks.timing import measure

    torch.set_num_threads(THREADS)
    measurements, skipped = [], {}
    for name in options.only or list(BENCHMARKS):
        print(f"timing {name} ...", file=sys.stderr, flush=True)
        try:
            comparisons = BENCHMARKS[name](options.teacher)
            measurements += [measure(comparison, options.repeats) for comparison in comparisons]
        except (RunError, UsageError) as error:
            skipped[name] = str(error)
    if options.json:
        record = {"machine": machine(), "comparisons": [asdict(m) for m in measurements], "skipped": skipped}
        print(json.dumps(record, indent=2))
    else:
        print(table(measurements))
        for name, why in skipped.items():
            print(f"{name} was skipped: {why}")
    return 0 if measurements else 1


def _sampling(teacher: str) -> Iterator["Comparison"]:
    from benchmarks.sampling import sampling_comparison

    yield sampling_comparison(teacher)


BENCHMARKS: dict[str, Callable[[str], Iterator["Comparison"]]] = {
    "sampling": _sampling,
}


def table(measurements: list["Measurement"]) -> str:
    """The figures as plain text."""
    from benchmarks.machine import machine  # imports torch

    here = machine()
    rows = [["", "ours", "reference", "", "ratio", "lowest-highest"]]
    notes = []
    for m in measurements:
        for rate in m.rates:
            spread = f"{rate.lowest:.2f}-{rate.highest:.2f}"
            rows.append([m.name, _number(rate.ours), _number(rate.reference), rate.unit, f"{rate.ratio:.2f}", spread])
        notes.append(f"{m.name}: {m.n}; reference: {m.reference_name}; {m.agreement}; {m.repeats} repeats")
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(f"{cell:{'<' if i in (0, 3) else '>'}{widths[i]}}" for i, cell in enumerate(r)) for r in rows]
    about = (
        f"{here['cores']} cores, {here['torch_threads']} thread, {here['device']}, Python {here['python']}, "
        f"torch {here['torch']}. Medians of interleaved repeats; ratio: ours over reference, run by run."
    )
    return "\n".join([*(line.rstrip() for line in lines), "", *notes, "", about])


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(BENCHMARKS), help="one benchmark; may be repeated")
    parser.add_argument("--repeats", type=int, default=5, help="timed runs of each way (default: 5)")
    parser.add_argument(
        "--teacher", default="microworld:models/teacher", metavar="MODEL", help="default: microworld:models/teacher"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
