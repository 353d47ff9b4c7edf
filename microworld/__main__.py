"""`python -m microworld`: discourses, meanings, paraphrase sets and trees, to look at."""

import argparse
import random
import sys
from collections.abc import Iterator

from microworld.frames import Meaning
from microworld.oracle import meaning
from microworld.parser import parse
from microworld.reading import DOMAINS, grammar_of
from microworld.story import SPLITS, draw_any_event, draw_story, restrict


def main(arguments: list[str] | None = None) -> int:
    """Prints what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m microworld", description=__doc__)
    parser.add_argument("--domain", choices=DOMAINS, help="the domain (default: both)")
    parser.add_argument("--split", choices=SPLITS, default="train", help="of the meanings")
    parser.add_argument("--seed", type=int, default=0, help="the same seed prints the same (default: 0)")
    parser.add_argument("-n", type=int, default=2, help="how many of each (default: 2)")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--ways", action="store_true", help="events, each said in as many ways as were found")
    shown.add_argument("--read", metavar="SENTENCE", help="what a sentence means, its tree and other ways to say it")
    options = parser.parse_args(arguments)
    if options.n < 1:
        parser.error(f"-n must be at least 1, got {options.n}")
    rng = random.Random(options.seed)
    if options.read is not None:
        lines = read(options.read, rng)
    else:
        show = ways if options.ways else discourse
        domains = [options.domain] if options.domain else DOMAINS
        lines = (line for domain in domains for _ in range(options.n) for line in show(rng, options.split, domain))
    print(*lines, sep="\n")
    return 0


def discourse(rng: random.Random, split: str, domain: str) -> Iterator[str]:
    """A passage, then each of its sentences with its meaning."""
    story = draw_story(rng, split, domain)
    yield f"{domain}: {story.text}\n"
    for number, (sentence, said) in enumerate(zip(story.sentences, story.meanings, strict=True), start=1):
        yield f"{number}. {sentence.text}\n   {described(said)}"
    yield ""


def ways(rng: random.Random, split: str, domain: str) -> Iterator[str]:
    """An event with some of its details, and the ways to say it that were found."""
    event = draw_any_event(rng, split, domain)
    frame = grammar_of(event.frame).frames[event.frame]
    details = [*frame.optional, *frame.modifiers]
    said = restrict(frame, event, set(rng.sample(details, rng.randint(0, 2))))
    yield f"{domain}: {described(said)}"
    yield from (f"  {text}" for text in paraphrases(said, rng))
    yield ""


def read(sentence: str, rng: random.Random) -> Iterator[str]:
    """What a sentence means, its tree and other ways to say it."""
    said = meaning(sentence)
    yield f"meaning  {described(said) if said else 'none: this is no sentence of the world'}"
    yield f"tree     {parse(sentence)}"
    if said:
        yield "other ways to say it"
        yield from (f"  {text}" for text in paraphrases(said, rng) if text != sentence)


def described(said: Meaning) -> str:
    """A meaning in one line, its core roles first."""
    frame, roles = grammar_of(said.frame).frames[said.frame], dict(said.roles)
    return f"{said.frame}: " + ", ".join(f"{role} = {roles[role]}" for role in frame.types if role in roles)


def paraphrases(said: Meaning, rng: random.Random, draws: int = 60) -> list[str]:
    """Different sentences of a meaning, one of each way to say it and each choice of words that was drawn first."""
    grammar = grammar_of(said.frame)
    found = {sentence.way: sentence.text for _ in range(draws) if (sentence := grammar.realise(said, rng))}
    return list(found.values())


if __name__ == "__main__":
    sys.exit(main())
