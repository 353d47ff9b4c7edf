"""Stanza's constituency parser of English, for recipes of real text: `parser: builders.stanza_parser:parse`.

The paper's parser is Stanford CoreNLP (A.2); Stanza is the same group's successor to it. It is an extra of this
project (`syntax`), and fetches its models when it is first used.
"""

from functools import lru_cache
from typing import Any

from builders.errors import RunError, one_line


def parse(sentence: str) -> str:
    """The bracketed tree of a sentence, such as `(ROOT (S (NP (NN profit)) (VP (VBD rose))))`.

    Raises:
        RunError: Stanza or its models are not here.
    """
    return str(_pipeline()(sentence).sentences[0].constituency)


@lru_cache(maxsize=1)
def _pipeline() -> Any:
    try:
        import stanza  # an optional package
    except ImportError:
        remedy = "install it by pip install 'impossible-distillation[syntax]'"
        raise RunError(f"the parser needs Stanza, which is not installed; {remedy}") from None
    processors = "tokenize,pos,constituency"
    try:
        return stanza.Pipeline("en", processors=processors, tokenize_no_ssplit=True, verbose=False)
    except Exception as error:  # of the network, of the Hub, or of Stanza itself
        fetch = "python -c \"import stanza; stanza.download('en')\""
        raise RunError(
            f"Stanza's English models ({processors}) are not here: {one_line(error)}; run {fetch}"
        ) from error
