"""Settings of an evaluation, apart from what evaluates so that reading a recipe loads no library."""

from dataclasses import dataclass
from typing import Literal

from builders.errors import ConfigError
from builders.parsers.loading import GIVEN, check_parser_name

from .named_benchmarks import NAMED_BENCHMARKS, NamedBenchmark

Baseline = Literal["copy", "base"]


@dataclass(frozen=True, kw_only=True)
class EvaluationConfig:
    """What students are evaluated on and by.

    Args:
        benchmark: The name of a benchmark of the paper, such as `mrpc`; or `module:function` that draws rows, called as
            `rows(task, n, seed, split=split)`.
        data: Rows instead: JSONL with `source` and `reference`; source, tab, reference; or a Parquet or CSV file, two
            parallel files or a dataset, on the Hub or in a folder, with the column `source` and `reference`,
            `references` or `target`. Beside a benchmark that no public dataset has: its file.
        columns: Of a table: the source's, then those of the references, each a text or a list of texts; where one
            column alone is named, the first text of its list is the source.
        config: Of a dataset with several configurations.
        split: Of the benchmark: "test" for figures, "development" for choosing settings; of a dataset, any that it has.
        n: Most rows to evaluate on, the first of a table; None takes all of a table, and 2,000 of a function.
        oracle: Import path of a module that knows every sentence's meaning; without one nothing is called faithful.
        parser: For the tree edit distance: `stanza`, the URL of a CoreNLP server, or `module:function`; without one it
            is left out.
        encoder: Whose states BERT-iBLEU and BERTScore compare; without one they are left out. The paper does not name
            its own.
        nli: An NLI model that judges faithfulness where no oracle can; without one it is left out.
        baselines: Of a run, evaluated beside its plain teacher: "copy" is the source as it stands, "base" the student
            as it was before any training.
        seed: Of the benchmark's draw; not the run's, so that runs with other seeds face the same rows.
    """

    benchmark: str | None = None
    data: str | None = None
    columns: tuple[str, ...] = ()
    config: str | None = None
    split: str = "test"
    n: int | None = None
    oracle: str | None = None
    parser: str | None = None
    encoder: str | None = None
    nli: str | None = None
    baselines: tuple[Baseline, ...] = ()
    seed: int = 0

    def __post_init__(self) -> None:
        self._check_place()
        if self.n is not None and self.n < 2:
            raise ConfigError(f"n must be at least 2, for a standard error, got {self.n}")
        if self.parser == GIVEN:
            raise ConfigError("parser cannot be 'given': a student's outputs are new; name a parser that reads them")
        if self.parser is not None:
            check_parser_name("parser", self.parser)

    def _check_place(self) -> None:
        name = self.benchmark
        if name is not None and ":" not in name and name not in NAMED_BENCHMARKS:
            names = ", ".join(NAMED_BENCHMARKS)
            raise ConfigError(f"benchmark must be one of {names}, or read 'module:function', got '{name}'")
        if name is not None and ":" in name:
            if self.data is not None:
                raise ConfigError(f"set benchmark or data, not both, got '{name}' and '{self.data}'")
            if self.split not in ("test", "development"):
                raise ConfigError(f"split of a benchmark must be 'test' or 'development', got '{self.split}'")
        known = NAMED_BENCHMARKS.get(name or "")
        if isinstance(known, NamedBenchmark) and self.data is not None:
            problem = f"benchmark '{name}' is {known.dataset} on the Hub, and not {self.data}"
            raise ConfigError(f"{problem}; name the one or the other")
        if self.data is None and (self.columns or self.config):
            given = f"columns {', '.join(self.columns)}" if self.columns else f"config '{self.config}'"
            raise ConfigError(f"{given} is of a table; name it as data")
        if len(set(self.columns)) < len(self.columns):
            raise ConfigError(f"columns must differ, got {', '.join(self.columns)}")
