"""The files of a release: their names, kinds, sizes and number."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from model_cards.validation.contents import Content, size_of
from model_cards.validation.documented import MAX_FILE_BYTES, MAX_FILES, MAX_FOLDER_ENTRIES, RepoType
from model_cards.validation.weights import weight_problem

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NOT_PORTABLE = frozenset('<>:"|?*')
# Windows takes none of these as a name, whatever the suffix.
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(1, 10))})
_MAX_NAME_BYTES = 255
# huggingface_hub refuses to commit below them.
_HUB_REFUSES = frozenset({".git", ".cache"})
_HIDDEN_ALLOWED = frozenset({".gitattributes", ".gitignore", ".eval_results"})
_LEFTOVER = re.compile(r"__pycache__|.*(\.pyc|\.pyo|\.partial|\.part|\.incomplete|\.lock|\.tmp|\.swp|\.orig|~)", re.I)


def file_problems(files: Mapping[str, Content], repo_type: RepoType, repo_id: str) -> list[str]:
    """What keeps a set of files from being a release.

    Args:
        files: Path in the repository -> a file on this machine, or its bytes.
        repo_type: The kind of repository.
        repo_id: Where it will go, as NAMESPACE/NAME.

    Returns:
        One line a problem, each beginning with the path it is about.
    """
    problems = [f"{path!r} {problem}" for path in files if (problem := path_problem(path) or _leftover(path))]
    if problems:
        return problems
    problems += _collisions(files)
    if "README.md" not in files:
        problems.append("README.md is missing; a release has a card, so write it first")
    for path, content in files.items():
        problem = _size_problem(content) or weight_problem(path, content)
        if problem:
            problems.append(f"{path} {problem}")
    if repo_type == "dataset":
        problems += _script_problems(files, repo_id)
    return problems + _count_problems(files)


def path_problem(path: str) -> str | None:
    """Why the Hub, git or another system could not hold a file of this path; None when all can."""
    if not path:
        return "is an empty path; name the file"
    if _CONTROL.search(path):
        return "holds a control character; rename it"
    if "\\" in path:
        return "holds a backslash; separate folders by /"
    if path.startswith("/"):
        return "is absolute; name it from the repository's root"
    return next((problem for part in path.split("/") if (problem := _part_problem(part))), None)


def _part_problem(part: str) -> str | None:
    if part in ("", ".", ".."):
        return f"has {part or 'nothing'!r} between its slashes; name it straight from the repository's root"
    if part.lower() in _HUB_REFUSES:
        return f"lies in {part}, where the Hub takes no file; move it"
    if bad := sorted(_NOT_PORTABLE & set(part)):
        return f"holds {' '.join(bad)}, which Windows refuses; rename it"
    if part.partition(".")[0].lower() in _DEVICES:
        return f"has the part {part}, which Windows keeps for a device; rename it"
    if part != part.strip() or part.endswith("."):
        return "has a part with a blank or a point at its end, which Windows drops; rename it"
    if unicodedata.normalize("NFC", part) != part:
        return "is not written in composed Unicode (NFC), so that macOS would name it otherwise; rename it"
    try:
        length = len(part.encode("utf-8"))
    except UnicodeEncodeError:
        return "is no valid Unicode; rename it"
    return f"has a part of {length} bytes; keep it within {_MAX_NAME_BYTES}" if length > _MAX_NAME_BYTES else None


def _leftover(path: str) -> str | None:
    for part in path.split("/"):
        if _LEFTOVER.fullmatch(part):
            return "is what an unfinished write or a tool left behind; remove it"
        if part.startswith(".") and part not in _HIDDEN_ALLOWED:
            return "is hidden, and no part of a release; remove it"
    return None


def _collisions(paths: Iterable[str]) -> list[str]:
    """Names that are one and the same where upper and lower case are, and files that would have to be folders."""
    problems = []
    names: dict[str, str] = {}
    files = set(paths)
    for path in sorted(files):
        folders = [str(folder) for folder in PurePosixPath(path).parents if str(folder) != "."]
        problems += [
            f"{path} lies below {folder}, which is a file; rename one" for folder in folders if folder in files
        ]
        for name in (path, *folders):
            first = names.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
            if first != name:
                problems.append(f"{name} and {first} are one name on Windows and macOS; rename one")
    return list(dict.fromkeys(problems))


def _size_problem(content: Content) -> str | None:
    if isinstance(content, Path) and not content.is_file():
        return f"stands for {content}, which is no file; make it again"
    try:
        size = size_of(content)
    except OSError as error:
        return f"cannot be read: {error.strerror}; check its permissions"
    if size > MAX_FILE_BYTES:
        return f"has {size / 10**9:.0f} GB and the Hub takes {MAX_FILE_BYTES // 10**9} GB a file; split it"
    return None


def _script_problems(paths: Iterable[str], repo_id: str) -> list[str]:
    name = repo_id.rpartition("/")[2]
    scripts = [path for path in paths if path.lower().endswith(".py")]
    return [
        f"{path} is named like the repository, so datasets would take it for a loading script and refuse the whole "
        "dataset; leave it out"
        if path == f"{name}.py"
        else f"{path} is code, and a dataset holds only Parquet and its card; leave it out"
        for path in scripts
    ]


def _count_problems(paths: Iterable[str]) -> list[str]:
    entries: set[str] = set()
    files = 0
    for path in paths:
        files += 1
        entries.update((path, *(str(folder) for folder in PurePosixPath(path).parents if str(folder) != ".")))
    counts = Counter(str(PurePosixPath(entry).parent) for entry in entries)
    problems = [
        f"{'the root' if folder == '.' else folder} has {count:,} entries and the Hub takes {MAX_FOLDER_ENTRIES:,} "
        "a folder; use fewer, larger files or subfolders"
        for folder, count in sorted(counts.items())
        if count > MAX_FOLDER_ENTRIES
    ]
    if files > MAX_FILES:
        problems.append(f"the release has {files:,} files and the Hub advises at most {MAX_FILES:,}; use larger files")
    return problems
