"""A student at work in self-distillation: keyed samples of the teacher's sentences (paper, Section 3.3).

By the loop that samples the teacher, so that a shard has the same bytes whenever and wherever it is made. `Paraphraser`
is for everything else.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from builders.generation import Decoding, Prompt, sample_continuations, sample_targets

from .kind import load_student
from .length_order import in_length_order
from .prompt import prompt, prompt_template, room
from .shortening import shortened

ROWS_PER_BATCH = 128  # a constant: a batch's composition shows in the last bits of its logits


class StudentSampler:
    """Samples of a student.

    Args:
        student: An encoder-decoder model, a causal LM or a LoRA adapter: folder, `package:folder` or Hub id.
        max_new_tokens: Where an output that does not end is cut.

    Raises:
        ConfigError: It is of neither kind.
        RunError: It cannot be loaded.
    """

    def __init__(self, student: str, max_new_tokens: int) -> None:
        self._model, self._tokenizer = load_student(student)
        self._max_new_tokens = max_new_tokens

    def sample(self, prompts: Sequence[Prompt], n: int, temperature: float, top_p: float) -> list[list[str]]:
        """`n` outputs a sentence, in the order of the prompts.

        Args:
            prompts: Sentences, each with the key that its draws depend on.
            n: Outputs a sentence, not necessarily distinct.
            temperature: 0 is greedy.
            top_p: Nucleus.
        """
        generate = sample_targets if self._model.config.is_encoder_decoder else _sample_completions
        decoding = Decoding(num_return=n, temperature=temperature, top_p=top_p, max_new_tokens=self._max_new_tokens)

        def outputs(batch: list[int]) -> list[list[str]]:
            return generate(self._model, self._tokenizer, [prompts[i] for i in batch], decoding)

        return in_length_order([prompt.text for prompt in prompts], max(1, ROWS_PER_BATCH // n), outputs)


def _sample_completions(model: Any, tokenizer: Any, prompts: list[Prompt], decoding: Decoding) -> list[list[str]]:
    """As `sample_targets`, of a decoder-only student.

    Its positions hold source and output together: a source that leaves no room for the output, which may take half of
    them, loses its end.
    """
    template = prompt_template(model.config)
    both = room(model, tokenizer, template)
    written = min(decoding.max_new_tokens, both // 2)
    sources = shortened(tokenizer, [source.text for source in prompts], both - written)
    asked = [Prompt(prompt(template, text), source.key) for text, source in zip(sources, prompts, strict=True)]
    texts = sample_continuations(model, tokenizer, asked, replace(decoding, max_new_tokens=written))
    return [[text.strip() for text in samples] for samples in texts]
