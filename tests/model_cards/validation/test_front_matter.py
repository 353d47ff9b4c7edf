import pytest

from model_cards.validation.front_matter import FrontMatterError, read_front_matter


@pytest.mark.parametrize(
    "text",
    ["---\nlicense: mit\n---\n", "---\nlicense: mit\n---", "\ufeff---\r\nlicense: mit\r\n---\r\n# Title\r\n---\r\n"],
)
def test_reads_the_block_at_the_top(text):
    assert read_front_matter(text) == {"license": "mit"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "does not begin with a line ---"),
        ("# A title\n---\nlicense: mit\n---\n", "does not begin with a line ---"),
        ("---\nlicense: mit\n", "no second line --- ends it"),
        ("---\nlicense: [mit\n---\n", r"is no YAML \(line 2\)"),
        ("---\nlicense: mit: x\n---\n", r"is no YAML \(line 2\)"),
        ("---\nlicense: !!python/name:os.system\n---\n", r"is no YAML \(line 2\)"),
        ("---\n- mit\n---\n", "must be a mapping of names to values"),
        ("---\n---\n", "must be a mapping of names to values"),
        ("---\n1: mit\n---\n", "must be a mapping of names to values"),
        ("---\nlicense: mit\ntags: []\nlicense: gpl\n---\n", r"license stands twice \(line 4\); keep one of them"),
        ("---\nconfigs:\n- config_name: a\n  config_name: b\n---\n", r"config_name stands twice \(line 4\)"),
    ],
)
def test_says_what_the_hub_could_not_read(text, problem):
    with pytest.raises(FrontMatterError, match=problem) as error:
        read_front_matter(text)
    assert len(str(error.value).splitlines()) == 1
