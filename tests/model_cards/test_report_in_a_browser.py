"""RUN/report.html on a phone, in a real browser."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model_cards.report import write_report
from tests.model_cards.test_proximity_figure import record
from tests.model_cards.test_scores import write_rejects
from tests.scripts.served import needs_chromium, opened

pytestmark = [pytest.mark.slow, needs_chromium]

PHONE = {"width": 390, "height": 900}
HOSTILE = '</script><script>document.title = "taken"</script><img src=x onerror=\'document.title = "taken"\'>'
WIDER = """[...document.querySelectorAll("body *")].filter(
    part => !part.closest(".scroll, pre, nav, svg") && part.getBoundingClientRect().right > innerWidth + 1
).map(part => part.outerHTML.slice(0, 80))"""


@pytest.fixture
def report(run):
    """Of a run with proximity and dropped pairs, whose 31 pairs differ in ROUGE-L; one of them is hostile."""
    (run / "proximity").mkdir()
    (run / "proximity/proximity.json").write_text(json.dumps(record([1, 2, 3], [0.5, 1.0])), encoding="utf-8")
    write_rejects(run, 0, [("rouge_l", {"rouge_l": 0.9})])
    number = 0
    for path in sorted((run / "dimple/microworld_news").glob("*.parquet")):
        rows = pq.read_table(path).to_pylist()
        for row in rows:
            row |= {"source": f"Pair {number} of Oslo.", "rouge_l": (7 * number % 31) / 100}
            number += 1
        pq.write_table(pa.Table.from_pylist(rows), path)
    rows[0] |= {"target": HOSTILE + "w" * 300}
    pq.write_table(pa.Table.from_pylist(rows), path)
    return write_report(run)


def phone(report, **settings):
    """The report on a phone; whatever it asks another place for, or fails in, fails the test."""
    return opened(report.as_uri(), viewport=PHONE, **settings)


def shown(page):
    return page.locator(".pairs > .pair .texts p:first-child").all_inner_texts()


def scores(page):
    return [float(pair.get_attribute("data-rouge_l")) for pair in page.locator(".pairs > .pair").all()]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_a_phone_and_nothing_is_fetched(report, scheme):
    with phone(report, color_scheme=scheme) as page:
        for fold in page.locator("summary:visible").all():
            fold.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert page.evaluate(WIDER) == []


def test_pairs_are_searched_ordered_filtered_and_paged(report):
    with phone(report) as page:
        status = page.locator(".pages [role=status]")
        assert status.inner_text() == "1 to 10 of 31"
        assert page.locator("button[name=previous]").is_disabled()
        page.select_option("[name=order]", "rouge_l -1")
        assert scores(page) == [n / 100 for n in range(30, 20, -1)]
        page.click("button[name=next]")
        assert scores(page) == [n / 100 for n in range(20, 10, -1)]
        page.fill("[name=words]", "OSLO pair 12")
        assert [text.split("\n")[-1] for text in shown(page)] == ["Pair 12 of Oslo."]
        assert status.inner_text() == "1 to 1 of 1"
        page.fill("[name=words]", "nowhere")
        assert (shown(page), status.inner_text()) == ([], "No pair fits.")
        page.fill("[name=words]", "")
        page.select_option("[name=split]", "test")
        page.select_option("[name=round]", "0")
        assert {
            (pair.get_attribute("data-split"), pair.get_attribute("data-round")) for pair in page.locator(".pair").all()
        } == {("test", "0")}


def test_what_a_pair_says_is_text(report):
    with phone(report) as page:
        page.fill("[name=words]", "</script>")
        assert page.locator(".pair .texts p:last-child").inner_text().endswith(HOSTILE + "w" * 300)
        assert page.title() == "microworld-news: run report"


def test_without_a_script_the_first_pairs_are_there_and_the_others_behind_a_fold(report):
    with phone(report, java_script_enabled=False) as page:
        assert page.locator(".pair:visible").count() == 10
        assert not page.locator(".controls, .pages").locator("visible=true").count()
        page.click("text=21 more")
        assert page.locator(".pair:visible").count() == 31
