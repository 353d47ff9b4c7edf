"""Sentences in sampled text (paper, Section 3.1: the first sentence of every sample is kept)."""

from nupunkt import sent_tokenize

_ENDS = (".", "?", "!")
_SHORTEST = 3  # characters; the authors' released code


def split_sentences(text: str) -> list[str]:
    """The sentences of a text without surrounding white space; "Corp." or "U.S." inside one does not end it."""
    sentences = [str(sentence).strip() for sentence in sent_tokenize(text)]
    return [sentence for sentence in sentences if sentence]


def first_sentence(text: str) -> str:
    """The first sentence of the first line that holds one; "" for blank text."""
    line = text.strip().partition("\n")[0]
    return next(iter(split_sentences(line)), "")


def first_sentence_done(text: str) -> bool:
    """Whether sampling may stop: a second sentence or a new line has begun after the first."""
    begun = text.lstrip()
    return "\n" in begun or len(split_sentences(begun)) > 1


def qualified(sentence: str) -> bool:
    """Whether a sampled sentence is kept: 3 characters or more on one line, ending in . ? or ! (the authors' code)."""
    return len(sentence) >= _SHORTEST and "\n" not in sentence and sentence.endswith(_ENDS)
