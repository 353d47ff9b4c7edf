"""The arguments of every command, with the help that `--help` prints."""

import argparse
from collections.abc import Callable
from typing import NoReturn, TypeVar

DEMO_RECIPE = "microworld-demo"
WRONG_USAGE = 2  # the exit status of a command that was not understood
N = TypeVar("N", int, float)


class Parser(argparse.ArgumentParser):
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
    _run_arguments(demo, default_out="runs/demo")
    _keep_rejects_argument(demo)
    demo.set_defaults(recipe=DEMO_RECIPE)
    for name, text in {
        "run": "a recipe from teacher samples to dataset, student, evaluation, cards and report",
        "sample": "only sample contexts and sentences of round 0 from the recipe's teacher",
        "build": "up to the teacher's scored pairs (round 0): sample, enumerate, filter; `run` publishes the dataset",
        "train": "up to the student of round 0: build, then fine-tune",
        "self-distill": "up to the self-distilled student: train, then the student's own pairs, then fine-tune again",
    }.items():
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        command.add_argument("recipe", help="a YAML file, or the name of a bundled recipe such as microworld-news")
        _run_arguments(command, default_out=None)
        if name != "sample":
            _keep_rejects_argument(command)
        if name in ("sample", "build"):
            _shard_arguments(command)
    _filter_arguments(commands.add_parser("filter", help="a recipe's critics on sentence pairs of your own"))
    _inspect_arguments(commands.add_parser("inspect", help="one context of a run: why each pair lived or fell"))
    _calibrate_arguments(
        commands.add_parser("calibrate", help="how far the semantic critic can be trusted, by labels of your own")
    )
    _proximity_arguments(
        commands.add_parser("proximity", help="how often a teacher's next sentences say the same (Figure 3)")
    )
    _evaluate_arguments(commands.add_parser("evaluate", help="score a student on a benchmark or a file of your own"))
    _paraphrase_arguments(commands.add_parser("paraphrase", help="print a student's paraphrases of your sentences"))
    _playground_arguments(commands.add_parser("playground", help="try a student in your browser"))
    _push_arguments(
        commands.add_parser("push", help="publish a run's dataset, model or Space, or a metric, on the Hub")
    )
    return parser


def _run_arguments(command: Parser, default_out: str | None) -> None:
    shown = default_out or "runs/NAME, after the recipe"
    command.add_argument("--out", default=default_out, metavar="RUN", help=f"the run folder (default: {shown})")
    command.add_argument("--seed", type=int, help="in place of the recipe's seed")
    _override_argument(command)
    command.add_argument(
        "--contexts",
        metavar="PLACE[:COLUMN]",
        help="contexts in place of the teacher's own: a file, or PLACE:COLUMN with passages to cut them from, such as "
        "docs.parquet:text or EdinburghNLP/xsum:document",
    )
    command.add_argument("--json", action="store_true", help="print the result as JSON")


def _override_argument(command: Parser) -> None:
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SECTION.KEY=VALUE",
        dest="overrides",
        help="override a setting of the recipe; may be repeated",
    )


def _keep_rejects_argument(command: Parser) -> None:
    command.add_argument(
        "--keep-rejects",
        action="store_true",
        help="also write the pairs that critics drop, with reason and scores, to RUN/pairs/round-N/rejects",
    )


def _shard_arguments(command: Parser) -> None:
    command.add_argument("--num-shards", type=int, default=1, metavar="N", help="split the work into N parts")
    command.add_argument("--shard-index", type=int, default=0, metavar="I", help="which part this command does, from 0")


def _proximity_arguments(command: Parser) -> None:
    command.description = (
        "Measures the share of equivalent pairs among a context's distinct next sentences, and the Self-BLEU of those "
        "pairs, by context length and temperature: a table, proximity.json and proximity.svg. Of the recipe matter "
        "sampling (teacher, domain, corpus), the critic semantic_equivalence, evaluation.oracle, seed and workers. The "
        "paper has 1000 contexts and k 100, some 70 million pairs. The same command goes on where it was stopped."
    )
    command.add_argument("recipe", help="a YAML file, or the name of a bundled recipe such as microworld-demo")
    command.add_argument("--out", metavar="FOLDER", help="where to (default: runs/NAME-proximity, after the recipe)")
    command.add_argument("--seed", type=int, help="in place of the recipe's seed")
    _override_argument(command)
    command.add_argument(
        "--contexts", metavar="PLACE[:COLUMN]", help="passages in place of the teacher's own, such as docs.parquet:text"
    )
    command.add_argument(
        "--temperatures", type=_numbers, default=(0.5, 0.7, 1.0), metavar="T,T", help="(default: 0.5,0.7,1.0)"
    )
    command.add_argument(
        "--lengths", type=_whole_numbers, default=(1, 2, 3, 4, 5), metavar="N,N", help="sentences (default: 1,2,3,4,5)"
    )
    command.add_argument(
        "--cut",
        choices=("first", "last"),
        default="first",
        help="a passage's first sentences, as in a run, or its last, which all end at one place (default: first)",
    )
    command.add_argument("--n", type=int, default=100, metavar="N", help="contexts of each length (default: 100)")
    command.add_argument(
        "--k", type=int, default=20, metavar="K", help="next sentences a context and temperature (default: 20)"
    )
    command.add_argument(
        "--max-pairs", type=int, metavar="N", help="judge so many random pairs a context and temperature (default: all)"
    )
    command.add_argument("--json", action="store_true", help="print proximity.json")


def _numbers(text: str) -> tuple[float, ...]:
    return _listed(text, float, "numbers such as 0.5,0.7,1.0")


def _whole_numbers(text: str) -> tuple[int, ...]:
    return _listed(text, int, "whole numbers such as 1,2,3,4,5")


def _listed(text: str, kind: Callable[[str], N], what: str) -> tuple[N, ...]:
    try:
        return tuple(map(kind, text.split(",")))
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be {what}, got '{text}'") from None


def _evaluate_arguments(command: Parser) -> None:
    command.add_argument("model", help="a student: folder, package:folder or Hub id")
    source = command.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", metavar="FILE", help="JSONL with source and reference, or source, tab, reference")
    source.add_argument("--benchmark", metavar="MODULE:FUNCTION", help="such as microworld.benchmark:rows")
    command.add_argument("--task", choices=("paraphrase", "summary"), default="paraphrase")
    command.add_argument("--n", type=int, default=2000, help="most rows to evaluate on (default: 2000)")
    command.add_argument("--oracle", metavar="MODULE", help="such as microworld.oracle; scores faithfulness")
    command.add_argument(
        "--parser", metavar="PARSER", help="for TED: stanza, the URL of a CoreNLP server, or MODULE:FUNCTION"
    )
    command.add_argument("--json", action="store_true", help="print the figures as JSON")


def _paraphrase_arguments(command: Parser) -> None:
    command.add_argument("model", help="a student: folder, package:folder or Hub id")
    command.add_argument("text", nargs="*", help="sentences; none reads one a line from standard input")
    command.add_argument("--n", type=int, default=1, metavar="N", help="paraphrases of each sentence (default: 1)")
    command.add_argument("--temperature", type=float, default=0.7, help="of sampling, when N is above 1 (default: 0.7)")
    command.add_argument("--top-p", type=float, default=0.9, help="nucleus, when N is above 1 (default: 0.9)")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--json", action="store_true", help="print one JSON object a sentence")


def _playground_arguments(command: Parser) -> None:
    command.description = "Serves a page to try a student on, for this machine alone, until it is interrupted."
    command.add_argument("model", help="a student: folder, package:folder or Hub id")
    command.add_argument("--port", type=int, default=7860, help="0 takes a free one (default: 7860)")


def _push_arguments(command: Parser) -> None:
    command.description = (
        "One commit with all that a release holds; pushing the same again changes nothing. The token is that of "
        "'hf auth login', or HF_TOKEN."
    )
    command.add_argument("kind", choices=("dataset", "model", "space", "metric"))
    command.add_argument("source", metavar="RUN", help="a run folder; for a metric its name, such as ted")
    command.add_argument("--to", required=True, metavar="NAMESPACE/NAME", help="the repository; made when missing")
    command.add_argument("--private", action="store_true", help="make a new repository private")
    command.add_argument(
        "--revision", default="main", metavar="BRANCH", help="a branch, made when missing (default: main)"
    )
    command.add_argument("--create-pr", action="store_true", help="open a pull request instead of committing to main")
    command.add_argument("--dry-run", action="store_true", help="show exactly what would change, and change nothing")
    name = "NAMESPACE/NAME"
    command.add_argument("--dataset", metavar=name, help="model: the dataset that its card names (default: as pushed)")
    command.add_argument("--base-model", metavar=name, help="model: where the base of a LoRA adapter is published")
    command.add_argument("--model", metavar=name, help="space: the model to try (default: as pushed, else --to)")
    command.add_argument("--json", action="store_true", help="print what changed as JSON")


def _filter_arguments(command: Parser) -> None:
    command.description = (
        "Applies a recipe's critics, in their order, to sentence pairs that exist already, and writes what is kept, "
        "what is dropped and why. Of the recipe only 'critics' and 'workers' matter. The same command goes on where "
        "it was stopped."
    )
    command.epilog = (
        "The diversity critic keeps the best of the pairs that say the same in one context. It compares at most 100 "
        "pairs of a context at a time, and only pairs of one block of 10,000 rows: sort the data by context first."
    )
    dataset = (
        "a Hub id, a dataset folder, a Parquet, JSONL, CSV or TSV file, or x.src beside x.tgt, one sentence a line"
    )
    command.add_argument("dataset", help=dataset)
    command.add_argument("--recipe", required=True, help="a YAML file, or the name of a bundled recipe")
    command.add_argument("--split", help="of a dataset with several (default: train)")
    command.add_argument("--config", metavar="NAME", help="of a dataset with several configurations")
    command.add_argument(
        "--columns", default="source,target", metavar="SOURCE,TARGET", help="columns (default: source,target)"
    )
    command.add_argument(
        "--context",
        metavar="COLUMN",
        help="pairs alike in this column compete in the diversity critic (default: those of one source)",
    )
    command.add_argument("--out", metavar="FOLDER", help="where to (default: runs/filtered-NAME, after the dataset)")
    command.add_argument("--limit", type=int, metavar="N", help="only the first N rows")
    _override_argument(command)
    command.add_argument("--json", action="store_true", help="print filter.json")


def _inspect_arguments(command: Parser) -> None:
    command.description = (
        "Shows a context of a run: its sentences, which of them entails which, and why each pair lived or fell. For "
        "round 0 the critics are asked again, about this context alone; a later round is as the run's tables have it. "
        "Critics and parsers that the run names by an import path are run: look only at runs that you trust."
    )
    command.add_argument("run", metavar="RUN", help="the folder of a run")
    command.add_argument("context_id", metavar="CONTEXT_ID", help="as in the dataset; its first digits are enough")
    command.add_argument("--round", type=int, default=0, metavar="N", help="0 is the teacher's (default: 0)")
    command.add_argument("--all", action="store_true", help="every pair and entailment, however many there are")
    command.add_argument("--json", action="store_true", help="print everything as JSON")


def _calibrate_arguments(command: Parser) -> None:
    command.description = (
        "Measures the semantic critic against people. Without --labels it draws pairs of round 0 to label, into "
        "RUN/calibration/pairs.tsv; with --labels it reads them back and reports precision and recall with 95% "
        "intervals, and the threshold that meets a wanted precision. 'impossible run' then puts it on the card."
    )
    command.add_argument("run", metavar="RUN", help="the folder of a run")
    command.add_argument("--n", type=int, default=200, help="pairs to label (default: 200)")
    command.add_argument("--seed", type=int, default=0, help="of the draw (default: 0)")
    command.add_argument("--labels", metavar="FILE", help="the labelled pairs.tsv; rows without a label are left out")
    command.add_argument(
        "--precision", type=float, default=0.95, metavar="P", help="with --labels: the wanted precision (default: 0.95)"
    )
    command.add_argument("--json", action="store_true", help="print the result as JSON")
