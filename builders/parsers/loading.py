"""The parser that a recipe names, as one function from sentences to bracketed trees."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from builders.errors import ConfigError, RunError, one_line
from builders.named import code_identity, import_named, users_code
from builders.pairs import Pair
from builders.parsers.corenlp import CoreNLP, is_url
from builders.parsers.stanza_english import StanzaEnglish, stanza_identity
from builders.web_address import check_url
from metrics.ted.trees import parse_tree

Parser = Callable[[Sequence[str]], list[str]]

GIVEN = "given"  # the trees stand in the data
STANZA = "stanza"
_KINDS = "'stanza', 'given', the URL of a CoreNLP server or 'module:function'"
_REMEDY = "it must give one tree such as '(S (NN profit) (VBD rose))' for any text"
_AT_ONCE = 256  # sentences that a parser is handed together
_REMEMBERED = 10_000  # trees: sentences recur within a context, and seldom elsewhere


def check_parser_name(setting: str, name: str) -> None:
    """Refuses what names no parser, without looking for the parser itself.

    Raises:
        ConfigError: It is none of the kinds that there are.
    """
    if is_url(name):
        check_url(setting, name, "http://localhost:9000")
    elif name not in (STANZA, GIVEN) and ":" not in name:
        raise ConfigError(f"{setting} must be {_KINDS}, got '{name}'")


@lru_cache(maxsize=2)
def load_parser(name: str) -> Parser:
    """The constituency parser of that name, which critic and evaluation share.

    Args:
        name: `stanza`; the URL of a CoreNLP server; or `module:function`, from one sentence to its bracketed tree.

    Returns:
        A function from sentences to their bracketed trees. It asks the parser once for each distinct sentence, and
        raises a `RunError` where that gives no such tree.

    Raises:
        ConfigError: There is no such function, or the name is `given`.
        RunError: Stanza or its models are not here.
    """
    if name == GIVEN:
        raise ConfigError("parser 'given' takes trees that come with the pairs, and these sentences have none")
    if name == STANZA:
        return _Remembered(name, StanzaEnglish())
    if is_url(name):
        return _Remembered(name, CoreNLP(name))
    parse = import_named("parser", name)

    def one_by_one(sentences: Sequence[str]) -> list[str]:
        trees = []
        for sentence in sentences:
            with users_code(f"parser '{name}' failed on {sentence!r}", _REMEDY):
                trees.append(parse(sentence))
        return trees

    return _Remembered(name, one_by_one)


def pair_trees(name: str, pairs: Sequence[Pair]) -> list[tuple[str, str]]:
    """The trees of the two sentences of each pair: as parsed or, with the parser `given`, as the pair has them.

    Raises:
        ConfigError: See `load_parser`.
        RunError: The parser failed, or a pair comes without its trees.
    """
    if name != GIVEN:
        trees = load_parser(name)([text for pair in pairs for text in (pair.source, pair.target)])
        return list(zip(trees[::2], trees[1::2], strict=True))
    for pair in pairs:
        for side, sentence, tree in (
            ("source", pair.source, pair.source_tree),
            ("target", pair.target, pair.target_tree),
        ):
            remedy = f"give the bracketed tree of every sentence in '{side}_tree', or name a parser"
            if not tree:
                raise RunError(f"parser 'given' finds no tree of the {side} {sentence!r}; {remedy}")
            try:
                parse_tree(tree)
            except ValueError as error:
                raise RunError(f"the {side}_tree of {sentence!r}: {one_line(error)}; {remedy}") from None
    return [(pair.source_tree, pair.target_tree) for pair in pairs]


def parser_identity(name: str) -> Any:
    """What a fingerprint needs to know of a parser: code by its content, Stanza by its version and models.

    A server tells nothing of itself, so its URL has to do; trees that are given are part of the pairs.
    """
    if name == STANZA:
        return stanza_identity()
    if name == GIVEN or is_url(name):
        return {"name": name}
    return code_identity("parser", name)


class _Remembered:
    """A parser that is asked once for each distinct sentence, and must give a tree."""

    def __init__(self, name: str, parse: Parser) -> None:
        self._name, self._parse = name, parse
        self._trees: dict[str, str] = {}  # the latest last

    def __call__(self, sentences: Sequence[str]) -> list[str]:
        distinct = list(dict.fromkeys(sentences))
        found = {sentence: self._trees[sentence] for sentence in distinct if sentence in self._trees}
        unknown = [sentence for sentence in distinct if sentence not in found]
        for begin in range(0, len(unknown), _AT_ONCE):
            some = unknown[begin : begin + _AT_ONCE]
            for sentence, tree in zip(some, self._parse(some), strict=True):
                with users_code(f"parser '{self._name}' failed on {sentence!r}", _REMEDY):
                    parse_tree(tree)  # raises what the distance would: it is malformed, or no text at all
                found[sentence] = tree
        self._trees |= found
        for sentence in list(self._trees)[: max(0, len(self._trees) - _REMEMBERED)]:
            del self._trees[sentence]
        return [found[sentence] for sentence in sentences]
