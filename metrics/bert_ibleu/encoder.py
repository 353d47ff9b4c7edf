"""Token states of a transformers model, for sentences of any length."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

_UNSTATED = 10**6  # a tokenizer without a limit says a far higher number
_LONGEST = 512  # tokens, where a model states no limit


class Tokens(NamedTuple):
    """A tokenised sentence: its ids, and the places of those that stand for its own text, not special tokens."""

    ids: list[int]
    text: list[int]


class Encoder:
    """The lower layers of a model, the encoder's where it has a decoder too; in fp32.

    Args:
        model: Folder or Hub id.
        layer: How many layers, from below; those above are not loaded. All when left out.
        device: Such as "cuda"; a GPU where there is one when left out.

    Attributes:
        layer: How many layers it has.

    Raises:
        ValueError: It does not load, or has not so many layers.
    """

    def __init__(self, model: str, layer: int | None = None, device: str | None = None) -> None:
        import torch  # slow to import

        self.device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        loaded, self._tokenizer = _load(model, layer)
        self.layer = int(loaded.config.num_hidden_layers)
        self._longest = _longest_input(loaded, self._tokenizer)
        encoder = loaded.get_encoder() if loaded.config.is_encoder_decoder else loaded
        self._model = encoder.to(self.device).eval()

    def tokenize(self, sentences: Sequence[str]) -> dict[str, Tokens]:
        """Each sentence tokenised, what the model cannot take cut off at its end."""
        if not sentences:
            return {}
        import transformers  # slow to import

        texts = [sentence.strip() for sentence in sentences]
        # A first word is written as any other one, as in `bert-score`, where a tokenizer knows the space before a word.
        if isinstance(self._tokenizer, transformers.GPT2Tokenizer | transformers.RobertaTokenizer):
            texts = [f" {text}" if text else "" for text in texts]
        rows = self._tokenizer(texts, truncation=True, max_length=self._longest, return_special_tokens_mask=True)
        places = [[i for i, special in enumerate(mask) if not special] for mask in rows["special_tokens_mask"]]
        return dict(zip(sentences, map(Tokens, rows["input_ids"], places), strict=True))

    def states(self, batch: Sequence[Tokens]) -> list[Any]:
        """The last layer's states of some sentences that have a token each, as a tensor of unit rows a sentence."""
        import torch  # slow to import

        width, padding = max(len(row.ids) for row in batch), self._tokenizer.pad_token_id or 0
        ids = torch.tensor([row.ids + [padding] * (width - len(row.ids)) for row in batch], device=self.device)
        mask = torch.tensor([[1] * len(row.ids) + [0] * (width - len(row.ids)) for row in batch], device=self.device)
        with torch.inference_mode():
            states = self._model(input_ids=ids, attention_mask=mask).last_hidden_state
        units = torch.nn.functional.normalize(states.float(), dim=-1)
        return [unit[: len(row.ids)].clone() for unit, row in zip(units, batch, strict=True)]


def _load(ref: str, layer: int | None) -> tuple[Any, Any]:
    from transformers import AutoConfig, AutoModel, AutoTokenizer  # slow to import

    with _loading(ref):
        config = AutoConfig.from_pretrained(ref)
    if layer is not None and not 1 <= layer <= config.num_hidden_layers:
        raise ValueError(f"layer must lie in 1..{config.num_hidden_layers} for model '{ref}', got {layer}")
    config.num_hidden_layers = layer or config.num_hidden_layers
    with _loading(ref):
        tokenizer = AutoTokenizer.from_pretrained(ref)
        model, loading = AutoModel.from_pretrained(ref, config=config, dtype="float32", output_loading_info=True)
    if lacking := [name for name in loading["missing_keys"] if "pooler" not in name]:
        raise ValueError(f"model '{ref}' lacks weights, such as '{min(lacking)}'; name a whole model")
    return model, tokenizer


@contextmanager
def _loading(ref: str) -> Iterator[None]:
    """Turns the libraries' errors into one line, and their bar and report of weights that are left out into none."""
    from transformers.utils import logging as library_logging  # slow to import

    before, bar = library_logging.get_verbosity(), library_logging.is_progress_bar_enabled()
    library_logging.set_verbosity(logging.CRITICAL)
    library_logging.disable_progress_bar()
    try:
        yield
    except Exception as error:  # of their own kinds: OSError, SafetensorError, ...
        said = " ".join(str(error).split())[:200]
        raise ValueError(f"model '{ref}' does not load: {said}; name a saved model folder or a Hub id") from error
    finally:
        library_logging.set_verbosity(before)
        if bar:
            library_logging.enable_progress_bar()


def _longest_input(model: Any, tokenizer: Any) -> int:
    """The most tokens at once; RoBERTa and its kin number positions from behind the padding token's."""
    places = getattr(model.config, "max_position_embeddings", None) or -1
    limits = [limit for limit in (tokenizer.model_max_length,) if limit < _UNSTATED]
    if places > 0:
        tables = (module for name, module in model.named_modules() if name.endswith("position_embeddings"))
        taken = next((table.padding_idx + 1 for table in tables if getattr(table, "padding_idx", None) is not None), 0)
        limits.append(places - taken)
    return min(limits, default=_LONGEST)
