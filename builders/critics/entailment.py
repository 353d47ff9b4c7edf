"""Entailment probabilities p_NLI(x => y) by a stock sequence classifier (paper, Section 3.2)."""

from functools import lru_cache
from typing import Any

from builders.configuration import read_configuration_of_kind
from builders.errors import ConfigError
from builders.models import load_classifier

_LABELS = {"entailment", "entail", "entails", "entailed"}
# Constants, by device: a batch's composition shows in the last bits of its scores. A CPU is fastest with batches that
# fit its cache, a GPU wants to be filled.
_TOKENS_PER_BATCH = {"cpu": 1024, "cuda": 16384}


class EntailmentModel:
    """An NLI classifier from a folder, a package or the Hub.

    Raises:
        ConfigError: None, or more than one, of its labels says entailment.
    """

    def __init__(self, ref: str) -> None:
        self._model, self._tokenizer = load_classifier(ref)
        self._label = entailment_label(ref, self._model.config)
        limits = (self._tokenizer.model_max_length, getattr(self._model.config, "max_position_embeddings", None))
        self._longest = min(limit for limit in limits if limit)
        self._joins = True
        probe = ("Profit rose.", "It fell 5 percent.")
        alone, plain = self._tokenizer(list(probe), add_special_tokens=False), self._tokenizer(*probe)
        self._markers = len(plain["input_ids"]) - sum(map(len, alone["input_ids"]))
        if alone.encodings is None or self._inputs([probe], dict(zip(probe, alone.encodings, strict=True))) != {
            name: [plain[name]] for name in plain if name in self._names
        }:
            self._joins = False  # this tokenizer does more to a pair than to join its sentences

    def probabilities(self, pairs: list[tuple[str, str]]) -> list[float]:
        """The probability that the premise entails the hypothesis, for each (premise, hypothesis).

        A pair longer than the model's positions cannot be verified and gets 0.
        """
        if not pairs:
            return []
        sentences = list(dict.fromkeys(sentence for pair in pairs for sentence in pair))
        alone = self._tokenizer(sentences, add_special_tokens=False)
        size = dict(zip(sentences, map(len, alone["input_ids"]), strict=True))
        lengths = [size[premise] + size[hypothesis] + self._markers for premise, hypothesis in pairs]
        encodings = dict(zip(sentences, alone.encodings, strict=True)) if self._joins else {}
        order = sorted(range(len(pairs)), key=lambda i: lengths[i])
        result = [0.0] * len(pairs)
        for batch in _batches(
            [i for i in order if lengths[i] <= self._longest], lengths, _TOKENS_PER_BATCH[self._model.device.type]
        ):
            answers = self._classify(self._inputs([pairs[i] for i in batch], encodings))
            for i, probability in zip(batch, answers, strict=True):
                result[i] = probability
        return result

    def _classify(self, columns: dict[str, list[list[int]]]) -> list[float]:
        import torch  # slow to import

        width = max(map(len, columns["input_ids"]))
        padding = {"input_ids": self._tokenizer.pad_token_id}
        inputs = {
            name: torch.tensor([row + [padding.get(name, 0)] * (width - len(row)) for row in rows])
            for name, rows in columns.items()
        }
        with torch.inference_mode():
            logits = self._model(**{name: rows.to(self._model.device) for name, rows in inputs.items()}).logits
        return logits.float().softmax(dim=-1)[:, self._label].tolist()

    @property
    def _names(self) -> set[str]:
        return {"input_ids", "attention_mask", *self._tokenizer.model_input_names}

    def _inputs(self, pairs: list[tuple[str, str]], encodings: dict[str, Any]) -> dict[str, list[list[int]]]:
        """The model's inputs, unpadded; where it can, the tokenizer's own post-processor joins encoded sentences."""
        if not self._joins:
            encoded = self._tokenizer([premise for premise, _ in pairs], [hypothesis for _, hypothesis in pairs])
            return {name: encoded[name] for name in encoded if name in self._names}
        join = self._tokenizer.backend_tokenizer.post_process
        joined = [join(encodings[premise], encodings[hypothesis]) for premise, hypothesis in pairs]
        fields = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
        return {name: [getattr(pair, fields[name]) for pair in joined] for name in fields if name in self._names}


def entailment_label(ref: str, config: Any) -> int:
    """The index of the label that says entailment, whatever its case or place: WANLI has it in the middle.

    Raises:
        ConfigError: None, or more than one, says so.
    """
    labels = {int(index): str(label) for index, label in config.id2label.items()}
    found = [index for index, label in labels.items() if label.strip().lower() in _LABELS]
    if len(found) != 1:
        names = ", ".join(labels.values())
        count = f"{len(found)} entailment labels" if found else "no entailment label"
        raise ConfigError(f"model '{ref}' has {count} among ({names}); name an NLI model")
    return found[0]


def check_nli_model(ref: str) -> None:
    """Looks at the configuration of an NLI model, without its weights.

    Raises:
        ConfigError: It is no sequence classifier, or has no entailment label.
        RunError: There is no such model.
    """
    entailment_label(ref, read_configuration_of_kind(ref, "SEQUENCE_CLASSIFICATION", "a sequence classifier"))


@lru_cache(maxsize=4)
def _entailment_model(ref: str) -> EntailmentModel:
    return EntailmentModel(ref)


def _batches(order: list[int], lengths: list[int], budget: int) -> list[list[int]]:
    """Cuts rows, shortest first, into batches whose padded size stays within the budget."""
    batches: list[list[int]] = []
    for i in order:
        if not batches or (len(batches[-1]) + 1) * lengths[i] > budget:
            batches.append([])
        batches[-1].append(i)
    return batches


class EntailmentMemo:
    """The entailment probabilities of one shard, each asked once and only when wanted.

    The semantic filter and the diversity filter share it. A sentence entails itself without asking.
    """

    def __init__(self, ref: str) -> None:
        self._ref = ref
        self._known: dict[tuple[str, str], float] = {}

    def probabilities(self, pairs: list[tuple[str, str]]) -> list[float]:
        """As `EntailmentModel.probabilities`."""
        asked = [pair for pair in dict.fromkeys(pairs) if pair not in self._known and pair[0] != pair[1]]
        if asked:
            answers = _entailment_model(self._ref).probabilities(asked)
            self._known.update(zip(asked, answers, strict=True))
        return [1.0 if premise == hypothesis else self._known[premise, hypothesis] for premise, hypothesis in pairs]

    def known(self, premise: str, hypothesis: str) -> float | None:
        """The probability if it was asked before, or needs no asking."""
        return 1.0 if premise == hypothesis else self._known.get((premise, hypothesis))
