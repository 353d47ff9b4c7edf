"""A trained student at work: paraphrases (or summaries) of given sentences, greedy or sampled."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from builders.generation import Decoding, Prompt, sample_continuations, sample_targets
from builders.progress import track

from .kind import load_student
from .prompt import prompt, prompt_template, room
from .shortening import shortened

ROWS_PER_BATCH = 128  # a constant: a batch's composition shows in the last bits of its logits
MAX_NEW_TOKENS = 100  # the authors' released code


class Paraphraser:
    """Generation from a student, by the same loop that samples the teacher.

    Args:
        student: An encoder-decoder model, a causal LM or a LoRA adapter: folder, `package:folder` or Hub id.
        max_new_tokens: Where an output that does not end is cut.

    Raises:
        ConfigError: It is of neither kind.
        RunError: It cannot be loaded.
    """

    def __init__(self, student: str, max_new_tokens: int = MAX_NEW_TOKENS) -> None:
        self._model, self._tokenizer = load_student(student)
        self._max_new_tokens = max_new_tokens

    def greedy(self, sentences: Sequence[str], label: str | None = None) -> list[str]:
        """The likeliest output of each sentence, token by token; each distinct sentence is generated from once."""
        return greedy_outputs(self._model, self._tokenizer, sentences, self._max_new_tokens, label)

    def sample(
        self, prompts: Sequence[Prompt], n: int, temperature: float, top_p: float, label: str | None = None
    ) -> list[list[str]]:
        """`n` outputs a sentence, in the order of the prompts.

        Args:
            prompts: Sentences, each with the key that its draws depend on.
            n: Outputs a sentence, not necessarily distinct.
            temperature: 0 is greedy.
            top_p: Nucleus.
            label: For the progress bar; without one none is shown.
        """
        decoding = Decoding(num_return=n, temperature=temperature, top_p=top_p, max_new_tokens=self._max_new_tokens)
        return _outputs(self._model, self._tokenizer, prompts, decoding, label)


def greedy_outputs(
    model: Any, tokenizer: Any, sentences: Sequence[str], max_new_tokens: int, label: str | None = None
) -> list[str]:
    """The likeliest output of each sentence by a student at hand, such as one in training."""
    distinct = list(dict.fromkeys(sentences))
    decoding = Decoding(max_new_tokens=max_new_tokens)
    outputs = _outputs(model, tokenizer, [Prompt(sentence, 0) for sentence in distinct], decoding, label)
    output = {sentence: text for sentence, [text] in zip(distinct, outputs, strict=True)}
    return [output[sentence] for sentence in sentences]


def _outputs(
    model: Any, tokenizer: Any, prompts: Sequence[Prompt], decoding: Decoding, label: str | None
) -> list[list[str]]:
    generate = sample_targets if model.config.is_encoder_decoder else _sample_completions

    def outputs(batch: list[Prompt]) -> list[list[str]]:
        return generate(model, tokenizer, batch, decoding)

    return in_length_order(prompts, max(1, ROWS_PER_BATCH // decoding.num_return), outputs, label)


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


def in_length_order(
    prompts: Sequence[Prompt],
    batch_size: int,
    work: Callable[[list[Prompt]], list[list[str]]],
    label: str | None = None,
) -> list[list[str]]:
    """Applies `work` to batches of prompts of like length; results come in the prompts' own order.

    Progress is shown under the label, if there is one, unless a single batch is all.
    """
    order = sorted(range(len(prompts)), key=lambda i: (len(prompts[i].text), prompts[i].text))
    batches: Iterable[list[int]] = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
    if label is not None and len(order) > batch_size:
        batches = track(batches, -(-len(order) // batch_size), label)
    results: dict[int, list[str]] = {}
    for batch in batches:
        results.update(zip(batch, work([prompts[i] for i in batch]), strict=True))
    return [results[i] for i in range(len(prompts))]
