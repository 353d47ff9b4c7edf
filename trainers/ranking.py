"""Which of a student's outputs are the best: distinct ones that are no copies, in order.

This file ships with every student as it stands and uses nothing of this project.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from .sentence_form import likeness, words

Critic = Callable[[str, Sequence[str]], Sequence[float]]


def best_outputs(
    source: str, outputs: Sequence[str], critic: Critic | None = None, exemplar: str | None = None
) -> list[str]:
    """The distinct outputs that have other words than the source, or the same in another order, the best first.

    Args:
        source: What was to be said otherwise.
        outputs: The greedy one and then the samples. The greedy one is the best, before what was drawn most often.
        critic: Gives each output a score for the source, which then decides; see `Paraphraser`.
        exemplar: Likeness to its form decides before anything else.

    Raises:
        ValueError: The critic does not give a score for each output.
    """
    often = Counter(tuple(words(text)) for text in outputs[1:])
    first: dict[tuple[str, ...], str] = {}  # the first spelling of each
    for text in outputs:
        if words(text) not in ([], words(source)):
            first.setdefault(tuple(words(text)), text)
    greedy = tuple(words(outputs[0]))
    best = [first[said] for said in sorted(first, key=lambda said: (said != greedy, -often[said]))]
    if critic is not None and best:
        scores = list(critic(source, best))
        if len(scores) != len(best):
            raise ValueError(f"a critic must give one score an output, got {len(scores)} for {len(best)}")
        score = dict(zip(best, scores, strict=True))
        best.sort(key=lambda text: -score[text])
    if exemplar is not None:
        best.sort(key=lambda text: -likeness(text, exemplar))
    return best
