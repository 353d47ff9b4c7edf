"""Under which licences a model is, by the card that lies beside its weights."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from builders.errors import ConfigError
from builders.model_place import CARD, adapter_base, settings_folder

UNKNOWN = "unknown"  # as the Hub has it


def model_licences(ref: str, named: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The licences of a model and, of an adapter, of its base; each of them counts.

    Args:
        ref: Folder, `package:folder` or Hub id.
        named: By model, the licence of one whose card names none, or the one that is chosen of several: the Hub has no
            way to say whether all of a list hold or one may choose, so that without such a choice all hold.

    Returns:
        By model the Hub's identifiers; `license: other` gives its `license_name`. "unknown" is among them where a card
        is not at hand or names none.

    Raises:
        ConfigError: `named` says otherwise than the card.
        RunError: There is no such model.
    """
    folder = settings_folder(ref)
    base = adapter_base(folder)
    return {ref: _chosen(ref, _on_card(folder / CARD), named)} | (model_licences(base, named) if base else {})


def _chosen(ref: str, on_card: tuple[str, ...], named: Mapping[str, str]) -> tuple[str, ...]:
    if ref not in named:
        return on_card
    if named[ref] not in on_card and on_card != (UNKNOWN,):
        problem = f"licenses: '{ref}' is under {', '.join(on_card)} by its card, not {named[ref]}"
        raise ConfigError(f"{problem}; take it out, or name one that the card has")
    return (named[ref],)


def _on_card(card: Path) -> tuple[str, ...]:
    metadata = _metadata(card)
    found = metadata.get("license")
    licences = [str(licence).lower() for licence in (found if isinstance(found, list) else [found]) if licence]
    other = str(metadata.get("license_name") or metadata.get("license_link") or "other").lower()
    return tuple(other if licence == "other" else licence for licence in licences) or (UNKNOWN,)


def _metadata(card: Path) -> Mapping[str, Any]:
    from huggingface_hub import metadata_load  # slow to import

    try:
        return metadata_load(card) or {}
    except Exception:  # no file, no YAML, no text: whatever is wrong with a card, it names no licence
        return {}
