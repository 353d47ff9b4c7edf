"""The teacher asked for what its student is trained to do, as a baseline."""

from collections.abc import Sequence

from builders.generation import Decoding, Prompt
from builders.sampling_config import SamplingConfig
from builders.sentences import Sentences
from builders.teachers import load_teacher

from .length_order import Progress, in_length_order
from .training_pairs import Task

TEACHER_BATCH = 32  # a constant: a batch's composition shows in the last bits of its logits
PLAIN = "{source}"
# A language model that was never told to obey is asked by what such a text may follow; TL;DR is Radford et al. (2019).
PROMPTS: dict[Task, str] = {"paraphrase": "{source}\n\nIn other words:", "summary": "{source}\n\nTL;DR:"}


def teacher_outputs(
    config: SamplingConfig, sources: Sequence[str], progress: Progress | None = None, prompt: str = PLAIN
) -> list[str]:
    """The teacher as a baseline: the sentence it most likely goes on with after each source, or after a prompt with it.

    Args:
        config: Of the teacher.
        sources: Sentences.
        progress: Wraps the batches, of which it is told the number.
        prompt: With `{source}` where the source stands; by default the source alone.

    Returns:
        One a source; "" for a source that is too long for the teacher.
    """
    read = [prompt.replace("{source}", source) for source in sources]
    teacher, sentences = load_teacher(config), Sentences(config.domain.sentences)
    greedy = Decoding(max_new_tokens=config.sentence_tokens, endings=config.domain.sentences.endings)

    def continuations(batch: list[int]) -> list[list[str]]:
        prompts = [Prompt(read[i], 0) for i in batch]
        return [continued.texts for continued in teacher.go_on(prompts, greedy, sentences.first_is_done)]

    texts = in_length_order(read, TEACHER_BATCH, continuations, progress)
    return [sentences.first(text) for [text] in (own or [""] for own in texts)]
