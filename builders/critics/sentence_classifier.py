"""What a stock sequence classifier says of single sentences, such as that they are toxic."""

from functools import lru_cache
from typing import Any

from builders.configuration import read_configuration_of_kind
from builders.errors import ConfigError
from builders.models import check_loads, load_classifier, longest_input, padded
from builders.token_batches import token_batches

_BAD = ("toxic", "hate", "offens", "obscen", "insult", "threat", "abus", "harass")
_NOT = ("no", "neither")  # "non-toxic", "nothate"


def toxic_labels(ref: str, config: Any, wanted: tuple[str, ...] = ()) -> list[int]:
    """The indices of the labels that say toxic.

    Args:
        ref: The model, for messages.
        config: Its configuration.
        wanted: Their names; without any, those that say it themselves.

    Raises:
        ConfigError: The model has no such label.
    """
    labels = {int(index): str(label) for index, label in config.id2label.items()}
    names = ", ".join(labels.values())
    known = {label.lower() for label in labels.values()}
    for name in wanted:
        if name.lower() not in known:
            raise ConfigError(f"toxicity.labels must be of {names}, got '{name}', which model '{ref}' does not have")
    lowered = {name.lower() for name in wanted}
    found = [i for i, label in labels.items() if (label.lower() in lowered if wanted else _says_toxic(label))]
    if not found:
        raise ConfigError(f"model '{ref}' has no label that says toxic among ({names}); set toxicity.labels")
    if len(found) == len(labels) and not _is_multi_label(config):
        problem = f"the labels of model '{ref}' ({names}) all count as toxic and exclude each other"
        raise ConfigError(f"{problem}, so every sentence would be; set toxicity.labels to some of them")
    return found


def _says_toxic(label: str) -> bool:
    label = label.strip().lower()
    return any(word in label for word in _BAD) and not label.startswith(_NOT)


def _is_multi_label(config: Any) -> bool:
    return config.problem_type == "multi_label_classification" or config.num_labels == 1


def check_toxicity_model(ref: str, labels: tuple[str, ...]) -> None:
    """Looks at the configuration of a classifier, and, on this machine, at the names of its weights.

    Raises:
        ConfigError: It is no sequence classifier, or lacks the labels.
        RunError: There is no such model, or it does not load.
    """
    toxic_labels(ref, read_configuration_of_kind(ref, "SEQUENCE_CLASSIFICATION", "a sequence classifier"), labels)
    check_loads("AutoModelForSequenceClassification", ref, "a sequence classifier")


class SentenceClassifier:
    """A classifier of sentences from a folder, a package or the Hub.

    Raises:
        ConfigError: It lacks the labels.
    """

    def __init__(self, ref: str, labels: tuple[str, ...]) -> None:
        self._model, self._tokenizer = load_classifier(ref)
        self._labels = toxic_labels(ref, self._model.config, labels)
        self._longest = longest_input(self._model, self._tokenizer)

    def probabilities(self, sentences: list[str]) -> list[float]:
        """The probability of the labels, for each sentence: of the likeliest, where they do not exclude each other.

        A sentence longer than the model's positions cannot be cleared and gets 1.
        """
        if not sentences:
            return []
        encoded = self._tokenizer(sentences)
        lengths = [len(ids) for ids in encoded["input_ids"]]
        result = [1.0] * len(sentences)
        fitting = [i for i, length in enumerate(lengths) if length <= self._longest]
        for batch in token_batches(fitting, lengths, self._model.device.type):
            columns = {name: [encoded[name][i] for i in batch] for name in encoded}
            for i, probability in zip(batch, self._classify(columns), strict=True):
                result[i] = probability
        return result

    def _classify(self, columns: dict[str, list[list[int]]]) -> list[float]:
        import torch  # slow to import

        side = self._tokenizer.padding_side
        inputs = {name: padded(rows, self._tokenizer, name, side) for name, rows in columns.items()}
        with torch.inference_mode():
            logits = self._model(**{name: rows.to(self._model.device) for name, rows in inputs.items()}).logits.float()
        if _is_multi_label(self._model.config):
            return logits.sigmoid()[:, self._labels].amax(dim=-1).tolist()
        return logits.softmax(dim=-1)[:, self._labels].sum(dim=-1).clamp(max=1.0).tolist()


@lru_cache(maxsize=4)
def sentence_classifier(ref: str, labels: tuple[str, ...]) -> SentenceClassifier:
    """A classifier, loaded once a process."""
    return SentenceClassifier(ref, labels)
