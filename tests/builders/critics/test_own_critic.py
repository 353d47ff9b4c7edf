import datetime

import pytest

from builders.config import from_mapping, to_mapping
from builders.critics.settings import CriticsConfig, build_critics
from builders.errors import ConfigError, RunError
from builders.filtering import filter_pairs
from builders.pairs import Pair

HERE = "tests.builders.critics.own_critics"
PAIRS = [("It rose.", "Did it rise?"), ("It rose.", "It went up.")]


def read(*entries):
    return from_mapping(CriticsConfig, list(entries), "critics")


def run(*entries):
    return filter_pairs([Pair(*pair) for pair in PAIRS], build_critics(read(*entries)))


def test_a_class_with_judge_alone_is_a_critic():
    found = run({f"{HERE}:NoQuestions": {"max_marks": 0}}, "numbers")
    assert [pair.target for pair in found.kept] == ["It went up."]
    assert found.dropped == {"question": 1, "numbers": 0}
    assert found.rejects[0][0].scores == {"marks": 1}
    assert len(run(f"{HERE}:NoQuestions").kept) == 1
    assert len(run({f"{HERE}:NoQuestions": {"max_marks": 1}}).kept) == 2


def test_several_can_be_listed_and_a_critic_may_count_and_complete():
    found = run({f"{HERE}:NoQuestions": {"max_marks": 9}}, f"{HERE}:Counting")
    assert (found.dropped, found.measured) == ({"question": 0, "unannounced": 2}, {"seen": 2})
    critic = build_critics(read(f"{HERE}:Counting"))[0]
    pair = Pair(*PAIRS[0])
    critic.complete([pair])
    assert pair.scores == {"completed": 1}


def test_a_class_that_does_not_say_so_is_not_taken_for_symmetric():
    assert not read(f"{HERE}:NoQuestions").symmetric
    assert read(f"{HERE}:Counting").symmetric


def test_the_list_is_written_back_and_the_class_is_part_of_the_identity():
    entries = [{f"{HERE}:NoQuestions": {"max_marks": 2}}, {f"{HERE}:Counting": {}}]
    assert to_mapping(read(*entries)) == entries
    [first, second] = read(*entries).identity()
    [(name, identity)] = first.items()
    assert (name, identity["settings"]) == (f"{HERE}:NoQuestions", {"max_marks": 2})
    assert identity["code"]["sha256"] == second[f"{HERE}:Counting"]["code"]["sha256"] != ""


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (
            {"NoQuestions": {"max_mark": 0}},
            "got an unexpected keyword argument 'max_mark'; its settings are: max_marks",
        ),
        ({"Given": {}}, "missing a required argument: 'what'; its settings are: what"),
        ({"NoQuestions": {"max_marks": -1}}, "refuses its settings .*: max_marks must be at least 0; correct them"),
        ({"Missing": {}}, "cannot be imported .*; correct it, or name a class as 'module:class'"),
        ({"constant": {}}, "is a int; name a class"),
        ({"function": {}}, "must be a class with a method judge"),
        ({"NoJudge": {}}, "must be a class with a method judge"),
        ({"OneReason": {}}, "must have a tuple of texts as its reasons, got 'question'"),
    ],
)
def test_a_class_that_does_not_fit_is_named(entry, words):
    [(name, settings)] = entry.items()
    with pytest.raises(ConfigError, match=rf"critic '{HERE}:{name}' {words}|critic '{HERE}:{name}': {words}") as caught:
        read({f"{HERE}:{name}": settings}).critics[0].check()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("raise", "failed on 1 pairs: list index out of range; judge must return one .*Verdict a pair"),
        ("exit", "failed on 1 pairs: done"),
        ("none", "failed on 1 pairs: 'NoneType' object is not iterable"),
        ("few", "gave 0 verdicts on 1 pairs; judge must return one"),
        ("bool", "gave True as a verdict; judge must return"),
        ("reason", r"gave Verdict\(reason=3, .* as a verdict"),
        ("nan", "gave scores {'x': nan}: nan is no number; a score must be a finite number"),
        ("infinite", "gave scores .*inf.* is no number; a score must be a finite number"),
        ("text", "gave scores {'x': '0.5'}: '0.5' is no number; a score must be a finite number"),
        ("truth", "gave scores {'x': True}: True is no number; a score must be a finite number"),
        ("no mapping", "as a verdict; judge must return"),
        ("scores", "gave scores {'x': 'high'}: .*; a score must be a finite number"),
    ],
)
def test_what_it_gives_wrongly_is_one_line(what, words):
    with pytest.raises(RunError, match=words) as caught:
        read({f"{HERE}:Given": {"what": what}}).critics[0].check()
    assert "\n" not in str(caught.value)


def test_numbers_of_a_library_become_pythons_own():
    [verdict] = build_critics(read({f"{HERE}:Given": {"what": "numbers"}}))[0].judge([Pair(*PAIRS[0])])
    assert repr(verdict.scores) == "{'x': 0.5, 'y': 2}"


@pytest.mark.parametrize("entry", [{f"{HERE}:Given": {"what": "no memory"}}, f"{HERE}:TooGreat"])
def test_a_lack_of_memory_is_passed_on_for_smaller_batches_to_be_tried(entry):
    with pytest.raises(MemoryError, match="1 TiB"):
        read(entry).critics[0].check()


def test_trouble_that_is_not_the_settings_is_passed_on():
    with pytest.raises(RunError, match="model 'x' does not exist"):
        read(f"{HERE}:NoModel").critics[0].check()


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({f"{HERE}:Given": 0}, r"critics\[0\]\.tests.* must be a mapping, got 0"),
        ({f"{HERE}:Given": {"what": datetime.date(2020, 1, 1)}}, "hold what JSON does not"),
        ({f"{HERE}:Given": {"what": "\ud800"}}, "hold what JSON does not"),
    ],
)
def test_settings_that_no_recipe_could_keep_are_named(entry, words):
    with pytest.raises(ConfigError, match=words):
        read(entry)


def test_a_critic_is_listed_once():
    with pytest.raises(ConfigError, match="each critic once, got 'tests"):
        read(f"{HERE}:NoQuestions", {f"{HERE}:NoQuestions": {"max_marks": 3}})
