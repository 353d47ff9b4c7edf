import sys

import pytest

from builders.critics import language
from builders.critics.base import Shared
from builders.critics.language import Language, LanguageConfig, foreign_share
from builders.errors import ConfigError, RunError
from builders.pairs import Pair

GOOD = "The council approved the budget on Monday, as confirmed by officials."


def reason(sentence, **values):
    critic = LanguageConfig(**values).build(Shared())
    [first, second] = critic.judge([Pair(GOOD, sentence), Pair(sentence, GOOD)])
    assert first.reason == second.reason
    return first.reason


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (GOOD, None),
        ("", None),
        ("1,200", None),
        ("A naïve café in Zürich — “fine”, it\u2019s €5 at 20 °C … \U0001f600", None),
        ("Levels of β-catenin and Ω-3 rose.", None),
        ("Profit rose by\t5 µm, the 1º of all.", None),
        ("Прибыль выросла в понедельник.", "script"),
        ("Profit at 株式会社日立製作所 rose.", "script"),
        ("Profit rose\x07.", "broken_text"),
        ("Profit rose \ufffd percent.", "broken_text"),
        ("Profit rose \ue000 percent.", "broken_text"),
        ("The cafÃ© opened.", "broken_text"),
        ("Itâ€™s open.", "broken_text"),
        ("It cost Â£5.", "broken_text"),
        ("“A CAFÉ” is open.", None),  # the bytes of É” are UTF-8 too, of a phonetic letter
    ],
)
def test_what_is_not_plain_latin_text_is_dropped(sentence, expected):
    assert reason(sentence) == expected


def test_other_scripts_can_be_at_home():
    assert reason("Прибыль выросла в понедельник.", scripts=("LATIN", "CYRILLIC")) is None
    assert reason("株式会社日立製作所", scripts=("LATIN", "HAN")) is None
    assert reason("ꡀꡁꡂ", scripts=("LATIN", "PHAGS-PA")) is None


def test_the_share_is_of_letters():
    assert foreign_share("ab, 12 вг!", frozenset({"LATIN"})) == 0.5


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (GOOD, None),
        ("Der Rat hat den Haushalt am Montag gebilligt.", "language"),
        ("El consejo aprobó el presupuesto el lunes pasado.", "language"),
        ("Der Gewinn stieg.", None),  # too short to ask about
    ],
)
def test_another_language_is_dropped_where_one_is_set(sentence, expected):
    assert reason(sentence, code="en") == expected
    assert reason(sentence) is None


def test_an_unknown_language_is_named():
    LanguageConfig(code="en").check()
    with pytest.raises(ConfigError, match=r"language\.code must be one of .*en.*, got 'english'"):
        LanguageConfig(code="english").check()


def test_the_release_of_the_language_model_is_part_of_the_identity():
    assert "py3langid" in LanguageConfig(code="en").identity()
    assert "py3langid" not in LanguageConfig().identity()


def test_a_missing_package_is_named_with_its_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "py3langid.langid", None)
    language._identifier.cache_clear()
    with pytest.raises(RunError, match=r"py3langid, which is not installed; pip install 'impossible-distillation\["):
        LanguageConfig(code="en").check()
    LanguageConfig().check()


def test_the_funnel_names_a_language_only_where_it_is_asked():
    assert Language(LanguageConfig()).reasons == ("broken_text", "script")
    assert Language(LanguageConfig(code="en")).reasons == ("broken_text", "script", "language")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"scripts": ()}, r"scripts such as LATIN, CYRILLIC or HAN, got \[\]$"),
        ({"scripts": ("latin",)}, r"got \['latin'\]; nearest valid: LATIN"),
        ({"scripts": ("LATIN", "CYRILIC")}, r"got \['CYRILIC'\]; nearest valid: CYRILLIC"),
        ({"scripts": ("ENGLISH",)}, r"scripts such as LATIN, CYRILLIC or HAN, got \['ENGLISH'\]"),
        ({"scripts": ("CJK",)}, r"or HAN, got \['CJK'\]$"),  # what the names of Han letters begin with
        ({"max_foreign": 2.0}, r"language\.max_foreign must lie in \[0, 1\], got 2.0"),
        ({"min_probability": -1.0}, r"language\.min_probability"),
        ({"min_letters": 0}, r"language\.min_letters"),
    ],
)
def test_values_out_of_range_are_named(values, words):
    with pytest.raises(ConfigError, match=words):
        LanguageConfig(**values)
