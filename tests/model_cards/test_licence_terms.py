import pytest

from model_cards.licence_terms import licence_problem, terms_of
from model_cards.validation.documented import LICENCES


@pytest.mark.parametrize(
    ("role", "licence", "released", "base", "problem"),
    [
        ("teacher", "mit", "apache-2.0", "mit", None),
        ("teacher", "cc-by-4.0", "apache-2.0", "mit", None),
        ("teacher", "cc-by-nc-4.0", "apache-2.0", "mit", "no commercial use"),
        ("teacher", "cc-by-nc-4.0", "cc-by-nc-4.0", "mit", None),
        ("teacher", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "mit", None),
        ("teacher", "cc-by-nc-4.0", "something-of-mine", "mit", "no commercial use"),
        ("critic", "cc-by-nc-4.0", "apache-2.0", "mit", "no commercial use"),
        ("student base", "apple-amlr", "apache-2.0", "apple-amlr", "no commercial use"),
        ("teacher", "cc-by-sa-4.0", "apache-2.0", "mit", "same licence, not apache-2.0; set license: cc-by-sa-4.0"),
        ("teacher", "cc-by-sa-3.0", "cc-by-sa-4.0", "mit", None),
        ("teacher", "cc-by-sa-4.0", "cc-by-sa-3.0", "mit", "same licence"),
        ("teacher", "cc-by-sa-4.0", "cc-by-nc-sa-4.0", "mit", "same licence"),
        ("teacher", "cc-by-nc-sa-4.0", "cc-by-nc-4.0", "mit", "same licence"),
        ("critic", "cc-by-sa-4.0", "apache-2.0", "mit", None),
        ("teacher", "cc-by-nd-4.0", "cc-by-nd-4.0", "mit", "nothing to be made"),
        ("student base", "cc-by-nc-nd-4.0", "cc-by-nc-nd-4.0", "cc-by-nc-nd-4.0", "nothing to be made"),
        ("critic", "cc-by-nd-4.0", "apache-2.0", "mit", None),
        ("teacher", "llama2", "apache-2.0", "mit", "improve no other language model"),
        ("critic", "llama3", "apache-2.0", "mit", "improve no other language model"),
        ("teacher", "llama2", "llama2", "llama2", None),
        ("student base", "llama2", "apache-2.0", "llama2", "same licence"),
        ("teacher", "llama3.1", "apache-2.0", "mit", None),
        ("student base", "llama3.1", "apache-2.0", "llama3.1", "same licence"),
        ("teacher", "gemma", "apache-2.0", "mit", "same licence"),
        ("teacher", "gemma", "gemma", "mit", None),
        ("critic", "gemma", "apache-2.0", "mit", None),
        ("teacher", "gpl-3.0", "apache-2.0", "mit", None),
        ("student base", "gpl-3.0", "apache-2.0", "gpl-3.0", "same licence"),
        ("teacher", "unknown", "apache-2.0", "unknown", None),
    ],
)
def test_what_a_licence_forbids(role, licence, released, base, problem):
    found = licence_problem(role, licence, released, [base])
    assert (found is None) if problem is None else (found and problem in found and "; " in found), found


def test_nothing_is_made_up_about_other_licences():
    assert terms_of("unknown") is None
    assert terms_of("my-licence-1.0") is None
    assert terms_of("cc-by-nc-nd") is None


def test_every_licence_of_the_hub_with_a_known_reading_is_spelt_as_the_hub_spells_it():
    from model_cards.licence_terms import _KNOWN

    assert not set(_KNOWN) - LICENCES


@pytest.mark.parametrize("licence", sorted(name for name in LICENCES if "-nc" in name))
def test_every_non_commercial_licence_of_creative_commons_is_known(licence):
    terms = terms_of(licence)
    assert terms
    assert terms.non_commercial
    assert "no commercial use" in terms.words
