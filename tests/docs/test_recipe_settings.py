from docs.recipe_settings import PAGE, SECTIONS, WHY, page, settings


def test_the_page_of_settings_matches_the_code():
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "run: .venv/bin/python docs/recipe_settings.py"


def test_every_default_has_a_source_and_every_explanation_a_setting():
    named = {f"{config.__name__}.{s.name}": s for config in SECTIONS.values() for s in settings(config)}
    assert all(s.source or s.default == "required" or s.kind == "section" for s in named.values())
    assert named.keys() >= WHY.keys()
    assert not [name for name in WHY if named[name].source != WHY[name]]  # the code has a comment of its own by now


def test_defaults_come_from_the_code_and_sources_from_its_comments():
    [k] = [s for s in settings(SECTIONS["sampling"]) if s.name == "k"]
    assert (k.kind, k.default, k.source) == ("whole number", "`100`", "paper, Section 3.1")


def test_a_changed_default_shows():
    text = PAGE.read_text(encoding="utf-8")
    stale = text.replace("| `k` | whole number | `100` |", "| `k` | whole number | `99` |")
    assert stale != text == page(stale)
