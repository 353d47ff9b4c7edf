"""The benchmarks of the paper's tables, and where their rows are to be had."""

from dataclasses import dataclass

from .training_pairs import Task


@dataclass(frozen=True)
class NamedBenchmark:
    """A benchmark with a public dataset on the Hub.

    Args:
        dataset: Its id.
        config: Of the dataset.
        split: With the test rows.
        revision: A commit, or a branch where the Hub keeps a copy that is no script.
        columns: As of `EvaluationConfig`.
        keep: A column and the value that its rows must have; None keeps all rows.
        task: What its references are.
        note: How its rows compare with the paper's.
    """

    dataset: str
    config: str | None
    split: str
    revision: str
    columns: tuple[str, ...]
    keep: tuple[str, object] | None
    task: Task
    note: str


@dataclass(frozen=True)
class FileBenchmark:
    """A benchmark that no public dataset has as the paper used it.

    Args:
        origin: Whose files it is.
        task: What its references are.
    """

    origin: str
    task: Task


NAMED_BENCHMARKS: dict[str, NamedBenchmark | FileBenchmark] = {
    "mrpc": NamedBenchmark(
        dataset="nyu-mll/glue",
        config="mrpc",
        split="test",
        revision="bcdcba79d07bc864c1c254ccfcedcce55bcc9a8c",
        columns=("sentence1", "sentence2"),
        keep=("label", 1),
        task="paraphrase",
        note="the 1,147 test pairs that are paraphrases, which give the paper's Copy-Input row",
    ),
    "mscoco": NamedBenchmark(
        dataset="yerevann/coco-karpathy",
        config=None,
        split="test",
        revision="main",
        columns=("sentences",),
        keep=None,
        task="paraphrase",
        note="an image's first caption against its others, of Karpathy's test split; the paper's split is not public",
    ),
    "gigaword": NamedBenchmark(
        dataset="Harvard/gigaword",
        config=None,
        split="test",
        revision="refs/convert/parquet",
        columns=("document", "summary"),
        keep=None,
        task="summary",
        note="all of the test split; the paper does not say which rows it took",
    ),
    "paranmt-small": FileBenchmark("the test rows with exemplars of Chen et al. (2019)", "paraphrase"),
    "parasci-arxiv": FileBenchmark("the arXiv test files of ParaSCI (Dong et al., 2021)", "paraphrase"),
    "parasci-acl": FileBenchmark("the ACL test files of ParaSCI (Dong et al., 2021)", "paraphrase"),
    "quora": FileBenchmark("the Quora test split of Liu et al. (2020)", "paraphrase"),
}
