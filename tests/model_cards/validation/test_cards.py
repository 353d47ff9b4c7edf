import pytest

from model_cards.dataset_card import write_dataset_card
from model_cards.model_card import write_model_card
from model_cards.validation.cards import card_problems


@pytest.mark.parametrize(
    "metadata",
    [
        {"language": "en"},
        {"language": ["en", "deu", "ger", "code", "multilingual", "afa"]},
        {"license": "apache-2.0"},
        {"license": ["mit", "cc-by-4.0"]},
        {"license": "other", "license_name": "my-licence-1.0", "license_link": "LICENSE"},
        {"tags": ["synthetic", "2024"]},
        {"pretty_name": "DIMPLE: news"},
    ],
)
def test_takes_what_the_hub_takes(dataset_problems, metadata):
    assert dataset_problems(**metadata) == []


@pytest.mark.parametrize(
    ("metadata", "problem"),
    [
        ({"language": "english"}, "language: 'english' is no ISO 639 code of two or three small letters"),
        ({"language": ["en", "EN"]}, "language[1]: 'EN' is no ISO 639 code"),
        ({"language": "en-US"}, "language: 'en-US' names a region or script; use its ISO 639 code alone"),
        ({"language": False}, "language: must be a text, got False; put it in quotes"),  # what `no` is in YAML
        ({"language": ["en", "en"]}, "language: 'en' stands there twice"),
        ({"license": "apache 2.0"}, "license: the Hub does not know 'apache 2.0'; did you mean apache-2.0"),
        ({"license": "my-own"}, "lists"),
        ({"license": "MIT"}, "license: the Hub does not know 'MIT'; did you mean mit"),
        ({"license": "0BSD"}, "write `license: other` and `license_name: 0bsd`"),
        ({"license": "other"}, "license_name: is missing beside `license: other`"),
        ({"license": "other", "license_name": ""}, "license_name: is empty"),
        ({"tags": "synthetic"}, "tags: must be a list, got 'synthetic'"),
        ({"tags": ["synthetic", 2024]}, "tags[1]: must be a text, got 2024; put it in quotes"),
        ({"pretty_name": 3}, "pretty_name: must be a text, got 3"),
    ],
)
def test_names_field_value_and_remedy(dataset_problems, metadata, problem):
    [line] = dataset_problems(**metadata)
    assert problem in line
    assert len(line.splitlines()) == 1


def test_reports_every_field_at_once(dataset_problems):
    assert len(dataset_problems(language="xx", license="xx", tags="xx", size_categories=["xx"])) == 4


def test_a_long_value_is_shortened_to_one_line(dataset_problems):
    [line] = dataset_problems(license="x\n" * 500)
    assert len(line) < 300
    assert "\n" not in line


def test_a_card_without_metadata_is_one_problem():
    assert len(card_problems("# A title\n", "model")) == 1


def test_the_dataset_card_of_a_run_passes(run):
    card = write_dataset_card(run, run / "dimple", repo_id="me/dimple")
    assert card_problems(card.read_text(encoding="utf-8"), "dataset") == []


def test_the_summary_dataset_card_of_a_run_passes(make_run, summary_figures, summary_recipe):
    run = make_run(figures=summary_figures, recipe=summary_recipe)
    card = write_dataset_card(run, run / "dimsum", repo_id="me/dimsum")
    assert card_problems(card.read_text(encoding="utf-8"), "dataset") == []


def test_the_model_card_of_a_run_passes(run):
    card = write_model_card(run, run / "student", repo_id="me/student", dataset_id="me/dimple")
    assert card_problems(card.read_text(encoding="utf-8"), "model") == []


def test_the_summary_model_card_of_a_run_passes(make_run, summary_figures, summary_recipe):
    run = make_run(figures=summary_figures, recipe=summary_recipe)
    card = write_model_card(run, run / "student", repo_id="me/student")
    assert card_problems(card.read_text(encoding="utf-8"), "model") == []
