import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.critics.number_reader import read_numbers
from builders.critics.numbers import NumbersAgree, NumbersConfig
from builders.pairs import Pair

UNITS = ["", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
UNITS += ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def spell(n, joiner):
    """A number below 10**15 in words; `joiner` is what stands before its last two digits."""
    if n < 20:
        return UNITS[n]
    if n < 100:
        return f"{TENS[n // 10]}-{UNITS[n % 10]}".rstrip("-")
    sizes = {10**12: "trillion", 10**9: "billion", 10**6: "million", 1000: "thousand", 100: "hundred"}
    size = next(size for size in sizes if n >= size)
    rest = n % size
    return f"{spell(n // size, joiner)} {sizes[size]}{joiner if 0 < rest < 100 else ' '}{spell(rest, joiner)}".strip()


def reason(source, target, config=None):
    [verdict] = NumbersAgree(config or NumbersConfig()).judge([Pair(source, target)])
    return verdict.reason


AGREE = [
    ("Profit rose five percent.", "There was a 5% rise in profit."),
    ("Profit rose 5 percent.", "Profit was up 5%."),
    ("It sold 1,200 cars.", "1200 cars were sold."),
    ("It cost 2.5 million dollars.", "The price was $2,500,000."),
    ("It cost $2.5bn.", "It cost 2.50 billion dollars."),
    ("It lent $5m.", "It lent five million dollars."),
    ("Two million people voted.", "2,000,000 people cast their votes."),
    ("She is twenty-one.", "She is 21 years old."),
    ("She is twenty one.", "She is 21 years old."),
    ("One hundred and five died.", "105 were killed."),
    ("A dozen were hurt.", "Twelve were hurt."),
    ("Half a million came.", "500,000 came."),
    ("It came third.", "It was 3rd."),
    ("It came in the twenty-first century.", "It came in the 21st century."),
    ("On the fifth of May it opened.", "It opened on May 5."),
    ("Profit rose in the third quarter.", "Profit rose in Q3."),
    ("Two thirds agreed.", "2/3 agreed."),
    ("In the 1990s he won.", "He won in the '1990s."),
    ("GPT2 is small.", "GPT-2 is small."),
    ("One of the largest banks failed.", "A very large bank failed."),  # a pronoun
    ("No one was hurt.", "Nobody was hurt."),
    ("One person died.", "1 person died."),
    ("At first it rained.", "It rained in the beginning."),
    ("A second later it fell.", "It fell a moment later."),
    ("Hundreds of people came.", "Many people came."),
    ("The 30-second film won.", "The film of 30 seconds won."),
    ("It is zero.", "It is 0."),
    ("", ""),
]
DISAGREE = [
    ("Profit rose 5 percent.", "Profit rose 8 percent."),
    ("Profit rose five percent.", "Profit rose."),
    ("Profit rose.", "Profit rose five percent."),  # the authors' code checks one direction
    ("It sold 1,200 cars.", "It sold 12,000 cars."),
    ("It cost 2 million.", "It cost 2 billion."),
    ("It cost 2.5 million.", "It cost 25 million."),
    ("Killing one, it fell.", "Killing two, it fell."),
    ("A second-quarter loss came.", "A first-quarter loss came."),
    ("The second half was better.", "The first half was better."),
    ("Between one hundred and two hundred came.", "One hundred and two came."),
    ("They won 2-1.", "They won 3-1."),
    ("Twenty one-act plays ran.", "Twenty plays ran."),  # a limit: read as 21
    ("The third quarter was good.", "July to September was good."),  # a limit: said without a number
]


@pytest.mark.parametrize(("source", "target"), AGREE)
def test_numbers_that_agree_are_kept(source, target):
    assert reason(source, target) is reason(target, source) is None


@pytest.mark.parametrize(("source", "target"), DISAGREE)
def test_a_number_that_only_one_sentence_has_drops_the_pair(source, target):
    assert reason(source, target) == reason(target, source) == "numbers"


def test_a_summary_may_leave_numbers_out_but_add_none():
    forward = NumbersConfig(direction="forward")
    assert reason("Profit rose 5 percent.", "Profit rose.", forward) is None
    assert reason("Profit rose.", "Profit rose 5 percent.", forward) == "numbers"
    assert NumbersConfig().symmetric
    assert not forward.symmetric


def test_the_score_counts_what_is_missing():
    [verdict] = NumbersAgree(NumbersConfig()).judge([Pair("1 of 2 and 3", "3 of 4")])
    assert verdict.scores == {"missing_numbers": 3}


@settings(max_examples=400, deadline=None)
@given(st.integers(2, 10**15 - 1), st.sampled_from([" ", " and "]), st.sampled_from(["", " people", "-strong", "%"]))
def test_a_spelled_number_is_the_one_in_digits(n, joiner, behind):
    spelled, plain, grouped = (read_numbers(f"Some {said}{behind}.") for said in (spell(n, joiner), str(n), f"{n:,}"))
    assert spelled.stated == plain.stated == grouped.stated == {str(n)}


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 999), st.integers(0, 999), st.sampled_from(["thousand", "million", "billion", "trillion"]))
def test_digits_with_a_scale_are_the_whole_number(whole, part, word):
    size = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}[word]
    value = (whole * 1000 + part) * size // 1000
    assert read_numbers(f"{whole}.{part:03} {word}").stated == read_numbers(f"{value}").stated


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(2, 99), max_size=6), st.integers(0, 2**32))
def test_numbers_are_found_wherever_they_stand(numbers, seed):
    rng = random.Random(seed)
    words = [
        f"{rng.choice(['about', 'the', 'over'])} {rng.choice([str, lambda n: spell(n, ' ')])(n)}," for n in numbers
    ]
    assert read_numbers(" ".join(words)).stated == {str(n) for n in numbers}


WORDS = st.sampled_from(["first", "second", "half", "a", "hundred", "dozen", "and", "zero", "one", "two", "twenty"])
MORE_WORDS = st.sampled_from(["thousand", "million", "third", "-", "5", "2.5", ",", "$", "bn", "m", "of", "."])


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS | MORE_WORDS, max_size=12))
def test_any_text_is_read_to_its_end(words):
    assert all(set(value) <= set("0123456789.") for value in read_numbers(" ".join(words)).stated)


@pytest.mark.parametrize(
    ("sentence", "numbers"),
    [("5 m²", {"5"}), ("10⁵ cells", {"10"}), ("① first, 2 second", {"2"}), ("½ or ٣", set())],
)
def test_digits_of_other_kinds_are_no_numbers(sentence, numbers):
    assert read_numbers(sentence).stated == numbers


STRANGE = (
    WORDS | MORE_WORDS | st.sampled_from(["²", "⁵", "①", "½", "٣", "\uff11", "Ⅷ", "m²", "10⁵", "2nd", ".5", "1,000"])
)


@settings(max_examples=500)
@given(
    st.text(max_size=30)
    | st.builds(lambda space, words: space.join(words), st.sampled_from(["", " "]), st.lists(STRANGE))
)
def test_no_text_is_too_strange_to_be_read(text):
    assert all(set(value) <= set("0123456789.") for value in read_numbers(text).stated)


@pytest.mark.parametrize("text", ["5 " + "trillion " * 90_000, "1" * 1_100_000, "." + "0" * 1_100_000 + "1"])
def test_no_number_is_too_great_or_small_to_be_read(text):
    assert len(read_numbers(text).stated) == 1
