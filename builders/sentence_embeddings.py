"""The cosine similarity of two sentences by an encoder (paper, Section 4.1, where the encoder is SimCSE)."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from builders.configuration import read_configuration
from builders.critics.word_match import encoder
from builders.errors import UsageError
from builders.files import read_json, read_text
from builders.model_place import resolve, settings_folder
from builders.pair_scan import TextPair
from builders.progress import track
from builders.token_batches import token_batches, within_memory

Pooling = Literal["pooler", "cls", "mean", "last"]
POOLINGS: tuple[Pooling, ...] = get_args(Pooling)

_DECLARED = "1_Pooling/config.json"  # in a model saved by sentence-transformers
_DECLARED_NAMES: dict[str, Pooling] = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_lasttoken": "last",
}
_AT_ONCE = 512  # pairs whose sentences are in memory together


class SentenceEncoder:
    """One vector of length 1 for a sentence.

    Args:
        ref: Any encoder, language model or classifier: folder, `package:folder` or Hub id.
        pooling: What the vector is made of: the first token's last state as the trained layer behind it turns it
            (`pooler`, which supervised SimCSE is used with) or as it is (`cls`), the mean of all tokens' (`mean`), or
            the last token's (`last`). None takes what `sentence-transformers` has written beside the model; else
            `last` for decoders, `pooler` where the model has one, `mean` for the rest.

    Raises:
        UsageError: The model has no pooler, or pools in a way that is not here.
        RunError: The model cannot be loaded.
    """

    def __init__(self, ref: str, pooling: Pooling | None = None) -> None:
        self._ref, self._wanted = ref, pooling
        self._encoder = encoder(ref)
        if self.pooling == "pooler" and getattr(self._encoder.model, "pooler", None) is None:
            remedy = "take --pooling cls, mean or last"
            raise UsageError(f"model '{ref}' has no pooler behind its first token; {remedy}")

    @cached_property
    def pooling(self) -> Pooling:
        """As asked for, or as it suits the model."""
        declared = self._wanted or _declared_pooling(self._ref)
        if declared:
            return declared
        if _reads_left_to_right(self._ref):
            return "last"
        return "mean" if getattr(self._encoder.model, "pooler", None) is None else "pooler"

    def vectors(self, sentences: Sequence[str]) -> np.ndarray:
        """(sentences, width), rows of length 1; what is too long for the model is cut."""
        return within_memory(lambda: self._vectors(sentences))

    def _vectors(self, sentences: Sequence[str]) -> np.ndarray:
        most = min(self._encoder.longest, 2**31 - 1)  # a tokenizer may say 10**30 for want of a limit
        ids = self._encoder.tokenizer(list(sentences), truncation=True, max_length=most)["input_ids"]
        lengths = list(map(len, ids))
        found: list[np.ndarray | None] = [None] * len(ids)
        for batch in token_batches(range(len(ids)), lengths, self._encoder.model.device.type):
            pooled = self._pooled(self._encoder.run([ids[i] for i in batch]), [lengths[i] for i in batch])
            for i, vector in zip(batch, pooled, strict=True):
                found[i] = vector
        rows = np.stack([vector for vector in found if vector is not None])
        unit: np.ndarray = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        return unit

    def _pooled(self, output: Any, lengths: list[int]) -> np.ndarray:
        if self.pooling == "pooler":
            vectors: np.ndarray = output.pooler_output.float().cpu().numpy()
            return vectors
        states = output.hidden_states[-1].float().cpu().numpy()
        if self.pooling == "cls":
            return np.asarray(states[:, 0])
        if self.pooling == "last":
            return np.asarray(states[np.arange(len(lengths)), np.array(lengths) - 1])
        return np.stack([rows[:length].mean(axis=0) for rows, length in zip(states, lengths, strict=True)])


def cosine_similarities(model: SentenceEncoder, pairs: Sequence[TextPair], label: str) -> list[float]:
    """The cosine of each two sentences, on 0-100 where none is negative; a sentence is run once in 512 pairs."""
    found: list[float] = []
    starts = range(0, len(pairs), _AT_ONCE)
    for start in track(starts, len(starts), label):
        some = pairs[start : start + _AT_ONCE]
        place = {text: i for i, text in enumerate(dict.fromkeys(text for pair in some for text in pair))}
        vectors = model.vectors(list(place))
        sources, targets = ([place[pair[side]] for pair in some] for side in (0, 1))
        found += (100 * (vectors[sources] * vectors[targets]).sum(axis=1)).tolist()
    return found


def _declared_pooling(ref: str) -> Pooling | None:
    """What `sentence-transformers` has written beside a model."""
    folder = settings_folder(ref)
    if not Path(resolve(ref)).is_dir():
        _fetch(ref, folder)
    path = folder / _DECLARED
    if not path.is_file():
        return None
    declared = read_json(read_text(path), str(path))
    on = [name for name, value in declared.items() if name.startswith("pooling_mode_") and value is True]
    if len(on) != 1 or on[0] not in _DECLARED_NAMES:
        found = ", ".join(name.removeprefix("pooling_mode_") for name in on) or "nothing that is known here"
        raise UsageError(f"model '{ref}' pools by {found}; choose one of {', '.join(POOLINGS)} with --pooling")
    return _DECLARED_NAMES[on[0]]


def _fetch(ref: str, folder: Path) -> None:
    from huggingface_hub import hf_hub_download  # slow to import
    from huggingface_hub.errors import EntryNotFoundError

    try:
        hf_hub_download(ref, _DECLARED, revision=folder.name)
    except EntryNotFoundError:  # also where the network is off, and the cache has none
        return


def _reads_left_to_right(ref: str) -> bool:
    from transformers.models.auto import modeling_auto  # slow to import

    config = read_configuration(ref)
    causal, masked = modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES, modeling_auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES
    return config.model_type in causal and config.model_type not in masked and not config.is_encoder_decoder
