"""Control: a student that is led to a form or a length by what it reads before the source (paper, Section 3.4)."""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builders.critics.compression import compression_ratio
from builders.errors import RunError
from builders.randomness import key, pick
from metrics.rouge_l.overlap import tokens

from .control_config import ControlConfig
from .finetuning import fine_tune
from .inputs import CONTROL, bucket, led, signal_tokens, summary_signal, tree_signal
from .training_pairs import Task, TextPair

_IN_A_MILLION = 1_000_000


@dataclass(frozen=True)
class LedPair:
    """A source, a target, and the signal that the target answers to: "" where it lies in no bucket."""

    signal: str
    source: str
    target: str

    @property
    def led(self) -> str:
        """What the student reads."""
        return led(self.signal, self.source)


def abstraction(source: str, target: str) -> float:
    """The share of the target's words that the source has not; 0 for a target without words."""
    words, known = tokens(target), {*tokens(source)}
    return sum(word not in known for word in words) / max(1, len(words))


def led_pairs(rows: Iterable[Mapping[str, Any]], config: ControlConfig, task: Task) -> list[LedPair]:
    """Kept pairs, each with the signal of its target.

    Args:
        rows: With `source` and `target` and, for paraphrases, `source_tree` and `target_tree`.
        config: Settings.
        task: Paraphrases are led by the tree, both ways if the training has `both_directions`; summaries by buckets.

    Returns:
        Distinct pairs in order of first appearance.
    """
    found: dict[TextPair, str] = {}
    for row in rows:
        source, target = row["source"], row["target"]
        if task == "summary":
            found.setdefault((source, target), buckets(config, source, target))
            continue
        found.setdefault((source, target), tree_signal(row["target_tree"], config.layers))
        if config.training.both_directions:
            found.setdefault((target, source), tree_signal(row["source_tree"], config.layers))
    return [LedPair(signal, *pair) for pair, signal in found.items()]


def buckets(config: ControlConfig, source: str, target: str) -> str:
    """The signal of the buckets that a summary lies in; "" where it lies in none."""
    return summary_signal(
        bucket(compression_ratio(source, target), config.compression),
        bucket(abstraction(source, target), config.abstraction),
    )


def signal_settings(config: ControlConfig, task: Task, parser: str | None) -> dict[str, Any]:
    """What `control.json` says of how to ask a led student."""
    if task == "summary":
        return {"signal": "summary", "compression": [*config.compression], "abstraction": [*config.abstraction]}
    return {"signal": "tree", "layers": config.layers, "parser": parser}


def led_student(
    base: str,
    pairs: Sequence[LedPair],
    validation: Sequence[LedPair],
    config: ControlConfig,
    settings: Mapping[str, Any],
    out: Path,
    seed: int,
    processes: int = 1,
) -> Path:
    """Trains a student on led pairs, a share of them without their signal too, and leaves it with its `control.json`.

    Args:
        base: The student to start from.
        pairs: See `led_pairs`.
        validation: Pairs whose loss is logged.
        config: Settings.
        settings: For `control.json`, see `signal_settings`; the numbers of pairs by how they were shown are added.
        out: The model folder to make.
        seed: Of the training, and of which pairs are shown without their signal.
        processes: As for `fine_tune`.

    Returns:
        `out`.

    Raises:
        RunError: No pair is left whose signal and source fit into `max_length`, or as `fine_tune`.
    """
    asked = [pair for pair in pairs if pair.signal]
    new_tokens = [] if config.training.lora else signal_tokens(pair.signal for pair in asked)
    read = [pair.led for pair in asked]
    whole = _read_whole(base, read, new_tokens, config.training.max_length) if asked else []
    shown = [(pair.led, pair.target) for pair, fits in zip(asked, whole, strict=True) if fits]
    if not shown:
        longest = config.training.max_length
        problem = f"none of {len(pairs):,} pairs has a signal that fits with its source into {longest} tokens"
        raise RunError(f"control: {problem}; raise control.training.max_length or lower control.layers")
    plain = [(pair.source, pair.target) for pair in pairs if _is_shown_unled(pair, config.unled, seed)]
    counts = {"led": len(shown), "unled": len(plain), "too_long": len(asked) - len(shown)}
    held_out = [pair for pair in validation if pair.signal]
    return fine_tune(
        base,
        shown + plain,
        [(pair.led, pair.target) for pair in held_out],
        config.training,
        out,
        seed,
        processes=processes,
        new_tokens=new_tokens,
        beside={CONTROL: {**settings, "pairs": counts}},
        plain_sources=[pair.source for pair in held_out],
    )


def _is_shown_unled(pair: LedPair, share: float, seed: int) -> bool:
    return pick(key(seed, "unled", pair.source, pair.target), _IN_A_MILLION) < share * _IN_A_MILLION


def _read_whole(base: str, texts: Sequence[str], new_tokens: Sequence[str], max_length: int) -> list[bool]:
    """Whether a training of that base would read each text without cutting its end."""
    from .kind import load_student  # torch and transformers are slow to import, as the rest
    from .student import as_tokens

    model, tokenizer = load_student(base)
    if model.config.is_encoder_decoder:
        from .seq2seq import longest_sides
    else:
        from .causal import longest_sides
    longest, _ = longest_sides(model, tokenizer, max_length)
    tokenizer = deepcopy(tokenizer)  # others have the same one
    tokenizer.add_tokens(as_tokens(new_tokens))
    return [len(ids) <= longest for ids in tokenizer(list(texts), add_special_tokens=False)["input_ids"]]
