"""One card out of the one that is there, with what people wrote in it, and the one that was generated anew."""

import re
from pathlib import Path
from typing import Any

import yaml
from huggingface_hub.repocard import REGEX_YAML_BLOCK

from model_cards.card_metadata import merge_metadata
from model_cards.rendering import write_whole
from model_cards.run_folder import CardError

_MARKER = re.compile(r"^<!-- impossible: (?P<name>[\w.-]+) (?P<side>begin|end) -->[ \t]*(?=\r|\n|\Z)", re.MULTILINE)


def generated_card(metadata: dict[str, Any], name: str, body: str) -> str:
    """A card of front matter and one generated block.

    Args:
        metadata: The front matter.
        name: Of the block: a dataset's config, or "model".
        body: Markdown. A line in it that reads like one of the block's own markers loses that look.
    """
    body = _MARKER.sub(lambda marker: marker[0].replace("<!-- ", "<!--", 1), body.strip())
    block = f"<!-- impossible: {name} begin -->\n{body}\n<!-- impossible: {name} end -->"
    return f"{_front_matter(metadata)}\n{block}\n"


def merge_cards(existing: str | None, ours: str) -> str:
    """The existing card with our metadata and our block in it; merging the same again changes nothing.

    Text outside the markers stays as it is, byte for byte, and so do blocks of other names. Our block takes the place
    of the one of its name, or comes last. Metadata is merged as `merge_metadata` says; front matter that this does not
    change stays as it is written.

    Args:
        existing: The README.md that is there, if there is one.
        ours: What `generated_card` made.

    Raises:
        CardError: The existing card is damaged: front matter that cannot be read, or a marker without its other half.
    """
    if existing is None or not existing.strip("\ufeff \t\r\n"):
        return ours
    existing = existing.removeprefix("\ufeff")
    front, metadata, body = _split(existing)
    _, our_metadata, our_body = _split(ours)
    merged = merge_metadata(metadata, our_metadata)
    if not front:
        front = _front_matter(merged) + "\n"
    elif merged != metadata:
        front = _front_matter(merged).replace("\n", "\r\n" if "\r\n" in front else "\n")
    return front + _merge_bodies(body, our_body)


def merged_with(path: Path, ours: str) -> str:
    """A generated card with what the card in a file, if there is one, has by hand.

    Raises:
        CardError: The card that is there is damaged or cannot be read.
    """
    try:
        return merge_cards(path.read_bytes().decode("utf-8") if path.is_file() else None, ours)
    except OSError as error:
        raise CardError(f"{path}: {error.strerror}; make it readable or delete it") from error
    except UnicodeDecodeError as error:
        raise CardError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8 or delete it") from error
    except CardError as error:
        raise CardError(f"{path}: {error}") from error


def write_merged(path: Path, ours: str) -> Path:
    """Writes a generated card over the one that is there, whose hand-written parts stay.

    Returns:
        The path.

    Raises:
        CardError: The card that is there is damaged or cannot be read, or the new one not be written.
    """
    return write_whole(path, merged_with(path, ours))


def _split(card: str) -> tuple[str, dict[str, Any], str]:
    """The front matter as it is written, what it says, and the rest; without front matter the first two are empty."""
    match = REGEX_YAML_BLOCK.match(card)
    if not match:
        return "", {}, card
    try:
        metadata = yaml.safe_load(match[2])
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that is none
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 2}" if mark else ""
        problem = " ".join(str(getattr(error, "problem", None) or error).split())
        raise CardError(f"the front matter is no YAML ({problem}{where}); correct it or delete it") from error
    if metadata is not None and not isinstance(metadata, dict):
        kind = type(metadata).__name__
        raise CardError(f"the front matter must hold settings by name, it holds {kind}; correct it or delete it")
    return match[0], metadata or {}, card[match.end() :]


def _front_matter(metadata: dict[str, Any]) -> str:
    return f"---\n{yaml.safe_dump(metadata, sort_keys=False, allow_unicode=True, width=120)}---\n"


def _merge_bodies(theirs: str, ours: str) -> str:
    for name, (begin, end) in _blocks(ours).items():
        block = ours[begin:end]
        found = _blocks(theirs).get(name)
        if found:
            theirs = theirs[: found[0]] + block + theirs[found[1] :]
        else:
            room = "" if theirs.endswith("\n\n") else "\n" if not theirs or theirs.endswith("\n") else "\n\n"
            theirs = f"{theirs}{room}{block}\n"
    return theirs


def _blocks(body: str) -> dict[str, tuple[int, int]]:
    """Where each block begins and ends, its markers included."""
    blocks: dict[str, tuple[int, int]] = {}
    opened: re.Match[str] | None = None
    for marker in _MARKER.finditer(body):
        name = marker["name"]
        if marker["side"] == "begin":
            if opened:
                break
            if name in blocks:
                raise CardError(f"two blocks are named '{name}'; delete one of them, with its markers")
            opened = marker
        elif opened and opened["name"] == name:
            blocks[name] = (opened.start(), marker.end())
            opened = None
        else:
            raise CardError(f"'{marker[0].strip()}' has no begin before it; add that marker or delete this one")
    if opened:
        lacking = f"<!-- impossible: {opened['name']} end -->"
        raise CardError(f"'{opened[0].strip()}' has no end; add the line '{lacking}' where the generated text stops")
    return blocks
