"""RUN/figures: the report's pictures as files that stand alone."""

import json
import re
import struct
from xml.etree import ElementTree

import pytest

from model_cards.dataset_card import dataset_card_files, write_dataset_card
from model_cards.plane import text
from model_cards.records import Evaluation, Figure, System
from model_cards.run_figures import png, systems_figure, write_figures
from model_cards.svg_document import document
from tests.model_cards.test_proximity_figure import record
from tests.model_cards.test_scores import write_rejects

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("funnel", "proximity", "scores", "systems", "training")


@pytest.fixture
def drawn(run):
    """The figures of a run that has everything, by name."""
    (run / "proximity").mkdir()
    (run / "proximity/proximity.json").write_text(json.dumps(record([1, 2], [0.7])), encoding="utf-8")
    write_rejects(run, 0, [("rouge_l", {"rouge_l": 0.9})])
    write_figures(run)
    return {path.name: path for path in (run / "figures").iterdir()}


def has_letters():
    """Whether this machine has a font at all; a bare server has none, and then figures are SVG alone."""
    return png(document((60, 20), "", "", [text(6, 14, "kept")])) is not None


needs_letters = pytest.mark.skipif(not has_letters(), reason="this machine has no font")


def words(figure):
    return [part.text for part in ElementTree.fromstring(figure).iter(SVG + "text")]


def test_each_figure_is_there_as_svg_and_where_there_are_letters_as_png(drawn):
    kinds = ("svg", "png") if has_letters() else ("svg",)
    assert sorted(drawn) == sorted(f"{name}.{kind}" for name in NAMES for kind in kinds)


@needs_letters
def test_pixels_have_the_size_of_their_figure(drawn):
    for name in NAMES:
        picture = ElementTree.parse(drawn[f"{name}.svg"]).getroot()
        size = struct.unpack(">II", drawn[f"{name}.png"].read_bytes()[16:24])
        assert size == tuple(round(2 * float(picture.get(side))) for side in ("width", "height"))


def test_no_words_leave_a_figure_and_nothing_is_fetched(drawn):
    for name, path in drawn.items():
        if name.endswith(".svg"):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"url\(|href|@import|<script|<image", text)
            assert ElementTree.fromstring(text).find(SVG + "title").text


@needs_letters
def test_pixels_have_letters():
    worded, wordless = (png(document((60, 20), "", "", [text(6, 14, words)])) for words in ("kept", ""))
    assert len(worded) > len(wordless)


def test_the_funnel_has_the_counts_of_the_metrics(drawn, figures):
    found = words(drawn["funnel.svg"].read_text(encoding="utf-8"))
    for round_ in figures["rounds"]:
        assert f"{round_['candidates']:,}" in found
        assert f"{round_['kept']:,}" in found


def test_what_a_run_no_longer_has_is_no_longer_a_figure(run, figures):
    write_figures(run)
    (run / "metrics.json").write_text(json.dumps(figures | {"evaluation": None}), encoding="utf-8")
    write_figures(run)
    assert not list((run / "figures").glob("systems.*"))
    assert (run / "figures/funnel.svg").is_file()


def test_foreign_names_are_text_in_a_figure():
    hostile = '</text><script>"&'
    system = System(hostile, None, {"rouge_l": Figure(0.5, 10, 0.1, 0.2, 0.9)})
    figure = systems_figure(Evaluation("rows", None, None, (system,)))
    assert hostile in words(figure)
    assert "0.500  (0.200 to 0.900)" in words(figure)


def test_a_dataset_card_shows_figures_that_stand_beside_it(run):
    card = write_dataset_card(run, run / "dimple").read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^]]+\]\(([^)]+)\)", card)
    assert shown == ["microworld_news/funnel.svg", "microworld_news/scores.svg"]
    files = dataset_card_files(run)
    assert list(files) == shown
    assert all((run / "dimple" / name).read_text(encoding="utf-8") == text for name, text in files.items())
    assert "control" not in files["microworld_news/funnel.svg"]  # whose pairs are not in the dataset
