"""A student at work for the commands: `impossible paraphrase`, and the outputs that an evaluation scores."""

import argparse
import json
import sys
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from builders.critics.entailment import check_nli_model
from builders.errors import RunError, UsageError, one_line
from builders.files import split_lines
from builders.model_place import settings_folder
from builders.parsers.loading import load_parser
from builders.progress import track
from trainers.kind import load_student
from trainers.training_pairs import Task

if TYPE_CHECKING:
    from trainers.paraphraser import Paraphraser


def load_paraphraser(student: str, critic: str | None = None, task: Task = "paraphrase") -> "Paraphraser":
    """A student in fp32, as it was trained, with the parser that its form is read by.

    Args:
        student: Folder, `package:folder` or Hub id.
        critic: An NLI model to rank its outputs.
        task: What the outputs are meant to be.

    Raises:
        ConfigError: The student or the critic is of the wrong kind.
        RunError: One of them cannot be loaded.
    """
    from trainers.entailment_ranking import entailment_ranking
    from trainers.paraphraser import Paraphraser, read_control  # imports torch and transformers

    model, tokenizer = load_student(student)
    ranking = entailment_ranking(critic, task) if critic else None
    try:
        control = read_control(str(settings_folder(student)))
        parser = (control or {}).get("parser")
        parse = None if parser is None else lambda sentences: load_parser(parser)(sentences)  # when it is first asked
        return Paraphraser(model, tokenizer, control, ranking, parse)
    except ValueError as error:
        raise RunError(f"model '{student}': {one_line(error)}") from None


def greedy_outputs(student: str, sources: Sequence[str], label: str) -> list[str]:
    """The likeliest output of each source, token by token, with progress under the label."""
    paraphraser = load_paraphraser(student)
    outputs = paraphraser.paraphrase(sources, progress=partial(track, label=label))
    tell_what_was_cut(paraphraser, len(sources))
    return [text for [text] in outputs]


def print_paraphrases(options: argparse.Namespace) -> None:
    """Paraphrases of sentences from arguments or standard input."""
    settings = _checked_numbers(options)
    sentences = [text.strip() for text in options.text or _standard_input() if text.strip()]
    if not sentences:
        raise UsageError("no sentence to paraphrase; give some as arguments or one a line on standard input")
    if options.critic is not None:
        check_nli_model(options.critic)
    paraphraser = load_paraphraser(options.model, options.critic, options.task)
    try:
        outputs = paraphraser.paraphrase(
            sentences, like=options.like, progress=partial(track, label="paraphrase"), **settings
        )
    except ValueError as error:
        raise UsageError(f"--{error}") from None
    tell_what_was_cut(paraphraser, len(sentences))
    for number, (sentence, texts) in enumerate(zip(sentences, outputs, strict=True)):
        if not texts:
            print(f"only copies of {sentence!r} came; a higher --temperature or --n may help", file=sys.stderr)
        if options.json:
            print(json.dumps({"source": sentence, "paraphrases": texts}, ensure_ascii=False))
        elif texts:
            between = "\n" if number and options.n > 1 else ""  # sentences may have fewer than n distinct paraphrases
            print(between + "\n".join(texts))


def _checked_numbers(options: argparse.Namespace) -> dict[str, Any]:
    from trainers.paraphraser import check  # imports torch and transformers

    names = ("n", "compression", "abstraction", "temperature", "top_p", "seed")
    settings = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    for name, value in settings.items():
        try:
            check(name, value)
        except ValueError as error:
            raise UsageError(f"--{name.replace('_', '-')}{str(error).removeprefix(name)}") from None
    return settings


def tell_what_was_cut(paraphraser: "Paraphraser", sentences: int) -> None:
    """Says on standard error how many sentences of the latest call were too long for the model."""
    if paraphraser.cut:
        problem = f"{paraphraser.cut} of {sentences} sentences have more tokens than the model takes"
        print(f"{problem}, and lost their last words", file=sys.stderr)


def _standard_input() -> list[str]:
    try:
        return split_lines(sys.stdin.buffer.read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise RunError(f"standard input is not UTF-8 text (offset {error.start}); convert it and run again") from None
