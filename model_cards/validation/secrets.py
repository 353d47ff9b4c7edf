"""Finds what must never be published: tokens, keys and passwords, and paths of the machine that made the release.

Every byte of a file is searched, chunk by chunk, except in two kinds: of Parquet the names, the metadata and every
column of text are searched, since it is compressed; of safetensors only the header is text, and weights are random
bytes in which any short pattern turns up. What is compressed otherwise cannot be searched and is refused. A secret
that is encoded, such as in base64, or split over lines is not seen.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from model_cards.validation import parquet_text
from model_cards.validation.contents import Content, first_bytes, open_content
from model_cards.validation.secret_patterns import LONGEST, SECRETS, SecretPattern, any_of, path_pattern, token_pattern
from model_cards.validation.weights import HeaderError, read_header_bytes

_CHUNK = 4 * 1024 * 1024
_SHORTEST_PATH = 4
_COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf\x27\x1c": "7z",
}

Patterns = tuple[SecretPattern, ...]


@dataclass(frozen=True)
class _Found:
    """A secret: of which kind, where, and its first three characters, which tell nobody the rest."""

    pattern: SecretPattern
    place: str
    begins: str


class _UnsearchableError(Exception):
    """The text of a file cannot be reached: the rest of a line that begins with its name."""


def secret_problems(
    files: Mapping[str, Content], forbidden: Sequence[str] = (), tokens: Sequence[str] = ()
) -> list[str]:
    """Whatever looks like a secret in any file or its name, and paths that tell where the release was made.

    Args:
        files: Path in the repository -> a file on this machine, or its bytes.
        forbidden: Absolute paths that no file may name, such as the home folder and the run folder; the rows of a
            table may, since they are the teacher's words.
        tokens: Known ones, which no file may hold whatever they look like.

    Returns:
        One line a file and kind, with the first place; of a secret itself at most three characters.
    """
    paths = tuple(path_pattern(path.rstrip("/")) for path in forbidden if len(path.rstrip("/")) >= _SHORTEST_PATH)
    secrets = SECRETS + tuple(map(token_pattern, tokens))
    problems = []
    for name, content in files.items():
        if any(_search_text(name.encode(), secrets, "")):
            problems.append(f"the name of a file looks like a secret (it has {len(name)} characters); rename it")
        try:
            problems += _lines(name, _search_file(name, content, secrets + paths))
        except _UnsearchableError as error:
            problems.append(f"{name} {error}")
        except OSError as error:
            problems.append(f"{name} cannot be read, so it was not searched for secrets: {error.strerror or error}")
    return problems


def _lines(name: str, found: Iterator[_Found]) -> list[str]:
    first: dict[str, _Found] = {}
    counts: dict[str, int] = {}
    for secret in found:
        first.setdefault(secret.pattern.kind, secret)
        counts[secret.pattern.kind] = counts.get(secret.pattern.kind, 0) + 1
    lines = []
    for kind, secret in first.items():
        more = f" and {counts[kind] - 1:,} more" if counts[kind] > 1 else ""
        if secret.pattern.is_path:
            lines.append(f"{name}, {secret.place}{more}: names {kind}; name it by a relative path")
        else:
            looks = f"looks like {kind} (begins with {secret.begins})"
            lines.append(f"{name}, {secret.place}{more}: {looks}; take it out, and revoke it if it is real")
    return lines


def _search_file(name: str, content: Content, patterns: Patterns) -> Iterator[_Found]:
    start = first_bytes(content, 8)
    for magic, kind in _COMPRESSED.items():
        if start.startswith(magic):
            raise _UnsearchableError(
                f"is compressed ({kind}) and cannot be searched for secrets; publish what it holds"
            )
    if start.startswith(parquet_text.MAGIC) or name.lower().endswith(".parquet"):
        yield from _search_parquet(content, patterns)
    elif name.lower().endswith(".safetensors"):
        try:
            yield from _search_text(read_header_bytes(content), patterns, "header")
        except HeaderError as error:
            raise _UnsearchableError(str(error)) from None
    else:
        yield from _search_stream(content, patterns)


def _search_stream(content: Content, patterns: Patterns) -> Iterator[_Found]:
    """Searches chunk by chunk; what begins in the last bytes of one is looked at again with the next behind it."""
    expression = any_of(patterns)
    kept, start, line = b"", 0, 1
    with open_content(content) as stream:
        while True:
            chunk = stream.read(_CHUNK)
            text = kept + chunk.replace(b"\0", b"")  # which stand between the ASCII letters of UTF-16
            end = max(start, len(text) - LONGEST) if chunk else len(text)
            if pc.match_substring_regex(pa.array([text], pa.large_binary()), expression)[0].as_py():
                for pattern in patterns:
                    for match in pattern.find(text, start):
                        if match.start() < end:
                            where = line + text.count(b"\n", 0, match.start())
                            yield _Found(pattern, f"line {where}", match[0][:3].decode("ascii", "replace"))
            if not chunk:
                return
            cut = max(0, end - 1)  # one byte more than is searched again tells whether a word begins there
            line += text.count(b"\n", 0, cut)
            kept, start = text[cut:], end - cut


def _search_parquet(content: Content, patterns: Patterns) -> Iterator[_Found]:
    secrets = tuple(pattern for pattern in patterns if not pattern.is_path)
    expression = any_of(secrets)
    try:
        yield from _search_text(parquet_text.read_names(content), patterns, "metadata")
        for part in parquet_text.read_texts(content):
            hits = pc.indices_nonzero(pc.fill_null(pc.match_substring_regex(part.texts, expression), False))
            for hit in hits.to_pylist():
                value = part.texts[hit].as_py()
                text = value if isinstance(value, bytes) else value.encode("utf-8")
                yield from _search_text(text, secrets, f"row {part.row_of(hit)} of {part.column}")
    except pa.ArrowException as error:
        reason = str(error).splitlines()[0]
        raise _UnsearchableError(f"cannot be read as Parquet, so it was not searched for secrets: {reason}") from None


def _search_text(text: bytes, patterns: Patterns, place: str) -> Iterator[_Found]:
    for pattern in patterns:
        for match in pattern.find(text):
            yield _Found(pattern, place, match[0][:3].decode("ascii", "replace"))
