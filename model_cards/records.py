"""The figures of a run as `metrics.json` holds them, typed for the templates.

A part that a run did not produce stays `None` or empty, and the cards leave its section out.
"""

from dataclasses import dataclass, field
from pathlib import PurePath

from model_cards.vocabulary import DETAILS


@dataclass(frozen=True)
class Audit:
    """What the oracle says about the pairs that the critics kept, all of them."""

    oracle: str
    pairs: int
    precision: float
    standard_error: float | None
    shuffled_precision: float | None


@dataclass(frozen=True)
class ScreenAudit:
    """What a random sample of the pairs that the screen dropped says of its recall, with a 95% interval."""

    audited: int
    missed: int
    recall: float
    low: float
    high: float


@dataclass(frozen=True)
class Drop:
    """How many candidate pairs one critic rejected, or how many sentences one rule."""

    reason: str
    count: int


@dataclass(frozen=True)
class Round:
    """One round of pairs: from the teacher, self-distilled, or made for a control.

    Args:
        round: Its number.
        origin: "teacher", "self-distillation" or "control".
        contexts: After which the teacher wrote.
        sampled: Sentences that it wrote.
        sentences: Those of them that were used, each once: all qualified ones, or the sources given to the student.
        candidates: Pairs before the critics.
        kept: Pairs after them.
        dropped: By critic, in order.
        audit: Of the kept pairs.
        screen: Of what the screen dropped.
        missing_contexts: Those for which no passage was long enough.
        repeated_contexts: Those that were drawn again, and used once.
        cut_contexts: Those that lost their first sentences, being too long for the teacher.
        dropped_contexts: Those that were too long for it even so.
        known_sentences: The teacher's sentences that pairs of earlier rounds hold, which the student was not given.
        refused: The teacher's sentences that did not qualify, by reason.
        outputs: Rewritings that the student wrote.
        refused_outputs: Those of them that did not qualify, by reason.
    """

    round: int
    origin: str
    contexts: int | None
    sampled: int | None
    sentences: int | None
    candidates: int | None
    kept: int
    dropped: tuple[Drop, ...] = ()
    audit: Audit | None = None
    screen: ScreenAudit | None = None
    missing_contexts: int = 0
    repeated_contexts: int = 0
    cut_contexts: int = 0
    dropped_contexts: int = 0
    known_sentences: int = 0
    refused: tuple[Drop, ...] = ()
    outputs: int | None = None
    refused_outputs: tuple[Drop, ...] = ()

    @property
    def funnel(self) -> list[tuple[str, int, int]]:
        """The critics in order, each with the pairs it dropped and those left after it."""
        left = self.candidates or 0
        rows = []
        for drop in self.dropped:
            left -= drop.count
            rows.append((drop.reason, drop.count, left))
        return rows


@dataclass(frozen=True)
class Figure:
    """A mean over `n` rows, or a figure of all of them together, with what is known of how far it can be trusted.

    Args:
        value: The figure.
        n: Rows.
        standard_error: Of the figure.
        low: The lower end of its 95% interval.
        high: The upper end.
    """

    value: float
    n: int | None
    standard_error: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Preference:
    """The preference rows beside the pairs: their config, rows by split, and by what was wrong with the worse text."""

    config: str
    splits: dict[str, int]
    rejected_by: dict[str, int]


@dataclass(frozen=True)
class ParsedPairs:
    """The pairs with the parse of each target: their config, and the parser."""

    config: str
    parser: str


@dataclass(frozen=True)
class DatasetCounts:
    """What the release holds, what assembling it removed, and what was measured of it, by `parser` where with one.

    `dropped_near_duplicates` is None where none were looked for, and `preference` where no pair has such a row,
    and `control` where no student is led by parses.
    """

    config: str
    splits: dict[str, int]
    rounds: dict[int, int]
    dropped_duplicates: int | None
    dropped_near_duplicates: int | None
    dropped_leaks: int | None
    preference: Preference | None = None
    control: ParsedPairs | None = None
    statistics: dict[str, Figure] = field(default_factory=dict)
    parser: str | None = None


def public_name(ref: str) -> str:
    """A model's reference as others may read it: of a folder on this machine only its last part."""
    return PurePath(ref).name if ref.startswith(("/", "~", ".")) else ref


@dataclass(frozen=True)
class Model:
    """A model that the run used.

    Args:
        role: "teacher", "critic" or "student base".
        ref: As the recipe names it.
        sha256: Of a local model's weights, tokenizer and configuration.
        commit: Of one on the Hub.
        licences: As its card names them; "unknown" where it names none. Earlier versions noted none.
    """

    role: str
    ref: str
    sha256: str | None
    commit: str | None
    licences: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The reference as the cards give it."""
        return public_name(self.ref)


@dataclass(frozen=True)
class Example:
    """One output.

    Args:
        source: The sentence.
        output: What was made of it.
        faithful: None where nobody judged it.
        asked: What a led student was asked for: an exemplar, or buckets.
        read: What it was given, where that is not the source alone.
    """

    source: str
    output: str
    faithful: bool | None
    asked: str | None = None
    read: str | None = None


@dataclass(frozen=True)
class System:
    """A student, a control or a baseline and what it did."""

    name: str
    path: str | None
    figures: dict[str, Figure]
    examples: tuple[Example, ...] = ()

    @property
    def is_student(self) -> bool:
        """Whether this is a student of the method itself, neither control nor baseline."""
        return self.name.startswith("student")


@dataclass(frozen=True)
class Evaluation:
    """All systems on one benchmark; `split` is None for a file of rows, which is taken as it is."""

    benchmark: str
    split: str | None
    n: int | None
    systems: tuple[System, ...]

    @property
    def figure_names(self) -> list[str]:
        """Every figure that some system has, but for details, in the order in which they first occur."""
        return [name for name in self.all_figure_names if name not in DETAILS]

    @property
    def all_figure_names(self) -> list[str]:
        """Every figure that some system has, in the order in which they first occur."""
        return list(dict.fromkeys(name for system in self.systems for name in system.figures))

    @property
    def last_student(self) -> System | None:
        """The student that the run ends with."""
        students = [system for system in self.systems if system.is_student]
        return students[-1] if students else None


@dataclass(frozen=True)
class Corpus:
    """The human corpus that the contexts of round 0 were taken from.

    Args:
        place: A file or folder, or the id of a dataset on the Hub.
        column: That passages were cut from; None where contexts were used whole.
        config: Of the dataset.
        split: Of the dataset.
        commit: Of a dataset on the Hub.
    """

    place: str
    column: str | None
    config: str | None
    split: str | None
    commit: str | None

    @property
    def name(self) -> str:
        """The place as others may read it."""
        return public_name(self.place)

    @property
    def words(self) -> str:
        """What was taken, in a line."""
        commit = f"commit {self.commit[:12]}" if self.commit else None
        details = [self.config, self.split and f"split {self.split}", commit]
        column = f"column '{self.column}' of " if self.column else ""
        place = ", ".join([self.name, *(detail for detail in details if detail)])
        return f"{'cut from' if self.column else 'those of'} {column}{place}"


@dataclass(frozen=True)
class Metrics:
    """`metrics.json` of a run; `stopped` says why self-distillation ended before its last round, if it did."""

    name: str
    task: str
    domain: str
    seed: int | None
    version: str | None
    command: str | None
    builders_code: str | None = None
    models: tuple[Model, ...] = ()
    corpus: Corpus | None = None
    rounds: tuple[Round, ...] = ()
    stopped: str | None = None
    dataset: DatasetCounts | None = None
    evaluation: Evaluation | None = None
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def config(self) -> str:
        """The dataset's configuration of pairs, and the name of its folder."""
        return self.dataset.config if self.dataset else self.domain

    @property
    def configs(self) -> list[str]:
        """Every configuration of the dataset that the run wrote, the pairs first."""
        beside = [self.dataset.preference, self.dataset.control] if self.dataset else []
        return [self.config, *(rows.config for rows in beside if rows)]

    @property
    def models_by_licence(self) -> dict[str, list[str]]:
        """The names of the models under each licence; a model may be under several."""
        licences = dict.fromkeys(licence for model in self.models for licence in model.licences)
        return {
            licence: list(dict.fromkeys(model.name for model in self.models if licence in model.licences))
            for licence in licences
        }

    @property
    def released_rounds(self) -> list[Round]:
        """The rounds whose pairs the dataset holds; a control's pairs are not among them."""
        return [round_ for round_ in self.rounds if round_.origin != "control"]

    @property
    def assembling(self) -> list[tuple[str, int, int]]:
        """What became of the kept pairs of all rounds: each step, the pairs it dropped and those left after it."""
        if self.dataset is None:
            return []
        left = sum(round_.kept for round_ in self.released_rounds)
        rows = []
        for step, dropped in (
            ("duplicate", self.dataset.dropped_duplicates),
            ("near_duplicate", self.dataset.dropped_near_duplicates),
            ("leak", self.dataset.dropped_leaks),
        ):
            if dropped is not None:
                left -= dropped
                rows.append((step, dropped, left))
        return rows
