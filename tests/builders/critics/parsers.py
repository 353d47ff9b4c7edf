"""Parsers for tests, named as a recipe names them."""


def flat(sentence: str) -> str:
    return "(S " + " ".join(f"(W {word})" for word in sentence.split()) + ")"


def broken(sentence: str) -> str:
    return "(S"


def silent(sentence: str) -> None:
    return None


def failing(sentence: str) -> str:
    return sentence.split()[99]
