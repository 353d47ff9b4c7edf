"""The numbers of an English sentence, in digits or spelled, each in one plain form.

A reader of its own, since libraries rewrite a text rather than say what is in it, and need as much code around them:
`text2num` makes "2 1000000" of "2 million" and 100 of "hundreds of people"; docs/critics.md has what was compared.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal

_DIGITS = r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|(?<![.\w])\.\d+"
_TOKEN = re.compile(rf"{_DIGITS}|[^\W\d_]+|[^\w\s]", re.ASCII)

_UNITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ORDINALS = [
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
]
_ORDINALS += [f"{word}th" for word in _TEENS[3:]]
_CARDINAL = {word: value for value, word in enumerate([*_UNITS, *_TEENS])}
_CARDINAL |= {word: 10 * value for value, word in enumerate(_TENS, 2)}
_ORDINAL = {word: value for value, word in enumerate(_ORDINALS)}
_ORDINAL |= {f"{word[:-1]}ieth": 10 * value for value, word in enumerate(_TENS, 2)}
_SMALL = _CARDINAL | _ORDINAL
_PARTS = {f"{word}s": _ORDINAL[word] for word in _ORDINALS[3:]}  # "two thirds" is 2 and 3, as 2/3 is
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SCALES |= {f"{word}th": value for word, value in _SCALES.items()}
_HUNDREDS = {"hundred": 100, "hundredth": 100}
_FACTORS = _SCALES | _HUNDREDS | {"dozen": 12}  # what may stand behind digits, or alone
_SUFFIXES = {"bn": 10**9, "mn": 10**6, "tn": 10**12}  # "2.5bn"; a bare "m" or "k" may be metres, or a race
_MONEY_SUFFIXES = _SUFFIXES | {"k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12}  # "$5m"
_MOMENTS = {"a", "per", "every", "each", "split"}
_EXACT = Context(prec=100, Emax=MAX_EMAX, Emin=MIN_EMIN)  # no text is long enough to leave this range


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a sentence counts, as plain numerals such as "1200" and "2.5".

    Attributes:
        stated: Numbers that another sentence must have too, to say the same.
        loose: What may be a number or not: "one" can be a pronoun, "first" an adverb, "a second" a moment. They can
            bear out a number of the other sentence, and ask for nothing themselves.
    """

    stated: frozenset[str]
    loose: frozenset[str]

    def missing_in(self, other: "Numbers") -> frozenset[str]:
        """The numbers stated here that the other sentence does not have."""
        return self.stated - other.stated - other.loose


def read_numbers(sentence: str) -> Numbers:
    """The numbers of a sentence, whatever they count: units, signs and dates are not looked at.

    "5%" and "five percent" are 5, "10:30" is 10 and 30, "third" and "3rd" are 3. Words that name no exact number
    ("hundreds", "several", "half", "twice") are none.
    """
    tokens = _TOKEN.findall(sentence.lower())
    stated: set[str] = set()
    loose: set[str] = set()
    place = 0
    while place < len(tokens):
        start, word = place, tokens[place]
        if _ends_in_digit(word):
            value, place = _digits(tokens, place)
            stated.add(value)
        elif word in _SMALL or word in _FACTORS:
            number, place = _spelled(tokens, place)
            (loose if place == start + 1 and _is_loose(tokens, start) else stated).add(str(number))
        else:
            place += 1
            if word in _PARTS:
                stated.add(str(_PARTS[word]))
            elif word == "half" and (factor := _FACTORS.get(_word(tokens, _skip(tokens, place, ("a", "-"))))):
                stated.add(str(factor // 2))  # half a million
                place = _skip(tokens, place, ("a", "-")) + 1
    return Numbers(frozenset(stated), frozenset(loose))


def _ends_in_digit(word: str) -> bool:
    """Of those that numbers are read from: a superscript or a circled digit is one to Python, and none to `Decimal`."""
    return word.isascii() and word[-1:].isdigit()


def _word(tokens: Sequence[str], place: int) -> str:
    return tokens[place] if 0 <= place < len(tokens) else ""


def _skip(tokens: Sequence[str], place: int, words: tuple[str, ...] = ("-",)) -> int:
    while _word(tokens, place) in words:
        place += 1
    return place


def _digits(tokens: Sequence[str], place: int) -> tuple[str, int]:
    """The number at a token of digits, with what multiplies it, and the place behind it."""
    value = _EXACT.create_decimal(tokens[place].replace(",", ""))
    suffixes = _MONEY_SUFFIXES if _word(tokens, place - 1) in ("$", "£", "€", "¥") else _SUFFIXES
    place += 1
    if (factor := suffixes.get(_word(tokens, place))) is not None:
        value, place = _EXACT.multiply(value, Decimal(factor)), place + 1
    while (factor := _FACTORS.get(_word(tokens, _skip(tokens, place)))) is not None:
        value, place = _EXACT.multiply(value, Decimal(factor)), _skip(tokens, place) + 1
    return format(value.normalize(_EXACT), "f"), place


def _spelled(tokens: Sequence[str], place: int) -> tuple[int, int]:
    """The longest number that the words from a place on spell, and the place behind it."""
    if _SMALL.get(tokens[place]) == 0:
        return 0, place + 1
    total, least = 0, 10**15
    value, place = _below_thousand(tokens, place)
    while True:
        scale = _SCALES.get(_word(tokens, _skip(tokens, place)), 0)
        if not 0 < scale < least or (value and tokens[place - 1] in _ORDINAL):
            return total + value, place
        total, least, place = total + (value or 1) * scale, scale, _skip(tokens, place) + 1
        has_and = _word(tokens, place) == "and"
        value, after = _below_thousand(tokens, _skip(tokens, place + has_and))
        # "between one thousand and two thousand" holds two numbers, and so does "one thousand two thousand".
        following = _SCALES.get(_word(tokens, _skip(tokens, after)), 0)
        if not value or following >= least or (has_and and (value >= 100 or following)):
            return total, place
        place = after


def _below_thousand(tokens: Sequence[str], place: int) -> tuple[int, int]:
    """The same for a number below 1,000, or "nineteen hundred"; 0 and the place itself where there is none."""
    value, place = _below_hundred(tokens, place)
    hundred = _skip(tokens, place) if value else place
    if _word(tokens, hundred) == "dozen":
        return (value or 1) * 12, hundred + 1
    if _word(tokens, hundred) not in _HUNDREDS or (value and tokens[place - 1] in _ORDINAL):
        return value, place
    value, place = (value or 1) * 100, hundred + 1
    rest, after = _below_hundred(tokens, _skip(tokens, place + (_word(tokens, place) == "and")))
    if rest and _word(tokens, _skip(tokens, after)) not in _HUNDREDS:  # "between one hundred and two hundred"
        return value + rest, after
    return value, place


def _below_hundred(tokens: Sequence[str], place: int) -> tuple[int, int]:
    value = _SMALL.get(_word(tokens, place))
    if value is None:
        return 0, place
    unit = _SMALL.get(_word(tokens, _skip(tokens, place + 1)), 0)
    if value >= 20 and tokens[place] in _CARDINAL and 1 <= unit <= 9:
        return value + unit, _skip(tokens, place + 1) + 1
    return value, place + 1


def _is_loose(tokens: Sequence[str], place: int) -> bool:
    word, before = tokens[place], _word(tokens, place - 1)
    if word == "second":
        counted = tokens[place - (2 if before == "-" else 1)] if place else ""
        moment = before in _MOMENTS and _word(tokens, place + 1) != "-"  # not "a second-quarter loss"
        return moment or counted in _CARDINAL or _ends_in_digit(counted)
    return word in ("one", "first")
