"""Stanza's constituency parser of English.

The paper's parser is Stanford CoreNLP (A.2); Stanza is the same group's successor to it. It is an extra of this
project (`syntax`), and fetches its models when it is first used.
"""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from builders.errors import RunError, one_line
from builders.named import users_code

# Stanza's own choice for English, written out so that a newer release does not silently take others.
_MODELS = {"tokenize": "combined", "pos": "combined_charlm", "constituency": "ptb3-revised_charlm"}
_FETCH = f"python -c \"import stanza; stanza.download('en', package=None, processors={_MODELS})\""


def stanza_identity() -> dict[str, Any]:
    """What a fingerprint needs to know: the version, and the names of the models."""
    try:
        release = version("stanza")
    except PackageNotFoundError:
        release = None
    return {"stanza": release, "models": _MODELS}


class StanzaEnglish:
    """From sentences to their bracketed trees, such as `(ROOT (S (NP (NN profit)) (VP (VBD rose))))`.

    Raises:
        RunError: Stanza or its models are not here.
    """

    def __init__(self) -> None:
        self._pipeline = _pipeline()

    def __call__(self, sentences: Sequence[str]) -> list[str]:
        """One tree a sentence, all in one batch.

        Raises:
            RunError: Stanza fails, or makes none or several sentences of one.
        """
        # A blank line would end a sentence for Stanza, whatever it is told.
        lines = [" ".join(sentence.split()) for sentence in sentences]
        if "" in lines:
            raise RunError("parser 'stanza' was given an empty sentence; take it out, it has no tree")
        with users_code(f"parser 'stanza' failed on {len(lines)} sentences", "see whether it parses them by itself"):
            documents = self._pipeline.bulk_process(lines)
        return [_tree(line, document) for line, document in zip(lines, documents, strict=True)]


def _tree(sentence: str, document: Any) -> str:
    if len(document.sentences) != 1:
        found = len(document.sentences)
        raise RunError(f"parser 'stanza' found {found} sentences in {sentence!r}; take this text out, it has no tree")
    return str(document.sentences[0].constituency)


def _pipeline() -> Any:
    try:
        import stanza  # an optional package
    except ImportError as error:
        remedy = "install it by pip install 'impossible-distillation[syntax]'"
        raise RunError(f"parser 'stanza' cannot be imported ({one_line(error)}); {remedy}") from None
    from huggingface_hub import constants  # slow to import

    # Stanza asks the network for news of its models each time, unless it is told not to.
    download = None if constants.HF_HUB_OFFLINE else "reuse_resources"
    try:
        return stanza.Pipeline(
            "en",
            package=None,
            processors=dict(_MODELS),  # it adds to what it is given
            tokenize_no_ssplit=True,
            verbose=False,
            download_method=download,
        )
    except Exception as error:  # of the network, of the Hub, or of Stanza itself
        names = ", ".join(f"{processor} {model}" for processor, model in _MODELS.items())
        raise RunError(f"Stanza's English models ({names}) are not here: {one_line(error)}; run {_FETCH}") from error
