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
    except ImportError as error:
        remedy = "install it by pip install 'impossible-distillation[syntax]'"
        raise RunError(f"the parser needs Stanza, which cannot be imported ({one_line(error)}); {remedy}") from None
    from huggingface_hub import constants  # slow to import

    processors = "tokenize,pos,constituency"
    # Stanza asks the network for news of its models each time, unless it is told not to.
    download = None if constants.HF_HUB_OFFLINE else "reuse_resources"
    try:
        return stanza.Pipeline(
            "en", processors=processors, tokenize_no_ssplit=True, verbose=False, download_method=download
        )
    except Exception as error:  # of the network, of the Hub, or of Stanza itself
        fetch = "python -c \"import stanza; stanza.download('en')\""
        raise RunError(
            f"Stanza's English models ({processors}) are not here: {one_line(error)}; run {fetch}"
        ) from error
