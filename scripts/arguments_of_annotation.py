"""The arguments of `impossible annotate`, a command of three steps."""

from argparse import ArgumentParser
from typing import get_args

from trainers.annotation.agreement import Level


def annotate_arguments(command: ArgumentParser) -> None:
    """Of `impossible annotate` and its steps."""
    command.description = (
        "Human evaluation (the paper's Table 3): 'make' puts outputs of several systems into a blind task, 'serve' "
        "serves the page on which people rate them, 'report' says what they found."
    )
    steps = command.add_subparsers(dest="step", required=True, metavar="STEP")
    _make_arguments(steps.add_parser("make", help="a blind, shuffled task of several systems' outputs"))
    _serve_arguments(steps.add_parser("serve", help="the page on which annotators rate a task"))
    _report_arguments(steps.add_parser("report", help="means, Krippendorff's alpha, and the answers as a table"))


def _make_arguments(command: ArgumentParser) -> None:
    command.description = (
        "Draws sentences that every system has an output for, and writes a task: TASK/task.json is what annotators "
        "see, TASK/systems.json says which system wrote what and is never served."
    )
    _task_argument(command, "a new folder")
    outputs = command.add_mutually_exclusive_group(required=True)
    outputs.add_argument(
        "--outputs",
        nargs="+",
        action="extend",
        metavar="NAME=FILE",
        help="a system's name and its outputs: JSONL, CSV, TSV, Parquet or a dataset, with the columns source and "
        "output, such as 'impossible evaluate --outputs' writes",
    )
    outputs.add_argument(
        "--run", metavar="RUN", help="a run folder: its systems, with the few outputs that its metrics.json keeps"
    )
    command.add_argument(
        "--task",
        choices=("paraphrase", "summary"),
        help="fluent, faithful and dissimilar are asked of paraphrases, concise in place of dissimilar of summaries "
        "(default: as the run; else paraphrase)",
    )
    command.add_argument("--n", type=int, default=200, help="sentences to draw (default: 200, as in the paper)")
    command.add_argument("--seed", type=int, default=0, help="of the draw and of the order of items (default: 0)")
    command.add_argument("--json", action="store_true", help="print the counts as JSON")


def _serve_arguments(command: ArgumentParser) -> None:
    command.description = (
        "Serves a task until it is interrupted. Several people may rate at one time, each under a name of their own; "
        "every answer is on the disk before the page confirms it."
    )
    _task_argument(command)
    command.add_argument("--port", type=int, default=7870, help="0 takes a free one (default: 7870)")
    command.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="that of this machine alone by default; 0.0.0.0 lets everyone in who can reach it",
    )


def _report_arguments(command: ArgumentParser) -> None:
    command.description = (
        "Means and standard errors of each system and question, and Krippendorff's alpha, of the answers so far."
    )
    _task_argument(command)
    command.add_argument(
        "--level", choices=get_args(Level), default="ordinal", help="of alpha's distances (default: %(default)s)"
    )
    command.add_argument(
        "--against", metavar="NAME", help="a system: how the others differ from it, with 95%% intervals by bootstrap"
    )
    command.add_argument("--paper", action="store_true", help="the paper's own figures beside")
    command.add_argument("--csv", metavar="FILE", help="write every answer, with its system, as CSV")
    command.add_argument("--jsonl", metavar="FILE", help="write the same as JSONL")
    command.add_argument("--json", action="store_true", help="print the figures as JSON")


def _task_argument(command: ArgumentParser, words: str = "a folder that 'annotate make' made") -> None:
    command.add_argument("folder", metavar="TASK", help=words)
