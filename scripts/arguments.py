"""The command line as a whole: each command with its help."""

from argparse import ArgumentParser
from typing import NoReturn

from scripts.arguments_of_annotation import annotate_arguments
from scripts.arguments_of_datasets import describe_arguments
from scripts.arguments_of_runs import (
    keep_rejects_argument,
    run_arguments,
    shard_arguments,
    training_data_arguments,
)
from scripts.arguments_of_tools import (
    calibrate_arguments,
    evaluate_arguments,
    filter_arguments,
    inspect_arguments,
    paraphrase_arguments,
    playground_arguments,
    proximity_arguments,
    push_arguments,
)

DEMO_RECIPE = "microworld-demo"
WRONG_USAGE = 2  # the exit status of a command that was not understood


class Parser(ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Prints the mistake and where help is, and exits with status 2."""
        self.exit(WRONG_USAGE, f"{self.prog}: {message}; see '{self.prog} --help'\n")


def make_parser() -> Parser:
    """The parser of the whole command line."""
    parser = Parser(
        prog="impossible",
        description="Paraphrase and summary datasets, and compact models, out of a small language model's own samples.",
        epilog="Try `impossible demo` first: it needs no network and takes a few minutes.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    demo = commands.add_parser("demo", help="the whole loop on the embedded microworld, in about three minutes")
    run_arguments(demo, default_out="runs/demo")
    keep_rejects_argument(demo)
    demo.set_defaults(recipe=DEMO_RECIPE)
    for name, text in {
        "run": "a recipe from teacher samples to dataset, student, evaluation, cards and report",
        "sample": "only sample contexts and sentences of round 0 from the recipe's teacher",
        "build": "up to the teacher's scored pairs (round 0): sample, enumerate, filter; `run` publishes the dataset",
        "train": "up to the student of round 0: build, then fine-tune; or fine-tune on pairs of your own",
        "self-distill": "up to the self-distilled student: train, then the student's own pairs, then fine-tune again",
    }.items():
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        command.add_argument("recipe", help="a YAML file, or the name of a bundled recipe such as microworld-news")
        run_arguments(command, default_out=None)
        if name != "sample":
            keep_rejects_argument(command)
        if name in ("sample", "build"):
            shard_arguments(command)
        if name == "train":
            training_data_arguments(command)
    filter_arguments(commands.add_parser("filter", help="a recipe's critics on sentence pairs of your own"))
    describe_arguments(
        commands.add_parser("describe", help="how varied datasets of sentence pairs are, side by side (Table 1)")
    )
    inspect_arguments(commands.add_parser("inspect", help="one context of a run: why each pair lived or fell"))
    calibrate_arguments(
        commands.add_parser("calibrate", help="how far the semantic critic can be trusted, by labels of your own")
    )
    proximity_arguments(
        commands.add_parser("proximity", help="how often a teacher's next sentences say the same (Figure 3)")
    )
    evaluate_arguments(commands.add_parser("evaluate", help="score a student on a benchmark or a file of your own"))
    annotate_arguments(commands.add_parser("annotate", help="human evaluation: people rate outputs on a local page"))
    paraphrase_arguments(commands.add_parser("paraphrase", help="print a student's paraphrases of your sentences"))
    playground_arguments(commands.add_parser("playground", help="try a student in your browser"))
    push_arguments(commands.add_parser("push", help="publish a run's dataset, model or Space, or a metric, on the Hub"))
    return parser
