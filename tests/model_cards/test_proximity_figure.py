"""The figure of paraphrastic proximity: which line is whose, and what runs along the axis."""

import re
from xml.etree import ElementTree

import pytest

from model_cards.proximity_figure import proximity_figure

SVG = "{http://www.w3.org/2000/svg}"


def judged(share, bleu):
    return {"share": share, "share_error": 0.01, "self_bleu": bleu, "self_bleu_error": None}


def record(lengths, temperatures, oracle="microworld.oracle"):
    rows = [
        {
            "length": length,
            "temperature": temperature,
            "critic": judged(0.1 * length, 30.0 + length),
            "oracle": judged(0.05, None) if oracle else None,
        }
        for length in lengths
        for temperature in temperatures
    ]
    return {
        "teacher": {"ref": "me/<teacher>"},
        "critic": {"ref": "a" * 80},
        "oracle": oracle,
        "counts": {"passages": 1000},
        "settings": {"k": 100, "cut": "first"},
        "rows": rows,
    }


def parts(figure, tag):
    return list(ElementTree.fromstring(figure).iter(SVG + tag))


def titles(figure):
    return [part.find(SVG + "title").text for part in parts(figure, "circle")]


def test_each_length_is_a_place_and_each_temperature_a_line():
    figure = proximity_figure(record([1, 2, 3], [0.5, 1.0]))
    assert len([part for part in parts(figure, "polyline") if "critic" in part.get("class")]) == 4
    assert "T 0.5, critic, context length, sentences 2: 20" in titles(figure)
    assert "T 1, critic, context length, sentences 3: 33" in titles(figure)


def test_many_temperatures_run_along_the_axis():
    figure = proximity_figure(record([3], [0.3, 0.5, 0.7]))
    assert "sentences: 3, critic, temperature 0.7: 30" in titles(figure)


@pytest.mark.parametrize(("oracle", "lines"), [("microworld.oracle", 1), (None, 0)])
def test_the_oracle_has_lines_of_its_own_where_there_is_one(oracle, lines):
    figure = proximity_figure(record([1, 2], [0.7], oracle))
    dashed = [part for part in parts(figure, "polyline") if "oracle" in part.get("class") and part.get("points")]
    assert len(dashed) == lines  # it knows no equivalent pair, so none of the Self-BLEU


def test_it_names_teacher_and_critic_as_text():
    texts = [part.text for part in parts(proximity_figure(record([1], [0.7])), "text")]
    [words] = [text for text in texts if text and text.startswith("teacher me/<teacher>; critic ...aaa")]
    assert words.endswith("1,000 contexts a length, k = 100")
    assert len(words) < 130


MANY = [number / 10 for number in range(3, 12)]


def test_a_legend_stays_on_the_page_and_no_two_lines_look_alike():
    figure = proximity_figure(record(range(1, 10), MANY))
    root = ElementTree.fromstring(figure)
    named = [part for part in root if part.tag == SVG + "text" and (part.text or "").startswith(("T ", "bars"))]
    assert len(named) == 10
    width, height = (float(root.get(side)) for side in ("width", "height"))
    assert all(float(part.get("x")) + 5 * len(part.text) < width for part in named)
    assert all(float(part.get("y")) < height - 10 for part in named)
    dots = {float(part.get("cx")) for part in parts(figure, "circle")}
    assert min(dots) > 42
    assert max(dots) < 348  # the sides of the plane
    style = root.find(SVG + "style").text
    assert len(set(re.findall(r"\.tone-\d+ \{ stroke: ([^;]+);", style))) == 9


@pytest.mark.parametrize(("share", "bleu"), [(0.0, None), (None, None)])
def test_a_panel_with_nothing_to_draw_says_so(share, bleu):
    nothing = record([1, 2], [0.7], None)
    for row in nothing["rows"]:
        row["critic"] = judged(share, bleu)
    words = {part.text for part in parts(proximity_figure(nothing), "text")}
    assert "No pairs are equivalent, so there is nothing to draw." in words
    assert ("No context has two sentences, so there is nothing to draw." in words) is (share is None)
