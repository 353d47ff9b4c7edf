"""References, a list a row or one alone: the same file in every metric that has some, since its folder stands alone."""

from collections.abc import Sequence

References = Sequence[str] | Sequence[Sequence[str]]


def check_form(references: References | None) -> None:
    """Looks at a batch before `evaluate` does, which takes the first row for the form of all the others.

    Raises:
        ValueError: There is no row, or a list stands among plain texts.
    """
    if references is None:
        return
    if not len(references):
        raise ValueError("there is no row to score; give at least one")
    if len({isinstance(row, str) for row in references}) > 1:
        raise ValueError("some rows have a list of references and others a plain text; give every row a list")


def as_lists(references: References) -> list[Sequence[str]]:
    """The references of each row as a list.

    Raises:
        ValueError: A row has none.
    """
    rows = [[row] if isinstance(row, str) else row for row in references]
    for number, row in enumerate(rows):
        if not row:
            raise ValueError(f'row {number} has no reference; give at least one, which may be ""')
    return rows
