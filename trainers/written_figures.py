"""How good what a student in training writes to its validation sources is: the figures it may be stopped by."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

from metrics.ibleu.sentence_bleu import sentence_ibleu
from metrics.rouge_l.overlap import rouge_l

from .paraphraser import Paraphraser
from .training_pairs import TextPair


def written_figures(
    model: Any,
    tokenizer: Any,
    pairs: Sequence[TextPair],
    plain_sources: Sequence[str],
    metric: Literal["ibleu", "rouge_l"],
    max_new_tokens: int,
) -> Callable[[list[int]], dict[str, list[float]]]:
    """A function from numbers of validation pairs to the figure of each, by greedy generation from the model as it is.

    Args:
        model: In training.
        tokenizer: Its tokenizer.
        pairs: What the student reads, and the target.
        plain_sources: The sources, without a signal that leads the student.
        metric: iBLEU of output, target and plain source on the scale of 0-100, sentence by sentence; or ROUGE-L of
            output and target in [0, 1].
        max_new_tokens: Where an output that does not end is cut.
    """

    def figures(numbers: list[int]) -> dict[str, list[float]]:
        sources = [pairs[number][0] for number in numbers]
        written = Paraphraser(model.eval(), tokenizer).paraphrase(sources, max_new_tokens=max_new_tokens)
        outputs = [text for [text] in written]
        if metric == "rouge_l":
            return {metric: [rouge_l(pairs[i][1], output) for i, output in zip(numbers, outputs, strict=True)]}
        rows = zip(numbers, outputs, strict=True)
        return {metric: [sentence_ibleu(plain_sources[i], output, pairs[i][1]) for i, output in rows]}

    return figures
