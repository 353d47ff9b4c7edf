"""How long an output is beside its source."""


def compression(source: str, output: str) -> float:
    """Words of the output over words of the source, as a percentage.

    Args:
        source: A sentence; words are what white space separates, as in the compression critic.
        output: What was made of it.

    Returns:
        A value from 0 on; 100.0 where both have as many words, above where the output has more.

    Raises:
        ValueError: The source has no word.
    """
    words = len(source.split())
    if not words:
        raise ValueError("the source has no word, so that nothing can be shorter or longer; leave the row out")
    return 100 * len(output.split()) / words
