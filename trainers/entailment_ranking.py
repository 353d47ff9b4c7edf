"""An NLI model as the critic that ranks a student's outputs."""

from collections.abc import Sequence

from builders.critics.entailment import entailment_model

from .ranking import Critic
from .training_pairs import Task


def entailment_ranking(model: str, task: Task) -> Critic:
    """A critic for `Paraphraser`: how surely an output follows from its source and, of a paraphrase, the other way too.

    Args:
        model: An NLI model: folder, `package:folder` or Hub id.
        task: "paraphrase" takes the lower of the two probabilities, "summary" the one from source to output.

    Raises:
        ConfigError: It is no NLI model.
        RunError: It cannot be loaded.
    """
    nli = entailment_model(model)

    def scores(source: str, outputs: Sequence[str]) -> list[float]:
        forward = nli.probabilities([(source, output) for output in outputs])
        if task == "summary":
            return forward
        backward = nli.probabilities([(output, source) for output in outputs])
        return [min(both) for both in zip(forward, backward, strict=True)]

    return scores
