"""`impossible paraphrase`: a student's paraphrases of the user's sentences."""

import argparse
import json
import sys

from builders.errors import RunError, UsageError
from builders.files import split_lines
from builders.generation import Prompt
from builders.randomness import key
from trainers.paraphraser import Paraphraser


def print_paraphrases(options: argparse.Namespace) -> None:
    """Paraphrases of sentences from arguments or standard input."""
    for option, value, accepted, holds in (
        ("--n", options.n, "at least 1", options.n >= 1),
        ("--temperature", options.temperature, "in [0, 5]", 0 <= options.temperature <= 5),
        ("--top-p", options.top_p, "in (0, 1]", 0 < options.top_p <= 1),
    ):
        if not holds:
            raise UsageError(f"{option} must be {accepted}, got {value}")
    sentences = [text.strip() for text in options.text or _standard_input() if text.strip()]
    if not sentences:
        raise UsageError("no sentence to paraphrase; give some as arguments or one a line on standard input")
    student = Paraphraser(options.model)
    if options.n == 1:
        outputs = [[text] for text in student.greedy(sentences, label="paraphrase")]
    else:
        prompts = [Prompt(sentence, key(options.seed, "paraphrase", sentence)) for sentence in sentences]
        sampled = student.sample(prompts, options.n, options.temperature, options.top_p, label="paraphrase")
        outputs = [list(dict.fromkeys(texts)) for texts in sampled]
    for number, (sentence, texts) in enumerate(zip(sentences, outputs, strict=True)):
        if options.json:
            print(json.dumps({"source": sentence, "paraphrases": texts}, ensure_ascii=False))
        else:
            between = "\n" if number and options.n > 1 else ""  # sentences may have fewer than n distinct paraphrases
            print(between + "\n".join(texts))


def _standard_input() -> list[str]:
    try:
        return split_lines(sys.stdin.buffer.read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise RunError(f"standard input is not UTF-8 text (offset {error.start}); convert it and run again") from None
