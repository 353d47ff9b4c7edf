"""The arguments of commands that measure, judge, try or publish what is there."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterable
from typing import TypeVar, get_args

from builders.proximity_config import Cut, ProximityConfig
from scripts.arguments_of_runs import PAIRS, override_argument, table_arguments
from trainers.named_benchmarks import NAMED_BENCHMARKS

N = TypeVar("N", int, float)


def filter_arguments(command: ArgumentParser) -> None:
    """Of `impossible filter`."""
    command.description = (
        "Applies a recipe's critics, in their order, to sentence pairs that exist already, and writes what is kept, "
        "what is dropped and why. Of the recipe only 'critics' and 'workers' matter. The same command goes on where "
        "it was stopped."
    )
    command.epilog = (
        "The diversity critic keeps the best of the pairs that say the same in one context. It compares at most 100 "
        "pairs of a context at a time, and only pairs of one block of 10,000 rows: sort the data by context first."
    )
    command.add_argument("dataset", help=PAIRS)
    command.add_argument("--recipe", required=True, help="a YAML file, or the name of a bundled recipe")
    table_arguments(command)
    command.add_argument(
        "--context",
        metavar="COLUMN",
        help="pairs alike in this column compete in the diversity critic (default: those of one source)",
    )
    command.add_argument("--out", metavar="FOLDER", help="where to (default: runs/filtered-NAME, after the dataset)")
    command.add_argument("--limit", type=int, metavar="N", help="only the first N rows")
    override_argument(command)
    command.add_argument("--json", action="store_true", help="print filter.json")


def inspect_arguments(command: ArgumentParser) -> None:
    """Of `impossible inspect`."""
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


def calibrate_arguments(command: ArgumentParser) -> None:
    """Of `impossible calibrate`."""
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


def proximity_arguments(command: ArgumentParser) -> None:
    """Of `impossible proximity`."""
    command.description = (
        "Measures the share of equivalent pairs among a context's distinct next sentences, and the Self-BLEU of those "
        "pairs, by context length and temperature: a table, proximity.json and proximity.svg. Of the recipe matter "
        "sampling (teacher, domain, corpus), the critic semantic_equivalence, evaluation.oracle, seed and workers. The "
        "paper has 1000 contexts and k 100, some 70 million pairs. The same command goes on where it was stopped."
    )
    command.add_argument("recipe", help="a YAML file, or the name of a bundled recipe such as microworld-demo")
    command.add_argument("--out", metavar="FOLDER", help="where to (default: runs/NAME-proximity, after the recipe)")
    command.add_argument("--seed", type=int, help="in place of the recipe's seed")
    override_argument(command)
    command.add_argument(
        "--contexts", metavar="PLACE[:COLUMN]", help="passages in place of the teacher's own, such as docs.parquet:text"
    )
    command.add_argument(
        "--temperatures",
        type=_numbers,
        default=ProximityConfig.temperatures,
        metavar="T,T",
        help=f"(default: {_written(ProximityConfig.temperatures)})",
    )
    command.add_argument(
        "--lengths",
        type=_whole_numbers,
        default=ProximityConfig.lengths,
        metavar="N,N",
        help=f"sentences (default: {_written(ProximityConfig.lengths)})",
    )
    command.add_argument(
        "--cut",
        choices=get_args(Cut),
        default=ProximityConfig.cut,
        help="a passage's first sentences, as in a run, or its last, which all end at one place (default: %(default)s)",
    )
    command.add_argument(
        "--n",
        type=int,
        default=ProximityConfig.contexts,
        metavar="N",
        help="contexts of each length (default: %(default)s)",
    )
    command.add_argument(
        "--k",
        type=int,
        default=ProximityConfig.k,
        metavar="K",
        help="next sentences a context and temperature (default: %(default)s)",
    )
    command.add_argument(
        "--max-pairs", type=int, metavar="N", help="judge so many random pairs a context and temperature (default: all)"
    )
    command.add_argument("--json", action="store_true", help="print proximity.json")


def evaluate_arguments(command: ArgumentParser) -> None:
    """Of `impossible evaluate`."""
    command.description = (
        "Scores a student, or whatever writes paraphrases or summaries, with 95% intervals, and says whether it "
        "differs from others by more than chance."
    )
    command.epilog = (
        "A system is a student (folder, package:folder or Hub id), copy-input (the sources as they are), "
        "ID@REVISION (a release of one), teacher:RECIPE (a recipe's teacher, prompted), or outputs:FILE (JSONL with "
        "source and output, or one output a line). "
        f"Benchmarks of the paper: {', '.join(NAMED_BENCHMARKS)}; those without a public dataset need --data as well."
    )
    command.add_argument("model", metavar="SYSTEM", help="what is scored, see below")
    command.add_argument(
        "--against",
        metavar="SYSTEM",
        action="append",
        default=[],
        help="hold it against this one on the same rows; may be repeated",
    )
    command.add_argument("--benchmark", metavar="NAME", help="one of the paper's, or MODULE:FUNCTION")
    command.add_argument(
        "--data",
        metavar="ROWS",
        help="JSONL with source and reference; source, tab, reference; two parallel files .src and .tgt; or a Parquet "
        "or CSV file or a dataset, with source and reference, references or target",
    )
    command.add_argument(
        "--columns", metavar="SOURCE,REFERENCE,...", help="of a table whose columns have other names or more references"
    )
    command.add_argument("--config", metavar="NAME", help="of a dataset with several configurations")
    command.add_argument("--split", default="test", help="of the benchmark or dataset (default: test)")
    command.add_argument("--task", choices=("paraphrase", "summary"), default="paraphrase")
    command.add_argument("--n", type=int, help="only the first N rows (default: all; of a function 2000)")
    command.add_argument("--oracle", metavar="MODULE", help="such as microworld.oracle; scores faithfulness")
    command.add_argument("--nli", metavar="MODEL", help="an NLI model that judges faithfulness")
    command.add_argument(
        "--encoder", metavar="MODEL", help="for BERT-iBLEU and BERTScore: folder, package:folder or Hub id"
    )
    command.add_argument(
        "--parser", metavar="PARSER", help="for TED: stanza, the URL of a CoreNLP server, or MODULE:FUNCTION"
    )
    command.add_argument(
        "--prompt", metavar="TEXT", help="for teacher:RECIPE, with {source} in it (default: one that fits the task)"
    )
    command.add_argument("--paper", action="store_true", help="print the paper's own figures on the benchmark as well")
    command.add_argument("--outputs", metavar="FILE", help="write the outputs of SYSTEM as JSONL")
    shape = command.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print the figures as JSON")
    shape.add_argument("--model-index", action="store_true", help="print them as front matter for a model's card")


def paraphrase_arguments(command: ArgumentParser) -> None:
    """Of `impossible paraphrase`."""
    command.add_argument("model", help="a student: folder, package:folder or Hub id")
    command.add_argument("text", nargs="*", help="sentences; none reads one a line from standard input")
    command.add_argument("--n", type=int, default=1, metavar="N", help="paraphrases of each sentence (default: 1)")
    command.add_argument(
        "--like", metavar="EXEMPLAR", help="in the form of this sentence or, for a student that reads it, of this parse"
    )
    for name, of in (("compression", "words over those of the text"), ("abstraction", "words that the text has not")):
        command.add_argument(
            f"--{name}", type=float, metavar="R", help=f"for a summarizer that is led by it: its {of}, in (0, 1]"
        )
    command.add_argument("--critic", metavar="MODEL", help="an NLI model to rank by: folder, package:folder or Hub id")
    command.add_argument(
        "--task", choices=("paraphrase", "summary"), default="paraphrase", help="what --critic asks for"
    )
    command.add_argument("--temperature", type=float, default=0.7, help="where several are drawn (default: 0.7)")
    command.add_argument("--top-p", type=float, default=0.9, help="nucleus, where several are drawn (default: 0.9)")
    command.add_argument("--seed", type=int, default=0, help="of the draws (default: 0)")
    command.add_argument("--json", action="store_true", help="print one JSON object a sentence")


def playground_arguments(command: ArgumentParser) -> None:
    """Of `impossible playground`."""
    command.description = "Serves a page to try a student on, for this machine alone, until it is interrupted."
    command.add_argument("model", help="a student: folder, package:folder or Hub id")
    command.add_argument("--port", type=int, default=7860, help="0 takes a free one (default: 7860)")


def push_arguments(command: ArgumentParser) -> None:
    """Of `impossible push`."""
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


def _written(numbers: Iterable[float]) -> str:
    return ",".join(map(str, numbers))


def _numbers(text: str) -> tuple[float, ...]:
    return _listed(text, float, "numbers such as 0.5,0.7,1.0")


def _whole_numbers(text: str) -> tuple[int, ...]:
    return _listed(text, int, "whole numbers such as 1,2,3,4,5")


def _listed(text: str, kind: Callable[[str], N], what: str) -> tuple[N, ...]:
    try:
        return tuple(map(kind, text.split(",")))
    except ValueError:
        raise ArgumentTypeError(f"must be {what}, got '{text}'") from None
