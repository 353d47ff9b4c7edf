"""`impossible annotate` from outputs to a report, and its page in a real browser where there is one."""

import json
import socket

import pytest

from tests.scripts.conftest import impossible
from tests.scripts.served import needs_chromium, opened, served
from trainers.annotation.answers import Answer, Answers
from trainers.annotation.task import answers_folder, read_systems, read_task

HOSTILE = "<img src=x onerror=\"document.title='broken'\"> & costs $5."
SOURCES = ["Profit rose by 5 percent.", "Rain closed the airport.", HOSTILE]


@pytest.fixture
def files(tmp_path):
    """The outputs of two systems."""
    for name, text in {"quokka": "It is said: {}", "numbat": "{} So they say."}.items():
        rows = [{"source": source, "output": text.format(source), "reference": None} for source in SOURCES]
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return [f"{name}={tmp_path / name}.jsonl" for name in ("quokka", "numbat")]


@pytest.fixture
def task(tmp_path, files):
    """The folder of a task."""
    outcome = impossible("annotate", "make", tmp_path / "task", "--outputs", *files)
    assert outcome.status == 0, outcome.err
    return tmp_path / "task"


def test_making_says_what_was_made_and_how_to_go_on(tmp_path, files):
    outcome = impossible("annotate", "make", tmp_path / "task", "--outputs", files[0], "--outputs", files[1], "--n", 2)
    assert outcome.out == (
        f"{tmp_path}/task: 4 outputs to rate, of 2 systems for 2 sentences\n"
        f"Next: impossible annotate serve {tmp_path}/task\n"
    )


def test_making_counts_the_rows_whose_sentence_had_come_before(tmp_path, files):
    rows = [{"source": SOURCES[0], "output": output} for output in ("Another output.", f"It is said: {SOURCES[0]}")]
    with (tmp_path / "quokka.jsonl").open("a") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    outcome = impossible("annotate", "make", tmp_path / "task", "--outputs", *files)
    words = "Left out: 2 rows whose sentence had come before in the same file (1 with another output; the first counts)"
    assert words in outcome.out.splitlines()
    texts = {item.output for item in read_task(tmp_path / "task").items}
    assert f"It is said: {SOURCES[0]}" in texts
    assert "Another output." not in texts


def test_a_run_is_a_task_of_its_systems(tmp_path, finished):
    outcome = impossible("annotate", "make", tmp_path / "task", "--run", finished, "--json")
    made = json.loads(outcome.out)
    assert (made["sources"], made["new"]) == (4, True)
    assert "plain teacher" in read_systems(tmp_path / "task").outputs


def test_the_report_has_means_agreement_and_the_papers_rows(task, tmp_path):
    systems, answers = read_systems(task), Answers(answers_folder(task))
    for annotator, ratings in {"ann": (3, 1), "bob": (3, 2)}.items():
        for rating, written in zip(ratings, systems.outputs.values(), strict=True):
            for item in written.values():
                answers.add(annotator, Answer(item, "fluent", rating, "now"))
    options = ["--against", "numbat", "--paper", "--csv", tmp_path / "out.csv"]
    lines = impossible("annotate", "report", task, *options).out.splitlines()
    assert lines[1].split() == ["quokka", "3", "3.00", "±", "0.00", "-", "-"]
    assert lines[2].split() == ["numbat", "3", "1.50", "±", "0.00", "-", "-"]
    assert ["quokka", "+1.50", "(+1.50", "to", "+1.50)*", "-", "-"] in map(str.split, lines)
    assert any(line.startswith("  faithful") and "not defined: nothing has two ratings" in line for line in lines)
    assert [line.split() for line in lines][-1] == ["Impossible-T5", "2.74", "2.55", "2.40"]
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 1 + 12
    record = json.loads(impossible("annotate", "report", task, "--json").out)
    assert record["systems"]["numbat"]["fluent"]["mean"] == 1.5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["make", "TASK", "--run", "nowhere"], "'nowhere' is no run folder"),
        (["make", "TASK", "--outputs", "a"], "--outputs must be NAME=FILE, such as copy=copy.jsonl, got 'a'"),
        (["make", "TASK", "--outputs", "a=b", "--n", "0"], "--n must be at least 1, got 0"),
        (["serve", "nowhere"], "'nowhere' is no task for annotators"),
        (["serve", "nowhere", "--port", "70000"], "--port must lie in 0..65535, got 70000"),
        (["report", "nowhere"], "'nowhere' is no task for annotators"),
    ],
)
def test_a_mistake_is_one_line(arguments, words):
    outcome = impossible("annotate", *arguments)
    assert outcome.status == 2
    assert words in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_port_that_is_taken_is_one_line(task):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        outcome = impossible("annotate", "serve", task, "--port", other.getsockname()[1])
    assert outcome.status == 1
    assert "Address already in use); choose another by --port" in outcome.err
    assert outcome.err.count("\n") == 1


def stored(task, annotator):
    """The ratings of an annotator in the order of their items, three an item."""
    given = Answers(answers_folder(task)).of(annotator)
    order, questions = read_task(task).order(annotator), ("fluent", "faithful", "dissimilar")
    return [given[item.id, name].rating if (item.id, name) in given else "" for item in order for name in questions]


def all_stored(page):
    page.wait_for_selector("text=All your answers are stored.")


@pytest.mark.slow
@needs_chromium
def test_items_are_rated_by_keyboard_over_reloads(task):
    first = read_task(task).order("ann")[0]
    with served("annotate", "serve", task, "--port", "0") as address, opened(address) as page:
        page.wait_for_selector("#name:focus")
        page.keyboard.type("Ann")
        page.keyboard.press("Enter")
        page.wait_for_selector("#source")
        assert page.inner_text("#source") == first.source
        assert page.inner_text("#output") == first.output
        for key in ("3", "2", "1", "0", "2"):
            page.keyboard.press(key)
        all_stored(page)
        assert stored(task, "ann") == [3, 2, 1, None, 2, *[""] * 13]
        page.reload()
        page.wait_for_selector("#source")
        assert page.inner_text("#count") == "2 of 6"
        assert page.inner_text(".question.current .text-of") == "Does it say it in another way?"
        for key in ("Backspace", "ArrowLeft", "1", "n", *"3" * 13):
            page.keyboard.press(key)
        page.wait_for_selector("#done")
        assert page.inner_text("#done h1") == "All done, thank you"
        all_stored(page)
        assert stored(task, "ann") == [3, 2, 1, 1, 2, *[3] * 13]


@pytest.mark.slow
@needs_chromium
def test_texts_are_shown_as_they_are(task):
    with served("annotate", "serve", task, "--port", "0") as address, opened(address) as page:
        page.goto(f"{address}?annotator=ann")
        shown = set()
        for _ in range(6):
            page.wait_for_selector("#source")
            shown.add(page.inner_text("#source"))
            for _ in range(3):
                page.keyboard.press("ArrowRight")
        assert shown == set(SOURCES)
        assert page.title() == "Rate rewritings"
        assert page.inner_text("#done-words") == "18 questions are still open."


@pytest.mark.slow
@needs_chromium
def test_answers_wait_for_a_server_that_is_away(task):
    size = {"width": 390, "height": 844}  # a phone's
    with served("annotate", "serve", task, "--port", "0") as address, opened(address, viewport=size) as page:
        page.on("dialog", lambda dialog: dialog.accept())  # whether the page may be left with answers unstored
        page.goto(f"{address}?annotator=ann")
        page.wait_for_selector("#source")
        page.route("**/api/answers", lambda route: route.abort())
        page.keyboard.press("3")
        page.click(".question.current >> text=Mostly: a detail is changed")
        page.wait_for_selector("#trouble")
        assert page.inner_text("#trouble").startswith("Not stored: the server does not answer. Trying again")
        assert page.inner_text("#saved") == "2 not stored yet"
        page.reload()
        page.wait_for_selector("#source")
        assert page.inner_text(".question.current .text-of") == "Does it say it in another way?"
        assert stored(task, "ann") == [""] * 18
        page.unroute("**/api/answers")
        all_stored(page)
        assert page.is_hidden("#trouble")
        assert stored(task, "ann")[:3] == [3, 2, ""]
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.slow
@needs_chromium
def test_answers_that_wait_outlive_another_annotator_and_another_task_in_the_tab(task):
    with served("annotate", "serve", task, "--port", "0") as address, opened(address) as page:
        page.on("dialog", lambda dialog: dialog.accept())
        of_another_task = {"annotator": "ann", "item": "elsewhere", "question": "fluent", "rating": 1}
        page.evaluate("rows => sessionStorage.setItem('unsent answers', rows)", json.dumps([of_another_task]))
        page.route("**/api/answers", lambda route: route.abort())
        for annotator, key in (("ann", "3"), ("bob", "2")):
            page.goto(f"{address}?annotator={annotator}")
            page.wait_for_selector("#source")
            page.keyboard.press(key)
        assert page.inner_text("#saved") == "2 not stored yet"
        assert page.inner_text("#count") == "1 of 6"
        page.unroute("**/api/answers")
        all_stored(page)
        assert [stored(task, annotator) for annotator in ("ann", "bob")] == [[3, *[""] * 17], [2, *[""] * 17]]
        assert json.loads(page.evaluate("sessionStorage.getItem('unsent answers')")) == [of_another_task]
