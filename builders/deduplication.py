"""Duplicates and near-duplicates across contexts: a stage of its own over the pairs of all rounds."""

import functools
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from builders.config import fingerprint, to_mapping
from builders.duplicates_state import DuplicatesState
from builders.errors import ConfigError
from builders.files import remove
from builders.journal import Stage
from builders.progress import track
from builders.shingles import Bands, band_rows, jaccard_index, normalised, shingles

DUPLICATES_SCHEMA = pa.schema(
    [("id", pa.string()), ("kept_id", pa.string()), ("reason", pa.string()), ("similarity", pa.float64())]
)
_COLUMNS = ["id", "context_id", "round", "source", "target"]
_REASONS = ("duplicate", "near_duplicate")
_LARGEST_SEED = 2**32 - 1  # what numpy takes
_kept_shingles = functools.lru_cache(maxsize=1_000)(shingles)  # many pairs are compared with the same few


@dataclass(frozen=True, kw_only=True)
class DeduplicationConfig:
    """When two pairs are so much alike that one is enough, whatever contexts they come from.

    The microworld's recipes leave the section out: its language is small, and true pairs of different meanings often
    differ in one name or number only, which this filter takes for near-duplicates.

    Args:
        threshold: Least share of word runs, of the source and target of either pair, that both pairs hold.
        ngram: Words a run.
        permutations: Hashes of a pair's MinHash, by which pairs to compare are found; more cost time and disk.
        seed: Of those hashes.
    """

    threshold: float = 0.8  # common practice for near-duplicates of web text; the paper has no such filter
    ngram: int = 3  # ours: sentences are short
    permutations: int = 128  # datasketch's own default
    seed: int = 0  # any number serves

    def __post_init__(self) -> None:
        if not 0.0 < self.threshold <= 1.0:
            raise ConfigError(f"threshold must lie in (0, 1], got {self.threshold}")
        if self.ngram < 1:
            raise ConfigError(f"ngram must be at least 1, got {self.ngram}")
        if not 1 <= self.permutations <= 4096:
            raise ConfigError(f"permutations must lie in 1..4096, got {self.permutations}")
        if not 0 <= self.seed <= _LARGEST_SEED:
            raise ConfigError(f"seed must lie in 0..{_LARGEST_SEED}, got {self.seed}")
        if band_rows(self.threshold, self.permutations) is None:
            problem = f"permutations {self.permutations} are too few to find pairs at threshold {self.threshold}"
            raise ConfigError(f"{problem}; raise either")


def deduplication_stage(rounds: list[Stage], config: DeduplicationConfig, folder: Path) -> Stage:
    """Finds the pairs of these rounds that say almost word for word what an earlier pair says.

    The order is canonical: by round, context_id and id, where of rows with one id the one that `assemble` keeps counts.
    A pair is dropped when a pair before it, itself not dropped, is as much alike as the threshold asks. What is known
    so far lies in a database in the folder, so that memory does not grow with the pairs and a killed stage goes on.

    Args:
        rounds: Finished stages of pairs.
        config: Settings.
        folder: Of this stage.

    Returns:
        The stage, of one shard of `DUPLICATES_SCHEMA` in canonical order; the reason is "duplicate" for pairs that
        differ in case, punctuation and white space alone, else "near_duplicate". Its counts are the pairs with
        different ids, and the dropped ones by reason.
    """
    marks = [stage.fingerprint for stage in rounds]
    description = {"stage": "deduplication", "rounds": marks, "settings": to_mapping(config)}
    stage = Stage(folder, fingerprint("deduplication", marks, config), 1, description).open()
    state_path = folder / "state.sqlite"
    if stage.missing():
        with DuplicatesState.open(state_path, stage.fingerprint) as state:
            if stage.missing():  # another process may have made it while this one waited for the database
                _load(state, rounds)
                _compare(state, config)
                stage.write_batches(0, state.dropped(), DUPLICATES_SCHEMA, state.counts(_REASONS))
    remove(state_path)
    return stage


def _load(state: DuplicatesState, rounds: list[Stage]) -> None:
    shards = [(stage, shard) for stage in rounds for shard in range(stage.num_shards)][state.shards :]
    for stage, shard in track(shards, len(shards), "deduplication, reading"):
        state.add_shard(stage.read_table(shard).select(_COLUMNS).to_pylist())


def _compare(state: DuplicatesState, config: DeduplicationConfig) -> None:
    rows = band_rows(config.threshold, config.permutations)
    assert rows is not None  # the settings have seen to it
    bands = Bands(rows, config.permutations, config.seed)
    steps = state.prepare_steps()
    for _ in track(range(steps), steps, "deduplication"):
        with state.step() as pairs:
            for pair in pairs:
                _judge(state, pair, bands, config)


def _judge(state: DuplicatesState, pair: sqlite3.Row, bands: Bands, config: DeduplicationConfig) -> None:
    """Drops a pair, or keeps it in its buckets for those after it to be compared with."""
    members = shingles(pair["source"], pair["target"], config.ngram)
    buckets = bands.buckets(members)
    for kept in state.kept_in(buckets):
        similarity = jaccard_index(members, _kept_shingles(kept["source"], kept["target"], config.ngram))
        if similarity >= config.threshold:
            same = all(normalised(pair[side]) == normalised(kept[side]) for side in ("source", "target"))
            state.drop(pair, kept, "duplicate" if same else "near_duplicate", similarity)
            return
    state.keep(pair, buckets)
