"""Entailment probabilities p_NLI(x => y) by a stock sequence classifier (paper, Section 3.2)."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from builders.configuration import read_configuration_of_kind
from builders.errors import ConfigError
from builders.models import check_loads, load_classifier, longest_input, padded
from builders.token_batches import token_batches

_LABELS = {"entailment", "entail", "entails", "entailed"}


class EntailmentModel:
    """An NLI classifier from a folder, a package or the Hub.

    Attributes:
        tokens: How many it has read, padding included.
        padding: How many of these were padding.

    Raises:
        ConfigError: None, or more than one, of its labels says entailment.
    """

    def __init__(self, ref: str) -> None:
        self._model, self._tokenizer = load_classifier(ref)
        self.tokens = self.padding = 0
        self._label = entailment_label(ref, self._model.config)
        self._longest = longest_input(self._model, self._tokenizer)
        probe = ("Profit rose.", "It fell 5 percent.")
        plain = self._tokenizer(*probe)
        self._names = [name for name in plain if name in {"input_ids", "attention_mask", "token_type_ids"}]
        alone = self._tokenizer(list(probe), add_special_tokens=False)
        self._markers = len(plain["input_ids"]) - sum(map(len, alone["input_ids"]))
        # Where it can, the tokenizer's own post-processor joins sentences that were tokenised once; some tokenizers do
        # more to a pair than to join its sentences.
        self._joins = alone.encodings is not None and self._joined(
            [probe], dict(zip(probe, alone.encodings, strict=True))
        ) == {name: [plain[name]] for name in self._names}

    def encode(self, sentences: list[str]) -> dict[str, Any]:
        """Each sentence tokenised, for `probabilities`."""
        if not sentences:
            return {}
        alone = self._tokenizer(sentences, add_special_tokens=False)
        return dict(zip(sentences, alone.encodings if self._joins else alone["input_ids"], strict=True))

    def probabilities(self, pairs: list[tuple[str, str]], encoded: Mapping[str, Any] | None = None) -> list[float]:
        """The probability that the premise entails the hypothesis, for each (premise, hypothesis).

        A pair longer than the model's positions cannot be verified and gets 0.

        Args:
            pairs: In any order; they are batched by length.
            encoded: What `encode` gave for their sentences, if they were tokenised before.
        """
        if encoded is None:
            encoded = self.encode(list(dict.fromkeys(sentence for pair in pairs for sentence in pair)))
        lengths = [len(encoded[premise]) + len(encoded[hypothesis]) + self._markers for premise, hypothesis in pairs]
        readable = [i for i, length in enumerate(lengths) if length <= self._longest]
        result = [0.0] * len(pairs)
        for batch in token_batches(readable, lengths, self._model.device.type):
            asked = [pairs[i] for i in batch]
            columns = self._joined(asked, encoded) if self._joins else self._encoded_anew(asked)
            for i, probability in zip(batch, self._classify(columns), strict=True):
                result[i] = probability
        return result

    def _classify(self, columns: dict[str, list[list[int]]]) -> list[float]:
        import torch  # slow to import

        read = sum(map(len, columns["input_ids"]))
        side = self._tokenizer.padding_side
        inputs = {name: padded(rows, self._tokenizer, name, side) for name, rows in columns.items()}
        self.tokens += inputs["input_ids"].numel()
        self.padding += inputs["input_ids"].numel() - read
        with torch.inference_mode():
            logits = self._model(**{name: rows.to(self._model.device) for name, rows in inputs.items()}).logits
        return logits.float().softmax(dim=-1)[:, self._label].tolist()

    def _joined(self, pairs: list[tuple[str, str]], encoded: Mapping[str, Any]) -> dict[str, list[list[int]]]:
        join = self._tokenizer.backend_tokenizer.post_process
        joined = [join(encoded[premise], encoded[hypothesis]) for premise, hypothesis in pairs]
        fields = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
        return {name: [getattr(pair, fields[name]) for pair in joined] for name in self._names}

    def _encoded_anew(self, pairs: list[tuple[str, str]]) -> dict[str, list[list[int]]]:
        encoded = self._tokenizer([premise for premise, _ in pairs], [hypothesis for _, hypothesis in pairs])
        return {name: encoded[name] for name in self._names}


def entailment_label(ref: str, config: Any) -> int:
    """The index of the label that says entailment, whatever its case or place: WANLI has it in the middle.

    Raises:
        ConfigError: None, or more than one, says so; or there is a single label, as of a regression.
    """
    labels = {int(index): str(label) for index, label in config.id2label.items()}
    names = ", ".join(labels.values())
    if len(labels) == 1:
        raise ConfigError(f"model '{ref}' has one label ({names}), so it gives no probabilities; name an NLI model")
    found = [index for index, label in labels.items() if label.strip().lower() in _LABELS]
    if len(found) != 1:
        count = f"{len(found)} entailment labels" if found else "no entailment label"
        raise ConfigError(f"model '{ref}' has {count} among ({names}); name an NLI model")
    return found[0]


def check_nli_model(ref: str) -> None:
    """Looks at the configuration of an NLI model, and, on this machine, at the names of its weights.

    Raises:
        ConfigError: It is no sequence classifier, or has no entailment label.
        RunError: There is no such model, or it does not load.
    """
    entailment_label(ref, read_configuration_of_kind(ref, "SEQUENCE_CLASSIFICATION", "a sequence classifier"))
    check_loads("AutoModelForSequenceClassification", ref, "a sequence classifier")


@lru_cache(maxsize=4)
def entailment_model(ref: str) -> EntailmentModel:
    """The model of that name, loaded once a process."""
    return EntailmentModel(ref)


class EntailmentMemo:
    """The entailment probabilities of one shard, each asked once and only when wanted.

    The semantic filter and the diversity filter share it. A sentence is tokenised once, and entails itself without
    asking.

    Args:
        ref: The model.
        known: Probabilities that it was asked for before, by (premise, hypothesis).

    Attributes:
        calls: How many probabilities the model was asked for.
    """

    def __init__(self, ref: str, known: Mapping[tuple[str, str], float] | None = None) -> None:
        self.calls = 0
        self._ref = ref
        self._known = dict(known or {})
        self._encoded: dict[str, Any] = {}

    def probabilities(self, pairs: list[tuple[str, str]]) -> list[float]:
        """As `EntailmentModel.probabilities`."""
        asked = [pair for pair in dict.fromkeys(pairs) if pair not in self._known and pair[0] != pair[1]]
        if asked:
            model = entailment_model(self._ref)
            fresh = dict.fromkeys(sentence for pair in asked for sentence in pair if sentence not in self._encoded)
            self._encoded.update(model.encode(list(fresh)))
            self._known.update(zip(asked, model.probabilities(asked, self._encoded), strict=True))
            self.calls += len(asked)
        return [1.0 if premise == hypothesis else self._known[premise, hypothesis] for premise, hypothesis in pairs]

    def known(self, premise: str, hypothesis: str) -> float | None:
        """The probability if it was asked before, or needs no asking."""
        return 1.0 if premise == hypothesis else self._known.get((premise, hypothesis))
