"""Entailment probabilities by a sequence classifier, and what they say of a source and an output."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

MODEL = "alisawuffles/roberta-large-wanli"  # paper A.2

_ENTAILS = {"entailment", "entail", "entails", "entailed"}
_UNSTATED = 10**6  # a tokenizer without a limit says a far higher number
_TOKENS_PER_BATCH = {"cpu": 2048, "cuda": 16384}  # padding included


class Entailment:
    """An NLI model: the probability that a premise entails a hypothesis.

    Args:
        model: Folder or Hub id of a sequence classifier with one label that says entailment, wherever it stands.
        device: Such as "cuda"; a GPU where there is one when left out.

    Raises:
        ValueError: It does not load, or none or more than one of its labels says entailment.
    """

    def __init__(self, model: str = MODEL, device: str | None = None) -> None:
        import torch  # slow to import

        self.device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        loaded, self._tokenizer = _load(model)
        self._label = entailment_label(model, loaded.config.id2label)
        self._longest = _longest_input(loaded, self._tokenizer)
        self._model = loaded.to(self.device).eval()

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """The probability of each (premise, hypothesis), in [0, 1].

        A sentence entails itself. Blank text entails nothing and follows from nothing, and what is longer than the
        model takes cannot be judged: all of these get 0.
        """
        known = {pair: _without_asking(*pair) for pair in pairs}
        asked = [pair for pair, probability in known.items() if probability is None]
        rows = self._tokenizer([a for a, _ in asked], [b for _, b in asked], verbose=False) if asked else {}
        lengths = [len(ids) for ids in rows["input_ids"]] if asked else []
        for batch in _batches(lengths, self._longest, _TOKENS_PER_BATCH.get(self.device, _TOKENS_PER_BATCH["cuda"])):
            columns = {name: [rows[name][i] for i in batch] for name in rows}
            known.update(zip((asked[i] for i in batch), self._classify(columns), strict=True))
        return [known[pair] or 0.0 for pair in pairs]

    def _classify(self, columns: dict[str, list[list[int]]]) -> list[float]:
        import torch  # slow to import

        inputs = self._tokenizer.pad(columns, return_tensors="pt").to(self.device)
        with torch.inference_mode():
            logits = self._model(**inputs).logits
        probabilities: list[float] = logits.float().softmax(dim=-1)[:, self._label].tolist()
        return probabilities


@lru_cache(maxsize=1)
def entailment_model(model: str = MODEL) -> Entailment:
    """The model of that name, which stays loaded until another one is asked for."""
    return Entailment(model)


def entailment_label(model: str, labels: dict[Any, Any]) -> int:
    """The index of the label that says entailment; WANLI has it in the middle.

    Args:
        model: Its name, for messages.
        labels: `id2label` of its configuration.

    Raises:
        ValueError: None or more than one says so, or there is but one label.
    """
    names = ", ".join(map(str, labels.values()))
    found = [int(index) for index, label in labels.items() if str(label).strip().lower() in _ENTAILS]
    if len(found) != 1 or len(labels) == 1:
        raise ValueError(
            f"model '{model}' has not one label of several that says entailment ({names}); name an NLI model"
        )
    return found[0]


def _without_asking(premise: str, hypothesis: str) -> float | None:
    if not premise.strip() or not hypothesis.strip():
        return 0.0
    return 1.0 if premise == hypothesis else None


def _batches(lengths: Sequence[int], longest: int, budget: int) -> Iterator[list[int]]:
    """Rows that are not too long, those of like length together, as many as the budget of tokens has room for."""
    batch: list[int] = []
    for row in sorted((i for i, length in enumerate(lengths) if length <= longest), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[row] > budget:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _load(ref: str) -> tuple[Any, Any]:
    from transformers import AutoModelForSequenceClassification, AutoTokenizer  # slow to import

    try:
        tokenizer = AutoTokenizer.from_pretrained(ref)
        model, loading = AutoModelForSequenceClassification.from_pretrained(
            ref, dtype="float32", output_loading_info=True
        )
    except Exception as error:  # the libraries below raise their own kinds: OSError, SafetensorError, ...
        said = " ".join(str(error).split())[:200]
        raise ValueError(f"model '{ref}' does not load: {said}; name a saved model folder or a Hub id") from error
    if loading["missing_keys"]:
        raise ValueError(f"model '{ref}' lacks weights, such as '{min(loading['missing_keys'])}'; name an NLI model")
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.bos_token  # a mask hides it, whichever it is
    model.config.pad_token_id = tokenizer.pad_token_id  # GPT-2 classifiers find the last word by it
    judges_by_last = getattr(model.config, "summary_type", None) == "last"  # XLNet, whatever stands there
    tokenizer.padding_side = "left" if judges_by_last else "right"
    return model, tokenizer


def _longest_input(model: Any, tokenizer: Any) -> int:
    """The most tokens at once; RoBERTa and its kin number positions from behind the padding token's."""
    places = getattr(model.config, "max_position_embeddings", None) or -1
    limits = [limit for limit in (tokenizer.model_max_length,) if limit < _UNSTATED]
    if places > 0:
        tables = (module for name, module in model.named_modules() if name.endswith("position_embeddings"))
        taken = next((table.padding_idx + 1 for table in tables if getattr(table, "padding_idx", None) is not None), 0)
        limits.append(places - taken)
    return min(limits, default=_UNSTATED)
