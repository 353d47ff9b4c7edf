"""The arguments of the command that measures datasets."""

from argparse import ArgumentParser

from scripts.arguments_of_runs import PAIRS


def describe_arguments(command: ArgumentParser) -> None:
    """Of `impossible describe`."""
    command.description = (
        "Measures datasets of sentence pairs by the columns of the paper's Table 1: how varied the targets are (H2, "
        "H3, MSTTR), how many words a target shares with its source (Jaccard) and, where you name the models for it, "
        "how near the two are in meaning (cosine similarity) and how far apart in syntax (TED-3, TED-F). Several "
        "datasets are measured on equally many pairs, since entropies grow with their number. Memory does not grow "
        "with the pairs; what does not fit goes to temporary files, in the folder that TMPDIR names."
    )
    command.add_argument("datasets", nargs="+", metavar="DATASET", help=PAIRS)
    for_each = "; once for all datasets, or once for each in their order"
    command.add_argument("--split", action="append", help=f"of a dataset with several (default: train){for_each}")
    command.add_argument(
        "--config", action="append", metavar="NAME", help=f"of a dataset with several configurations{for_each}"
    )
    command.add_argument(
        "--columns",
        action="append",
        metavar="SOURCE,TARGET",
        help=f"columns (default: source,target, or source,reference){for_each}",
    )
    command.add_argument(
        "--n", type=int, metavar="N", help="pairs of each that are measured (default: all of the smallest dataset)"
    )
    command.add_argument(
        "--encoder",
        metavar="MODEL",
        help="for the cosine similarity: folder, package:folder or Hub id; the paper's is SimCSE, such as "
        "princeton-nlp/sup-simcse-roberta-large",
    )
    command.add_argument(
        "--pooling",
        choices=("pooler", "cls", "mean", "last"),
        help="the encoder's vector: of its first token behind a trained layer (pooler) or before it (cls), the mean of "
        "all tokens, or the last token (default: as the model's files say, else what suits its kind)",
    )
    command.add_argument(
        "--parser", metavar="PARSER", help="for TED: stanza, the URL of a CoreNLP server, or MODULE:FUNCTION"
    )
    command.add_argument(
        "--sample",
        type=int,
        default=1000,
        metavar="N",
        help="pairs that encoder and parser are asked about (default: 1000)",
    )
    command.add_argument("--paper", action="store_true", help="print the rows of the paper's Table 1 beside")
    command.add_argument("--json", action="store_true", help="print the figures as JSON")
