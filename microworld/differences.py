"""In what two meanings differ, in words: for tables of what a critic or a student gets wrong."""

from collections import Counter
from functools import cache

from microworld.frames import Meaning
from microworld.grammar import Grammar
from microworld.reading import grammar_of, load

NONE, OTHER_EVENT, EXCHANGED = "no difference", "another kind of event", "roles exchanged"
DROPPED, ADDED, SEVERAL = "a detail left out", "a detail added", "several differences"
POLARITY, DIRECTION, STRENGTH = "negation or hedge", "direction", "strength"
NAME, NUMBER, WORD = "a name or date", "a number", "another word"
KINDS = (NONE, DROPPED, ADDED, EXCHANGED, POLARITY, DIRECTION, STRENGTH, NAME, NUMBER, WORD, SEVERAL, OTHER_EVENT)


def difference(first: Meaning, second: Meaning) -> str:
    """In what the second meaning differs from the first.

    Returns:
        One of `KINDS`: that of all the differences if they are of one, or else `SEVERAL`.
    """
    if first.frame != second.frame:
        return OTHER_EVENT
    grammar = grammar_of(first.frame)
    types = grammar.frames[first.frame].types
    before, after = dict(first.roles), dict(second.roles)
    fillers = [Counter((types[role], value) for role, value in said.items()) for said in (before, after)]
    if before != after and fillers[0] == fillers[1]:
        return EXCHANGED
    kinds = {_change(grammar, types[role], before[role], after[role]) for role in before.keys() & after.keys()}
    kinds |= {DROPPED} if before.keys() - after.keys() else set()
    kinds |= {ADDED} if after.keys() - before.keys() else set()
    kinds -= {NONE}
    return kinds.pop() if len(kinds) == 1 else SEVERAL if kinds else NONE


def bare(value: str) -> str:
    """A value without its negation, hedge or strength."""
    return value.removeprefix("not ").removeprefix("maybe ").rstrip("+")


def _change(grammar: Grammar, type_name: str, before: str, after: str) -> str:
    if before == after:
        return NONE
    if before.rstrip("+") == after.rstrip("+"):
        return STRENGTH
    if bare(before) == bare(after):
        return POLARITY
    return _kind_of_type(grammar.name, type_name)


@cache
def _kind_of_type(domain: str, type_name: str) -> str:
    """What a type holds: names and dates are written with a capital, numbers with a digit in one of their ways."""
    grammar = load(domain)
    values = grammar.values(type_name)
    if any(bare(value) != value for value in values):
        return DIRECTION
    forms = grammar.lexicon[type_name].values()
    surfaces = ["".join(text for said in forms for text in said.get(value, ())) for value in values]
    if all(any(map(str.isupper, text)) for text in surfaces):
        return NAME
    return NUMBER if all(any(map(str.isdigit, text)) for text in surfaces) else WORD
