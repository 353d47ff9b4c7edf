"""Preference rows: what the critics accepted for a sentence against what they did not, for training by preference."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from builders.filtering import Filtered
from builders.journal import Rows, Stage
from builders.pairs import Pair
from builders.randomness import key

PREFERENCE_SCHEMA = pa.schema([(name, pa.string()) for name in ("prompt", "chosen", "rejected", "rejected_by")])
# What the journal keeps: which pair a row belongs to, so that it is released where that pair is, or not at all.
JOURNAL_SCHEMA = pa.schema(
    [("id", pa.string()), ("context_id", pa.string()), ("round", pa.int32()), *PREFERENCE_SCHEMA]
)
_CONFIG_SUFFIX = "-preference"
# Why a candidate is worse than an accepted one: it says something else or, where there is none such, it is a copy. What
# another critic drops, such as the second best of one meaning, need not be worse.
_OTHER_MEANING = ("entailment_forward", "entailment_backward")
_NEAR_COPY = ("rouge_l",)
_SEEN_FROM_THE_TARGET = {"entailment_forward": "entailment_backward", "entailment_backward": "entailment_forward"}


def preference_config(domain: str) -> str:
    """The name of a domain's configuration of preference rows."""
    return domain + _CONFIG_SUFFIX


def is_preference(config_name: str) -> bool:
    """Whether a configuration of that name holds preference rows, not pairs."""
    return config_name.endswith(_CONFIG_SUFFIX)


def preference_folder(pairs: Stage) -> Path:
    """Where the preference rows of a stage of pairs lie."""
    return pairs.folder / "preference"


def preference_rows(found: Filtered, round_number: int, both_orders: bool) -> Rows:
    """A row for each kept pair whose source has a rejected candidate in the same context.

    Of several candidates one is drawn by the texts alone, so that neither their order nor the shard matters.

    Args:
        found: What the critics made of whole contexts.
        round_number: Of the pairs.
        both_orders: Whether each candidate stands for its reverse too.

    Returns:
        Rows of `JOURNAL_SCHEMA`, in the order of the kept pairs.
    """
    rejected = _rejected_by_prompt(found, both_orders)
    rows = []
    for pair in found.kept:
        candidates = rejected.get((pair.context_id, pair.source), {})
        if (text := _draw(pair, candidates)) is not None:
            origin = {"id": pair.id, "context_id": pair.context_id, "round": round_number}
            texts = {"prompt": pair.source, "chosen": pair.target, "rejected": text, "rejected_by": candidates[text]}
            rows.append(origin | texts)
    return rows


def preference_splits(splits: Mapping[str, pa.Table], preferences: pa.Table) -> dict[str, pa.Table]:
    """The preference rows of released pairs.

    Args:
        splits: Of the pairs, see `assemble`.
        preferences: Rows of `JOURNAL_SCHEMA` of all rounds.

    Returns:
        Rows of `PREFERENCE_SCHEMA` in the order of the pairs; training rows whose rejected text also stands in test, on
        either side of a pair, are left out.
    """
    known = _keys(preferences)
    test = splits["test"]
    held_out = pa.concat_arrays([test[side].combine_chunks() for side in ("source", "target")])
    made = {}
    for name, pairs in splits.items():
        places = pc.index_in(_keys(pairs), value_set=known).drop_null()
        rows = preferences.take(places).select(PREFERENCE_SCHEMA.names)
        if name == "train":
            rows = rows.filter(pc.invert(pc.is_in(rows["rejected"], held_out)))
        made[name] = rows.cast(PREFERENCE_SCHEMA)
    return made


def _rejected_by_prompt(found: Filtered, both_orders: bool) -> dict[tuple[str, str], dict[str, str]]:
    """(context_id, prompt) -> rejected text -> reason, for the sources of kept pairs."""
    rejected: dict[tuple[str, str], dict[str, str]] = {(pair.context_id, pair.source): {} for pair in found.kept}
    for pair, reason in found.rejects:
        if reason in (*_OTHER_MEANING, *_NEAR_COPY):
            if (texts := rejected.get((pair.context_id, pair.source))) is not None:
                texts[pair.target] = reason
            if both_orders and (texts := rejected.get((pair.context_id, pair.target))) is not None:
                texts[pair.source] = _SEEN_FROM_THE_TARGET.get(reason, reason)
    return rejected


def _draw(pair: Pair, candidates: Mapping[str, str]) -> str | None:
    for reasons in (_OTHER_MEANING, _NEAR_COPY):
        texts = [text for text, reason in candidates.items() if reason in reasons and text != pair.target]
        if texts:
            return min(texts, key=lambda text: (key(0, "preference", pair.id, text), text))
    return None


def _keys(rows: pa.Table) -> pa.Array:
    """What a preference row and its pair have in common, one text a row."""
    parts = [rows[name].cast(pa.string()) for name in ("id", "context_id", "round")]
    joined = pc.binary_join_element_wise(*parts, "\x1f")
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined
