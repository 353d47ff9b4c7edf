"""`impossible`: the command line. Parsing is here; what the commands do is in `commands.py`."""

import argparse
import os
import sys
import warnings
from collections.abc import Callable
from typing import NoReturn

from builders.errors import RunError, UsageError, is_out_of_memory, one_line
from builders.files import is_unicode

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130
DEMO_RECIPE = "microworld-demo"


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Prints the mistake and where help is, and exits with status 2."""
        self.exit(WRONG_USAGE, f"{self.prog}: {message}; see '{self.prog} --help'\n")


def main(arguments: list[str] | None = None) -> int:
    """Runs a command; returns its exit status."""
    options = _parse(arguments)
    _quiet_libraries(shows_transfers=options.command == "push" and sys.stderr.isatty())
    try:
        _check_text(sys.argv[1:] if arguments is None else arguments)
        _command(options.command)(options)
        sys.stdout.flush()
    except UsageError as error:
        return _fail(error, WRONG_USAGE)
    except RunError as error:
        return _fail(error, FAILED)
    except KeyboardInterrupt:
        return _fail("interrupted; the same command again goes on from here", INTERRUPTED)
    except BrokenPipeError:  # the reader of our output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        if error.filename is None and error.errno is None:
            raise
        return _fail(
            f"{error.filename or 'input/output'}: {error.strerror}; make room or check its permissions", FAILED
        )
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        remedy = "lower workers, sampling.contexts_per_batch or, when training, batch_size, and run it again"
        return _fail(f"out of memory ({one_line(error)}); {remedy}", FAILED)
    return DONE


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if options.command == "paraphrase" and not any(word.startswith("-") for word in rest):
        options.text += rest  # sentences behind an option, which argparse does not look for
    elif rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return options


def _check_text(arguments: list[str]) -> None:
    for argument in arguments:
        if not is_unicode(argument):
            raise UsageError(f"argument {argument!a} is not UTF-8 text; write it in UTF-8")


def _fail(error: object, status: int) -> int:
    print(f"impossible: {error}", file=sys.stderr)
    return status


def _command(name: str) -> Callable[[argparse.Namespace], None]:
    from scripts import commands  # imports the pipeline, which --help must not wait for

    found: Callable[[argparse.Namespace], None] = getattr(commands, name.replace("-", "_"))
    return found


def _quiet_libraries(shows_transfers: bool) -> None:
    """Settings that the libraries read when they are imported: their chatter is not the user's business."""
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    if not shows_transfers:
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("PYTHONWARNINGS", "ignore::FutureWarning")  # for the worker processes
    warnings.simplefilter("ignore", FutureWarning)  # what one library tells another about its next version
    os.environ.setdefault("HF_HUB_VERBOSITY", "error")  # without a network, five lines on each of its attempts
    os.environ.setdefault(
        "OMP_NUM_THREADS", str(os.cpu_count() or 1)
    )  # left unset, small models train many times slower


def _parser() -> Parser:
    parser = Parser(
        prog="impossible",
        description="Paraphrase and summary datasets, and compact models, out of a small language model's own samples.",
        epilog="Try `impossible demo` first: it needs no network and takes a few minutes.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    demo = commands.add_parser("demo", help="the whole loop on the embedded microworld, in about three minutes")
    _run_arguments(demo, default_out="runs/demo")
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
        if name in ("sample", "build"):
            _shard_arguments(command)
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
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SECTION.KEY=VALUE",
        dest="overrides",
        help="override a setting of the recipe; may be repeated",
    )
    command.add_argument(
        "--contexts", metavar="FILE", help="human-written contexts, one a line or JSONL, in place of the teacher's own"
    )
    command.add_argument("--json", action="store_true", help="print the result as JSON")


def _shard_arguments(command: Parser) -> None:
    command.add_argument("--num-shards", type=int, default=1, metavar="N", help="split the work into N parts")
    command.add_argument("--shard-index", type=int, default=0, metavar="I", help="which part this command does, from 0")


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


if __name__ == "__main__":
    sys.exit(main())
