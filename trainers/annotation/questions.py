"""What annotators are asked, on a scale of three points (after the paper's Table 3, Table 5 and Appendix D)."""

from dataclasses import dataclass

from trainers.training_pairs import Task

RATINGS = (1, 2, 3)  # the worst, the middle, the best


@dataclass(frozen=True)
class Question:
    """One question about an output.

    Args:
        name: As the tables have it.
        text: As the annotator reads it.
        meanings: Of the ratings 1, 2 and 3.
    """

    name: str
    text: str
    meanings: tuple[str, str, str]


_FLUENT = (
    "Broken: hard to understand, or no whole sentence",
    "Understandable, with a mistake or a clumsy place",
    "Natural and correct, as a careful writer would put it",
)

QUESTIONS: dict[Task, tuple[Question, ...]] = {
    "paraphrase": (
        Question("fluent", "Does the rewriting read well?", _FLUENT),
        Question(
            "faithful",
            "Does it say the same as the original?",
            (
                "No: something that matters is changed, lost or made up",
                "Mostly: a detail is changed, lost or added",
                "Yes: the same people, numbers, times and claims",
            ),
        ),
        Question(
            "dissimilar",
            "Does it say it in another way?",
            (
                "No: a copy, or only a word or two are exchanged",
                "Somewhat: several other words, but built alike",
                "Yes: other words and another sentence structure",
            ),
        ),
    ),
    "summary": (
        Question("fluent", "Does the summary read well?", _FLUENT),
        Question(
            "faithful",
            "Is all that it says in the original?",
            (
                "No: something that matters is wrong or made up",
                "Mostly: a detail is wrong or made up",
                "Yes: the original says all of it",
            ),
        ),
        Question(
            "concise",
            "Is it short, with what matters in it?",
            (
                "No: hardly shorter, or the main point is lost",
                "Somewhat: it could lose words, or lacks something that matters",
                "Yes: the main point, and no word too many",
            ),
        ),
    ),
}
