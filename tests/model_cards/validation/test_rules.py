from model_cards.validation.documented import LICENCES
from model_cards.validation.rules import hub_rules


def test_a_paraphraser_is_a_subtask_of_text_generation():
    rules = hub_rules()
    assert "text2text-generation" not in rules.pipelines
    assert "text2text-generation" in rules.pipelines["text-generation"].subtasks
    assert rules.pipelines["summarization"].output == "text"


def test_languages_have_the_codes_of_all_three_standards():
    # English in ISO 639-1 and -2, German by both names of ISO 639-2, a family of it, a language only of ISO 639-3
    assert {"en", "eng", "ger", "deu", "afa", "aaa"} <= hub_rules().languages


def test_most_licences_of_the_hub_are_spdx_ones():
    assert {"apache-2.0", "mit", "cc-by-4.0", "gpl-3.0"} <= LICENCES & hub_rules().spdx_licences
    assert {"other", "unknown", "openrail"} <= LICENCES - hub_rules().spdx_licences


def test_a_widget_example_may_show_its_output():
    widget = hub_rules().widget
    assert {"text": "string", "example_title": "string?", "group": "string?"} in widget.inputs
    assert {"text": "string"} in widget.outputs
    assert widget.parameters["max_new_tokens"] == "number?"
