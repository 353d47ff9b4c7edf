"""BERTScore (Zhang et al., 2020): greedy matching of the tokens of two sentences by the cosine of their states.

Without idf weights and without rescaling by a baseline. The values are those of the package `bert-score` with the
tokenizers of its time. Written out since with transformers 5 it tokenises the first word another way and fails on empty
text; it also knows the models of its list alone and needs matplotlib.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from .encoder import Encoder, Tokens

MODEL = "roberta-large"

Score = tuple[float, float, float]  # precision, recall, F1

_LAYERS = {  # that agree best with people on WMT16, as `bert-score` 0.3.13 has them
    "bert-base-uncased": 9,
    "bert-base-multilingual-cased": 9,
    "bert-base-chinese": 8,
    "distilbert-base-uncased": 5,
    "roberta-base": 10,
    "roberta-large": 17,
    "roberta-large-mnli": 19,
    "xlm-roberta-base": 9,
    "xlm-roberta-large": 17,
    "microsoft/deberta-large-mnli": 18,
    "microsoft/deberta-xlarge-mnli": 40,
    "allenai/scibert_scivocab_uncased": 8,
}
_TOKENS_PER_BATCH = {"cpu": 2048, "cuda": 16384}  # padding included
_PAIRS_AT_ONCE = 256  # whose states are in memory together


class BertScorer:
    """BERTScore by any encoder, encoder of an encoder-decoder, or decoder of transformers.

    Args:
        model: Folder or Hub id.
        layer: Whose states are compared, counted from 1. When left out that of `bert-score` for a model of its list,
            roberta-large's 17 among them, named by its Hub id, else the last.
        tokens_per_batch: How many tokens, padding included, go through the model together.
        device: Such as "cuda"; a GPU where there is one when left out.

    Attributes:
        layer: The layer, counted from 1.
        signature: Model and settings in the notation of `bert-score`.

    Raises:
        ValueError: The model does not load, has no such layer, or the budget is below 1.
    """

    def __init__(
        self,
        model: str = MODEL,
        layer: int | None = None,
        tokens_per_batch: int | None = None,
        device: str | None = None,
    ) -> None:
        if tokens_per_batch is not None and tokens_per_batch < 1:
            raise ValueError(f"tokens_per_batch must be at least 1, got {tokens_per_batch}")
        self._encoder = Encoder(model, usual_layer(model) if layer is None else layer, device)
        self._budget = tokens_per_batch or _TOKENS_PER_BATCH.get(self._encoder.device, _TOKENS_PER_BATCH["cuda"])
        self.layer = self._encoder.layer
        self.signature = f"{model}_L{self.layer}_no-idf"

    def scores(self, candidates: Sequence[str], references: Sequence[str]) -> list[Score]:
        """Precision, recall and F1 of each candidate and its reference.

        A special token has no part in a mean, though a token of the text may match it best, as in `bert-score`. Text
        beyond the model's limit is not read. Each distinct sentence is encoded once.

        Args:
            candidates: One sentence a row.
            references: One sentence a row.

        Returns:
            Values in [-1, 1], in practice above 0; all three 0.0 where either side is empty.

        Raises:
            ValueError: The two differ in length.
        """
        if len(candidates) != len(references):
            raise ValueError(
                f"BERTScore needs as many candidates as references, got {len(candidates)}, {len(references)}"
            )
        pairs = list(zip(candidates, references, strict=True))
        tokens = self._encoder.tokenize(list(dict.fromkeys([*candidates, *references])))
        order = [i for i, pair in enumerate(pairs) if all(tokens[sentence].text for sentence in pair)]
        order.sort(key=lambda i: sum(len(tokens[sentence].ids) for sentence in pairs[i]))
        last_use = {sentence: place for place, i in enumerate(order) for sentence in pairs[i]}
        states: dict[str, Any] = {}
        found: list[Score] = [(0.0, 0.0, 0.0)] * len(pairs)
        for begin in range(0, len(order), _PAIRS_AT_ONCE):
            some = order[begin : begin + _PAIRS_AT_ONCE]
            wanted = dict.fromkeys(sentence for i in some for sentence in pairs[i] if sentence not in states)
            for batch in _batches(list(wanted), tokens, self._budget):
                states.update(zip(batch, self._encoder.states([tokens[one] for one in batch]), strict=True))
            for i, score in zip(some, _matched([pairs[i] for i in some], tokens, states), strict=True):
                found[i] = score
            states = {one: state for one, state in states.items() if last_use[one] >= begin + _PAIRS_AT_ONCE}
        return found


def usual_layer(model: str) -> int | None:
    """The layer that `bert-score` takes of a model by its Hub id; None of one that it does not know."""
    return _LAYERS.get(model)


@lru_cache(maxsize=1)
def bert_scorer(model: str = MODEL, layer: int | None = None) -> BertScorer:
    """The scorer of a model, which stays loaded until another one is asked for."""
    return BertScorer(model, layer)


def _batches(sentences: Sequence[str], tokens: Mapping[str, Tokens], budget: int) -> Iterator[list[str]]:
    """Sentences of like length together, as many as the budget of tokens has room for, at least one."""
    batch: list[str] = []
    for sentence in sorted(sentences, key=lambda one: len(tokens[one].ids)):
        if batch and (len(batch) + 1) * len(tokens[sentence].ids) > budget:
            yield batch
            batch = []
        batch.append(sentence)
    if batch:
        yield batch


def _matched(pairs: Sequence[tuple[str, str]], tokens: Mapping[str, Tokens], states: Mapping[str, Any]) -> list[Score]:
    import torch  # slow to import

    means = []
    for candidate, reference in pairs:
        cosines = (states[candidate] @ states[reference].T).clamp(-1, 1)
        precision = cosines.max(dim=1).values[tokens[candidate].text].mean()
        recall = cosines.max(dim=0).values[tokens[reference].text].mean()
        means.append(torch.stack([precision, recall]))
    return [(precision, recall, _f1(precision, recall)) for precision, recall in torch.stack(means).tolist()]


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if min(precision, recall) > 0 else 0.0
