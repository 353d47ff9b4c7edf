"""Makes a task of several systems' outputs for the same sources."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from builders.errors import UsageError
from builders.randomness import key
from trainers.training_pairs import Task

from .outputs import Outputs
from .task import AnnotationTask, Item, Systems


def make_task(systems: Mapping[str, Outputs], task: Task, n: int, seed: int) -> tuple[AnnotationTask, Systems]:
    """Draws sources that every system has an output for, and makes an item of each distinct output.

    An output that several systems gave for a source is rated once and counts for each of them.

    Args:
        systems: By name.
        task: What they were asked for.
        n: How many sources to draw; where there are fewer, all are taken.
        seed: Of the draw, which is keyed by the source.

    Raises:
        UsageError: No source is common to all.
    """
    common = set.intersection(*(set(outputs.by_source) for outputs in systems.values()))
    if not common:
        raise UsageError(
            f"no source is common to {', '.join(systems)}; give outputs for the same sentences, written alike"
        )
    drawn = sorted(common, key=lambda source: (key(seed, "annotation source", source), source))[:n]
    items: dict[str, Item] = {}
    written: dict[str, dict[str, str]] = {name: {} for name in systems}
    for source in drawn:
        for name, outputs in systems.items():
            item = _item(seed, source, outputs.by_source[source])
            items[item.id] = item
            written[name][source] = item.id
    every = set().union(*(outputs.by_source for outputs in systems.values()))
    made_from: dict[str, Any] = {
        "places": {name: outputs.place for name, outputs in systems.items()},
        "sources": len(drawn),
        "common_sources": len(common),
        "not_common_sources": len(every) - len(common),
        "repeated_sources": sum(outputs.repeated for outputs in systems.values()),
        "repeated_with_other_output": sum(outputs.differing for outputs in systems.values()),
    }
    ordered = tuple(items[name] for name in sorted(items))
    return AnnotationTask(task, seed, ordered), Systems(written, made_from)


def _item(seed: int, source: str, output: str) -> Item:
    text = "\x1f".join((str(seed), source, output))
    return Item(blake2b(text.encode(), digest_size=8).hexdigest(), source, output)
