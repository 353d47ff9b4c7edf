"""A domain as data: what its passages start with, what its text must not hold, which of its sentences qualify."""

import difflib
import string
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from builders.config import from_fields, read_yaml
from builders.errors import ConfigError
from builders.model_place import package_folder
from builders.user_path import user_path

NUPUNKT = "nupunkt"


@dataclass(frozen=True, kw_only=True)
class SentencesConfig:
    """Where a domain's sentences end, and which of them qualify.

    Args:
        splitter: `nupunkt`, for English and its kin, or your own MODULE:FUNCTION from a text to its sentences.
        endings: Characters of which a sentence must end in one.
        min_characters: Shortest sentence.
        max_characters: Longest sentence.
        max_repeats: How often in a row a word, or a phrase of up to eight words, may stand.
        urls: Whether a sentence may hold a web address.
    """

    splitter: str = NUPUNKT  # ours: needs no download and knows abbreviations
    endings: str = ".?!"  # the authors' released code
    min_characters: int = 3  # the authors' released code
    max_characters: int = 600  # ours: longer than a sentence of 100 tokens, which is where sampling stops
    max_repeats: int = 3  # ours: "very, very, very good" is English, a fourth time is a loop
    urls: bool = False  # ours: no paraphrase of an address is one

    def __post_init__(self) -> None:
        if not self.endings:
            raise ConfigError("endings must hold a character that ends sentences, got ''")
        if self.min_characters < 1:
            raise ConfigError(f"min_characters must be at least 1, got {self.min_characters}")
        if self.max_characters < self.min_characters:
            raise ConfigError(f"max_characters must be at least {self.min_characters}, got {self.max_characters}")
        if self.max_repeats < 1:
            raise ConfigError(f"max_repeats must be at least 1, got {self.max_repeats}")


@dataclass(frozen=True, kw_only=True)
class DomainConfig:
    """A kind of text. In a recipe: the name of a bundled domain, a YAML file, `package:file.yaml`, or these settings.

    Args:
        name: The dataset configuration that the samples are for.
        prefixes: What passages start with, each as likely: a template such as "{city} ({media}) --"; one that stands
            twice is twice as likely. None starts passages from nothing.
        values: What may stand in the place of each {name} of the templates.
        banned: Strings that the teacher must not write.
        sentences: Where sentences end, and which qualify.
    """

    name: str
    prefixes: tuple[str, ...] = ()
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    banned: tuple[str, ...] = ()
    sentences: SentencesConfig = SentencesConfig()

    def __post_init__(self) -> None:
        for template in self.prefixes:
            for name in template_names(template):
                if not self.values.get(name):
                    problem = f"prefix '{template}' of domain '{self.name}' has {{{name}}}, and values no '{name}'"
                    raise ConfigError(f"{problem}; list what may stand there")
        if "" in self.banned:
            raise ConfigError(f"banned of domain '{self.name}' holds an empty string; remove it")

    @classmethod
    def from_value(cls, value: Any, where: str) -> "DomainConfig":
        """The domain that a recipe names or spells out.

        Raises:
            ConfigError: There is no such domain, or it has a mistake.
            RunError: Its file cannot be read.
        """
        if not isinstance(value, str):
            return from_fields(cls, value, where)
        path = _find(value, where)
        return from_fields(cls, read_yaml(path), str(path))


def template_names(template: str) -> list[str]:
    """The names in braces of a prefix template.

    Raises:
        ConfigError: It is no template.
    """
    try:
        parsed = list(string.Formatter().parse(template))
    except ValueError as error:
        raise ConfigError(f"prefix '{template}' is no template: {error}; write {{{{ and }}}} for braces") from None
    names = [name for _, name, _, _ in parsed if name is not None]
    if any(spec or conversion for _, _, spec, conversion in parsed) or not all(map(str.isidentifier, names)):
        raise ConfigError(f"prefix '{template}' is no template; between braces must stand one name of values")
    return names


def longest_prefixes(domain: DomainConfig) -> list[str]:
    """Each template of a domain with its longest values; one empty text where passages start from nothing."""
    longest = {name: max(values, key=len, default="") for name, values in domain.values.items()}
    return [template.format_map(longest) for template in dict.fromkeys(domain.prefixes)] or [""]


def _find(ref: str, where: str) -> Path:
    bundled = {Path(entry.name).stem: Path(str(entry)) for entry in files("builders").joinpath("domains").iterdir()}
    if ref in bundled:
        return bundled[ref]
    package, colon, inside = ref.partition(":")
    if colon and package.isidentifier():
        return package_folder(f"domain '{ref}'", package) / inside
    if ref.endswith((".yaml", ".yml")):
        return user_path(ref)
    near = difflib.get_close_matches(ref, bundled, n=1)
    hint = f"did you mean {near[0]}?" if near else f"bundled are {', '.join(sorted(bundled))}"
    raise ConfigError(f"{where}: '{ref}' is no bundled domain and no YAML file; {hint}, or write {{name: {ref}}}")
