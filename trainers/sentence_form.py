"""The form of a sentence without a parser, for outputs that shall be like an exemplar.

This file ships with every student as it stands and uses nothing of this project.
"""

import re
from collections.abc import Sequence

_FUNCTION_WORDS = """
a an the this that these those it its he she they we i you his her their our my your him them us me who which what whose
where when why how there here and or but nor so yet if because although though while whereas since until as than of in
on at by for with from to into onto over under about after before between through during against without within among
across is are was were be been being am has have had do does did will would can could may might shall should must not no
any some each every all both either neither more most less least very just also only even still already again up down
out off then once
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())


def words(text: str) -> list[str]:
    """The words of a text in lower case."""
    return re.findall(r"\w+", text.lower())


def form(text: str) -> list[str]:
    """A text's form: its function words, endings such as 's and punctuation as they are, any other word as "_"."""
    tokens = re.findall(r"['\u2019]\w+|\w+|[^\w\s]", text.lower())
    return [token if token in FUNCTION_WORDS or not token[0].isalnum() else "_" for token in tokens]


def likeness(one: str, other: str) -> float:
    """How alike two texts are in form: 1 less the edit distance of their forms over the length of the longer one."""
    first, second = form(one), form(other)
    return 1 - edit_distance(first, second) / max(len(first), len(second), 1)


def edit_distance(one: Sequence[str], other: Sequence[str]) -> int:
    """The fewest insertions, deletions and replacements that make one sequence the other."""
    row = list(range(len(other) + 1))
    for i, token in enumerate(one, start=1):
        above, row = row, [i]
        for j, there in enumerate(other, start=1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (token != there)))
    return row[-1]
