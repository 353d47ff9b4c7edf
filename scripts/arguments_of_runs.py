"""The arguments of commands that run a recipe or stages of it."""

from argparse import ArgumentParser

PAIRS = "a Hub id, a dataset folder, a Parquet, JSONL, CSV or TSV file, or x.src beside x.tgt, one sentence a line"


def run_arguments(command: ArgumentParser, default_out: str | None) -> None:
    """What every command on a recipe takes."""
    shown = default_out or "runs/NAME, after the recipe"
    command.add_argument("--out", default=default_out, metavar="RUN", help=f"the run folder (default: {shown})")
    command.add_argument("--seed", type=int, help="in place of the recipe's seed")
    override_argument(command)
    command.add_argument(
        "--contexts",
        metavar="PLACE[:COLUMN]",
        help="contexts of round 0 in place of the teacher's own: a file, or PLACE:COLUMN with passages to cut them "
        "from, such as docs.parquet:text or EdinburghNLP/xsum:document; later rounds take the teacher's own. --set "
        "sampling.corpus.split=... and .config=... choose among several",
    )
    command.add_argument("--json", action="store_true", help="print the result as JSON")


def override_argument(command: ArgumentParser) -> None:
    """Settings in place of the recipe's."""
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SECTION.KEY=VALUE",
        dest="overrides",
        help="override a setting of the recipe; may be repeated",
    )


def keep_rejects_argument(command: ArgumentParser) -> None:
    """Of commands that judge pairs."""
    command.add_argument(
        "--keep-rejects",
        action="store_true",
        help="also write the pairs that critics drop, with reason and scores, to RUN/pairs/round-N/rejects",
    )


def training_data_arguments(command: ArgumentParser) -> None:
    """Pairs in place of the teacher's."""
    command.add_argument(
        "--data",
        metavar="PAIRS",
        help=f"train on pairs of your own, into RUN/students/data: {PAIRS}; of the recipe only 'student', 'task' and "
        "'seed' matter",
    )
    table_arguments(command)


def table_arguments(command: ArgumentParser) -> None:
    """What of a table of pairs is read."""
    command.add_argument("--split", help="of a dataset with several (default: train)")
    command.add_argument("--config", metavar="NAME", help="of a dataset with several configurations")
    command.add_argument(
        "--columns", metavar="SOURCE,TARGET", help="columns (default: source,target, or source,reference)"
    )


def shard_arguments(command: ArgumentParser) -> None:
    """A part of the work."""
    command.add_argument("--num-shards", type=int, default=1, metavar="N", help="split the work into N parts")
    command.add_argument("--shard-index", type=int, default=0, metavar="I", help="which part this command does, from 0")
