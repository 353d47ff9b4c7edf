"""RUN/report.html."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from model_cards.report import write_report
from model_cards.run_folder import CardError
from tests.model_cards.test_proximity_figure import record as measured_proximity

VOID = {"meta", "br", "link", "img", "input", "hr"}
STYLE = Path(__file__).parents[2] / "model_cards/templates/report.css"
SCRIPT = STYLE.with_name("report.js")


class Page(HTMLParser):
    """Elements, text and ids of a page; fails on a tag that is not closed where it should be."""

    def __init__(self, html):
        super().__init__()
        self.open, self.elements, self.ids, self.text, self.script, self.bold = [], [], set(), "", "", []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.ids.add(dict(attributes).get("id"))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "script" in self.open:
            self.script += data
        elif "style" not in self.open:
            self.text += data
        if "b" in self.open:
            self.bold.append(data)


def page_of(run):
    return Page(write_report(run).read_text(encoding="utf-8"))


def test_every_section_is_there_and_every_link_leads_to_one(run):
    page = page_of(run)
    links = {attributes["href"][1:] for tag, attributes in page.elements if tag == "a"}
    assert links == {"funnel", "dataset", "scores", "training", "evaluation", "outputs", "pairs", "provenance"}
    assert links <= page.ids


def test_sentences_that_were_sampled_are_told_from_those_that_were_used(run):
    text = page_of(run).text
    assert "sentences sampled6,720after 720 contexts" in text
    assert "240 contexts, 5,760 sentences sampled, 5,611 of them qualified and distinct" in text
    assert "480 contexts, 960 sentences sampled, 953 of them rewritten by the student" in text


@pytest.mark.parametrize(
    ("split", "words"), [("test", "Test sources"), ("development", "Development sources"), (None, "Sources")]
)
def test_figures_are_told_of_the_split_that_they_come_from(make_run, figures, split, words):
    figures["evaluation"]["split"] = split
    assert f"Evaluation{words} of microworld.benchmark:news, n" in page_of(make_run(figures)).text.replace("\n", "")


def test_nothing_is_fetched_and_nothing_runs_but_the_pages_own_script(run):
    html = write_report(run).read_text(encoding="utf-8")
    page = Page(html)
    assert not {tag for tag, _ in page.elements} & {"link", "img", "iframe", "object"}
    assert not [attributes for _, attributes in page.elements if "src" in attributes or "onload" in attributes]
    assert not re.search(r"url\(|@import", STYLE.read_text())
    assert not re.search(r"fetch\(|XMLHttpRequest|import\(|https?:", SCRIPT.read_text())
    [script] = re.findall("<script>(.*?)</script>", html, flags=re.DOTALL)
    [policy] = [attributes["content"] for tag, attributes in page.elements if "http-equiv" in attributes]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy.startswith("default-src 'none';")
    assert f"script-src 'sha256-{digest}';" in policy


def test_charts_are_well_formed_and_told_in_words(run):
    charts = re.findall(r"<svg.*?</svg>", write_report(run).read_text(encoding="utf-8"), flags=re.DOTALL)
    labels = [ElementTree.fromstring(chart).get("aria-label") for chart in charts]
    assert "28,113 dropped, 33,721 left" in labels
    assert "Loss by step of student, self-distilled" in labels
    assert "student, self-distilled: 66.3% ± 1.2" in labels
    kept = "round 0, 16 kept pairs, median 0.41; round 1, 15 kept pairs, median 0.41"
    assert f"ROUGE-L of the pairs: {kept}; kept up to 0.75" in labels
    assert all(labels)


def test_stages_that_the_recipe_no_longer_has_are_not_drawn(run, figures):
    figures["evaluation"]["systems"] = figures["evaluation"]["systems"][:2]
    (run / "metrics.json").write_text(json.dumps(figures), encoding="utf-8")
    charts = re.findall('Loss by step of ([^"]+)', write_report(run).read_text(encoding="utf-8"))
    assert charts == ["student, round 0"]


def test_foreign_text_is_shown_and_not_obeyed(make_run, figures, recipe):
    hostile = '</pre><script>alert("x")</script> & <b>|'
    recipe |= {"notes": [hostile], "name": hostile}
    figures |= {"name": hostile, "command": hostile}
    figures["rounds"][0]["dropped"][0]["reason"] = hostile
    for system in figures["evaluation"]["systems"]:
        system["name"] += hostile
        system["examples"][0] = {"source": hostile, "output": hostile, "faithful": True}
    page = page_of(make_run(figures, recipe, pairs=[(hostile, hostile)]))
    assert [tag for tag, _ in page.elements].count("script") == 1  # the page's own
    assert "alert" not in page.script
    assert not [number for number in page.bold if not re.fullmatch(r"[\d.]+", number)]
    assert page.text.count(hostile) > 20


@pytest.mark.parametrize(
    ("part", "section"),
    [
        ("rounds", "funnel"),
        ("dataset", "pairs"),
        ("dataset", "dataset"),
        ("dataset", "scores"),
        ("evaluation", "evaluation"),
        ("evaluation", "outputs"),
    ],
)
def test_a_part_that_was_not_run_has_no_section(make_run, figures, part, section):
    page = page_of(make_run(figures | {part: None}))
    assert section not in page.ids
    assert not any(attributes.get("href") == f"#{section}" for _, attributes in page.elements)


def test_intervals_are_those_of_the_metrics_where_they_have_them(run, figures):
    figure = figures["evaluation"]["systems"][2]["figures"]["rouge_l"]
    assert f"{figure['value'] - 1.96 * figure['standard_error']:.3f} to " in page_of(run).text
    figure |= {"low": 0.1234, "high": 0.8767}
    (run / "metrics.json").write_text(json.dumps(figures), encoding="utf-8")
    assert "0.123 to 0.877" in page_of(run).text


def test_pairs_come_from_all_splits_and_no_text_is_endless(make_run):
    long = "word " * 1000
    page = page_of(make_run(pairs=[(long, long)]))
    pairs = [attributes for tag, attributes in page.elements if attributes.get("class") == "pair"]
    assert {pair["data-split"] for pair in pairs} == {"train", "validation", "test"}
    assert len(pairs) == 31
    assert pairs[0]["data-rouge_l"] == "0.41"
    assert len(page.text) < 100_000  # of 310,000 characters


def test_a_large_dataset_leaves_a_small_page(make_run, figures):
    figures["dataset"]["splits"] = {"train": 5000, "validation": 300, "test": 300}
    report = write_report(make_run(figures))
    assert report.stat().st_size < 1_000_000
    assert report.read_text(encoding="utf-8").count('class="pair"') == 200


def test_proximity_is_shown_where_it_was_measured_into_the_run(run):
    assert "proximity" not in page_of(run).ids
    (run / "proximity").mkdir()
    measured = measured_proximity([1, 2, 3], [0.5, 1.0])
    (run / "proximity/proximity.json").write_text(json.dumps(measured), encoding="utf-8")
    page = page_of(run)
    assert "proximity" in page.ids
    assert "Teacher me/<teacher>; critic ...aaa" in page.text
    (run / "proximity/proximity.json").write_text("{}", encoding="utf-8")
    with pytest.raises(CardError, match=r"proximity\.json lacks or misstates 'rows'; measure it again"):
        write_report(run)


def test_without_an_oracle_nothing_is_said_of_one(make_run, figures, recipe):
    for round_ in figures["rounds"]:
        round_["audit"] = None
    assert "precision by the oracle" not in page_of(make_run(figures)).text


def test_a_single_round_summary_run_has_its_report(make_run, summary_figures, summary_recipe):
    page = page_of(make_run(summary_figures, summary_recipe))
    assert "faithful summaries" in page.text
    assert "truly entailed" in page.text
    assert "\N{CHECK MARK} entailed" in page.text
    assert "pairs" in page.ids


def test_limits_of_the_microworld_stand_with_its_numbers(run):
    assert "embedded microworld" in page_of(run).text


def test_a_run_with_nothing_but_a_name_has_a_report(make_run, figures, recipe):
    run = make_run({"name": "x", "task": "paraphrase", "domain": "news", "dataset": None}, {"name": "x"})
    for record in run.glob("students/*/training.json"):
        record.unlink()
    assert page_of(run).ids == {None, "provenance"}


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "paper", "least"),
    [
        ("ink", "page", 7),
        ("ink", "card", 7),
        ("muted", "page", 4.5),
        ("muted", "card", 4.5),
        ("ink", "note-back", 7),
        ("good", "good-back", 4.5),
        ("bad", "bad-back", 4.5),
        ("student", "track", 3),
        ("valid", "card", 3),
        ("bound", "card", 4.5),
        ("other", "card", 2),
        ("train", "card", 3),
    ],
)
def test_colours_are_told_apart_as_wcag_asks(scheme, ink, paper, least):
    palette = STYLE.read_text().split("@media (prefers-color-scheme: dark)")[scheme]
    colours = dict(re.findall(r"--([\w-]+): #(\w{6});", palette))

    def luminance(name):
        channels = [int(colours[name][at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(ink), luminance(paper)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= least


def test_it_says_what_did_not_qualify(run):
    text = write_report(run).read_text(encoding="utf-8")
    assert "Of 5,760 sampled sentences, 99 did not qualify: no end of a sentence (96), " in text
    assert "Of 11,436 rewritings by the student, 43 did not qualify: " in text
