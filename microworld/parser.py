"""A shallow constituency parser: a bracketed tree for any sequence of words, known to the oracle or not.

Tags come from closed word lists and endings, phrases from one left-to-right pass with right-branching attachment. It is
no oracle: it never refuses a sentence, so the tree edit distance critic cannot use it to tell grammatical output from
the rest.
"""

import re
from functools import lru_cache

_TOKEN = re.compile(r"'s\b|[A-Za-z]+(?:-[A-Za-z]+)*|\d+(?:-\d+)?|[^\w\s]|\w+")
_WORDS = {
    "DT": "a an the this its his her their",
    "IN": "in on at by of for from with to against over amid because due according after as thanks near into under "
    "between during through among than without",
    "WDT": "that which who whom whose what when where while if whether",
    "CC": "and or but",
    "RB": "not no also sharply possibly more less most least up down twice once",
    "JJ": "higher lower",
    "EX": "there",
    "PRP": "it he she they him them",
    "VB": "is are be was were been has have had do does did will would can could rose fell grew sent saw hit struck "
    "beat beaten lost won took led found became chose gave made left bought paid sold put went began got said hurt "
    "told shut cut suffered drew kept held met ran set stood broke brought came may might must show shows raise raises "
    "increases reduce reduces lowers blocks inhibits activates switches binds bound attaches breaks broken degrades "
    "acts withdrew",
}
_TAGS = {word: tag for tag, words in _WORDS.items() for word in words.split()}
_NOMINAL = {"DT", "CD", "JJ", "NN", "NNP", "POS", "$", "EX", "PRP"}
_ENDS = {",", "."}
_MAX_DEPTH = 40  # deeper nesting is left flat, so that no input exhausts the stack


@lru_cache(maxsize=10_000)
def parse(sentence: str) -> str:
    """The constituency tree of a sentence.

    Returns:
        A bracketed tree such as `(S (S (NP (NNP Acme)) (VP (VBD rose))) (. .))`; `(S)` for no words.
    """
    return _Pass([(_tag(word, at), word) for at, word in enumerate(_TOKEN.findall(sentence))]).sentence()


def _tag(word: str, position: int) -> str:
    if word[0].isdigit():
        return "CD"
    if not word[0].isalpha() and word != "'s":
        return word if word in (",", "$") else "." if word in ".?!" else "SYM"
    if word == "'s":
        return "POS"
    if tag := _TAGS.get(word.lower()):
        return tag
    if word[0].isupper() and position:
        return "NNP"
    if word.endswith("ing") and len(word) > 4:
        return "VBG"
    if word.endswith("ed") and len(word) > 3:
        return "VB"
    return "NN"


class _Pass:
    """One left-to-right pass over tagged words."""

    def __init__(self, words: list[tuple[str, str]]) -> None:
        self.words, self.at = words, 0

    def sentence(self) -> str:
        parts = []
        while self.at < len(self.words):
            parts.append(self.leaf() if self.tag in _ENDS else f"(S {' '.join(self.until_end(0))})")
        return f"(S {' '.join(parts)})" if parts else "(S)"

    @property
    def tag(self) -> str:
        return self.words[self.at][0] if self.at < len(self.words) else "."

    def leaf(self) -> str:
        tag, word = self.words[self.at]
        self.at += 1
        return f"({'-SYM-' if tag == 'SYM' else tag} {word.replace('(', '-LRB-').replace(')', '-RRB-')})"

    def until_end(self, depth: int) -> list[str]:
        parts = []
        while self.at < len(self.words) and self.tag not in _ENDS:
            parts.append(self.constituent(depth))
        return parts

    def constituent(self, depth: int) -> str:
        if depth > _MAX_DEPTH:
            return self.leaf()
        match self.tag:
            case tag if tag in _NOMINAL:
                return self.noun_phrase(depth)
            case "IN":
                return self.prepositional_phrase(depth)
            case "WDT":
                return f"(SBAR {' '.join([self.leaf(), *self.until_end(depth + 1)])})"
            case "VB" | "VBG":
                return f"(VP {' '.join([self.leaf(), *self.until_end(depth + 1)])})"
            case _:
                return self.leaf()

    def noun_phrase(self, depth: int) -> str:
        words = []
        while self.at < len(self.words) and self.tag in _NOMINAL:
            words.append(self.leaf())
        phrase = f"(NP {' '.join(words)})"
        if self.at < len(self.words) and self.words[self.at][1] == "of" and depth <= _MAX_DEPTH:
            return f"(NP {phrase} {self.prepositional_phrase(depth + 1)})"
        return phrase

    def prepositional_phrase(self, depth: int) -> str:
        parts = [self.leaf()]
        while self.tag == "IN" and self.at < len(self.words):  # "because of", "according to"
            parts.append(self.leaf())
        if self.tag in _NOMINAL:
            parts.append(self.noun_phrase(depth + 1))
        return f"(PP {' '.join(parts)})"
