import json
import re

from model_cards.shipped.space.app import build_page, shown, similarity
from model_cards.usage_code import space_files
from model_cards.validation.release import release_problems

SOURCE = "Profit rose on Monday."


def test_a_space_is_what_the_hub_wants():
    card, files = space_files("alice/paraphraser", "Paraphraser", [SOURCE], "apache-2.0", "paraphrase")
    assert release_problems({**files, "README.md": card.encode()}, "space", "alice/paraphraser") == []
    assert json.loads(files["model.json"]) == {
        "model": "alice/paraphraser",
        "task": "paraphrase",
        "title": "Paraphraser",
        "examples": [SOURCE],
    }


def test_words_that_the_sentence_lacks_are_marked():
    html = shown(SOURCE, ["On Monday, earnings rose."])
    assert re.findall("<mark>(.*?)</mark>", html) == ["earnings"]


def test_outputs_are_shown_as_text_not_as_html():
    assert "<b>" not in shown(SOURCE, ["<b>Profit</b> rose."])


def test_nothing_but_copies_is_said():
    assert "Nothing but copies" in shown(SOURCE, [])


def test_similarity_is_the_share_of_common_words_in_order():
    assert similarity(SOURCE, SOURCE) == 1.0
    assert similarity("a b c d", "a b x y") == 0.5


def test_the_page_asks_for_what_its_fields_say():
    asked = []

    def paraphrase(sentence, **settings):
        asked.append((sentence, settings))
        return ["Earnings rose."]

    page = build_page(paraphrase, "Paraphraser", [SOURCE])
    [answer] = [function.fn for function in page.fns.values() if function.api_name == "paraphrase"]
    assert "Earnings" in answer(SOURCE, " It was so. ", 3.0, 0.5)
    assert asked == [(SOURCE, {"n": 3, "like": "It was so.", "temperature": 0.5})]
    assert "Write a sentence first" in answer(" ", "", 1, 0.5)
