"""Entailment probabilities p_NLI(x => y) by a stock sequence classifier (paper, Section 3.2)."""

from builders.errors import ConfigError
from builders.models import load_classifier

_LABELS = {"entailment", "entail", "entails", "entailed"}
_TOKENS_PER_BATCH = 8192  # a constant: a batch's composition shows in the last bits of its scores


class EntailmentModel:
    """An NLI classifier from a folder, a package or the Hub.

    Raises:
        ConfigError: None, or more than one, of its labels says entailment.
    """

    def __init__(self, ref: str) -> None:
        self._model, self._tokenizer = load_classifier(ref)
        labels = {int(index): str(label) for index, label in self._model.config.id2label.items()}
        found = [index for index, label in labels.items() if label.strip().lower() in _LABELS]
        if len(found) != 1:
            names = ", ".join(labels.values())
            raise ConfigError(f"model '{ref}' has {len(found)} entailment labels among ({names}); name an NLI model")
        self._label = found[0]
        limits = (self._tokenizer.model_max_length, getattr(self._model.config, "max_position_embeddings", None))
        self._longest = min(limit for limit in limits if limit)
        self._joins = self._can_join()

    def probabilities(self, pairs: list[tuple[str, str]]) -> list[float]:
        """The probability that the premise entails the hypothesis, for each (premise, hypothesis).

        A pair longer than the model's positions cannot be verified and gets 0.
        """
        import torch  # slow to import

        if not pairs:
            return []
        columns = self._encode(pairs)
        lengths = [len(ids) for ids in columns["input_ids"]]
        order = sorted(range(len(pairs)), key=lambda i: lengths[i])
        result = [0.0] * len(pairs)
        for batch in _batches([i for i in order if lengths[i] <= self._longest], lengths):
            width = lengths[batch[-1]]
            inputs = {
                name: torch.tensor([rows[i] + [self._padding(name)] * (width - lengths[i]) for i in batch])
                for name, rows in columns.items()
            }
            with torch.inference_mode():
                logits = self._model(**{name: x.to(self._model.device) for name, x in inputs.items()}).logits
            for i, p in zip(batch, logits.float().softmax(dim=-1)[:, self._label].tolist(), strict=True):
                result[i] = p
        return result

    def _padding(self, name: str) -> int:
        return int(self._tokenizer.pad_token_id) if name == "input_ids" else 0

    def _encode(self, pairs: list[tuple[str, str]]) -> dict[str, list[list[int]]]:
        """The model's inputs, unpadded; each distinct sentence is tokenised once where the tokenizer can join two."""
        names = {"input_ids", "attention_mask", *self._tokenizer.model_input_names}
        if not self._joins:
            premises, hypotheses = zip(*pairs, strict=True)
            encoded = self._tokenizer(list(premises), list(hypotheses))
            return {name: encoded[name] for name in sorted(names) if name in encoded}
        backend = self._tokenizer.backend_tokenizer
        sentences = list(dict.fromkeys(sentence for pair in pairs for sentence in pair))
        alone = dict(zip(sentences, backend.encode_batch(sentences, add_special_tokens=False), strict=True))
        joined = [backend.post_process(alone[premise], alone[hypothesis]) for premise, hypothesis in pairs]
        fields = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
        return {name: [getattr(pair, fields[name]) for pair in joined] for name in fields if name in names}

    def _can_join(self) -> bool:
        """Whether the tokenizer's post-processor makes of two encoded sentences what the tokenizer makes of a pair."""
        backend = getattr(self._tokenizer, "backend_tokenizer", None)
        if backend is None:
            return False
        backend.no_truncation()
        backend.no_padding()
        premise, hypothesis = backend.encode_batch(["Profit rose.", "It fell 5 percent."], add_special_tokens=False)
        pair = self._tokenizer("Profit rose.", "It fell 5 percent.")
        joined = backend.post_process(premise, hypothesis)
        return joined.ids == pair["input_ids"] and joined.type_ids == pair.get("token_type_ids", joined.type_ids)


def _batches(order: list[int], lengths: list[int]) -> list[list[int]]:
    """Cuts rows, shortest first, into batches whose padded size stays within the budget."""
    batches: list[list[int]] = []
    for i in order:
        if not batches or (len(batches[-1]) + 1) * lengths[i] > _TOKENS_PER_BATCH:
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
            answers = EntailmentModel(self._ref).probabilities(asked)
            self._known.update(zip(asked, answers, strict=True))
        return [1.0 if premise == hypothesis else self._known[premise, hypothesis] for premise, hypothesis in pairs]

    def known(self, premise: str, hypothesis: str) -> float | None:
        """The probability if it was asked before, or needs no asking."""
        return 1.0 if premise == hypothesis else self._known.get((premise, hypothesis))
