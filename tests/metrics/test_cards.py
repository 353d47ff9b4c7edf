"""What the cards of the metrics show is what the metrics give."""

import ast
import re
from pathlib import Path

import pytest

CARDS = sorted(Path("metrics").glob("*/README.md"))
EXAMPLE = re.compile(r"```python\n(.*)\n# (\{.*\})\n```", re.DOTALL)


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.parent.name)
def test_the_example_gives_what_it_says(card):
    code, shown = EXAMPLE.search(card.read_text(encoding="utf-8")).groups()
    *statements, last = ast.parse(code).body
    known = {}
    exec(compile(ast.Module(statements, []), str(card), "exec"), known)
    given = eval(compile(ast.Expression(last.value), str(card), "eval"), known)
    assert rounded(given) == rounded(ast.literal_eval(shown))


def rounded(result):
    """A model's figures differ in their last bits from one processor to another."""
    if isinstance(result, dict):
        return {name: rounded(value) for name, value in result.items()}
    if isinstance(result, list):
        return [rounded(value) for value in result]
    return round(result, 3) if isinstance(result, float) else result
