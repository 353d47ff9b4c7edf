"""Batches of sequences being written: one prefill a prompt, its cache repeated for the prompt's samples.

Both classes answer the same three calls: `start` (logits of the first token, one row a sample), `step` and `select`.
"""

from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer


class _RoomyLayer(DynamicLayer):
    """One layer's keys and values for the samples of each prompt, with room for the tokens to come.

    Stock layers copy themselves whole at every token, which is most of a tiny model's time.
    """

    def __init__(self, prefilled: DynamicLayer, samples: int, room: int) -> None:
        super().__init__()
        self.lazy_initialization(prefilled.keys, prefilled.values)
        self._written = prefilled.keys.shape[-2]
        self._buffers = []
        for states in (prefilled.keys, prefilled.values):
            prompts, heads, length, size = states.shape
            buffer = states.new_empty(prompts, samples, heads, length + room, size)
            buffer[:, :, :, :length] = states[:, None]
            self._buffers.append(buffer.flatten(0, 1))
        self._show()

    def _show(self) -> None:
        self.keys, self.values = (buffer[:, :, : self._written] for buffer in self._buffers)

    def update(self, key_states: Any, value_states: Any, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        """Writes the new tokens behind the old; returns all keys and values."""
        end = self._written + key_states.shape[-2]
        for buffer, states in zip(self._buffers, (key_states, value_states), strict=True):
            buffer[:, :, self._written : end] = states
        self._written = end
        self._show()
        return self.keys, self.values

    def batch_select_indices(self, indices: Any) -> None:
        """Keeps only these rows, moving those that change their place."""
        moved = (indices != torch.arange(len(indices), device=indices.device)).nonzero()[:, 0]
        for i, buffer in enumerate(self._buffers):
            buffer[moved, :, : self._written] = buffer[indices[moved], :, : self._written]
            self._buffers[i] = buffer[: len(indices)]
        self._show()


def _repeat(cache: DynamicCache, samples: int, room: int) -> None:
    """Repeats a prefilled cache for the samples of each prompt; layers of a kind of their own do it their own way."""
    for i, layer in enumerate(cache.layers):
        if type(layer) is DynamicLayer:
            cache.layers[i] = _RoomyLayer(layer, samples, room)
        else:
            layer.batch_repeat_interleave(samples)


class CausalRows:
    """Continuations by a decoder-only model; prompts are padded on the left."""

    def __init__(self, model: Any, tokenizer: Any, prompts: list[list[int]], room: int) -> None:
        self._model = model
        longest = max(map(len, prompts))
        pad = tokenizer.pad_token_id
        self._ids = torch.tensor([[pad] * (longest - len(ids)) + ids for ids in prompts], device=model.device)
        lengths = torch.tensor([len(ids) for ids in prompts], device=model.device)
        places = torch.arange(longest + room, device=model.device)
        self._mask: Any = (places[None, :] >= longest - lengths[:, None]).long()
        self._even = bool((lengths == longest).all())  # without padding the model's own, quicker, mask serves
        self._positions = lengths
        self._width = longest
        self._room = room

    def start(self, samples: int) -> Any:
        """Runs each prompt once; returns logits [prompts * samples, vocabulary], a prompt's samples side by side."""
        mask = self._mask[:, : self._width]
        output = self._model(
            input_ids=self._ids,
            attention_mask=None if self._even else mask,
            position_ids=(mask.cumsum(dim=1) - 1).clamp(min=0),
            use_cache=True,
            logits_to_keep=1,
        )
        self._cache = output.past_key_values
        _repeat(self._cache, samples, self._room)
        self._mask = self._mask.repeat_interleave(samples, dim=0)
        self._positions = self._positions.repeat_interleave(samples, dim=0)
        return output.logits[:, -1].repeat_interleave(samples, dim=0)

    def step(self, tokens: Any) -> Any:
        """Appends one token to every row; returns the next logits [rows, vocabulary]."""
        self._width += 1
        output = self._model(
            input_ids=tokens[:, None],
            attention_mask=None if self._even else self._mask[:, : self._width],
            position_ids=self._positions[:, None],
            past_key_values=self._cache,
            use_cache=True,
        )
        self._positions = self._positions + 1
        return output.logits[:, -1]

    def select(self, rows: Any) -> None:
        """Keeps only these rows of the batch."""
        self._cache.batch_select_indices(rows)
        self._mask = self._mask[rows]
        self._positions = self._positions[rows]


class Seq2SeqRows:
    """Targets by an encoder-decoder model; sources are padded on the right and encoded once."""

    def __init__(self, model: Any, tokenizer: Any, sources: list[list[int]], room: int) -> None:
        self._model = model
        self._room = room
        longest = max(map(len, sources))
        pad = tokenizer.pad_token_id
        ids = [source + [pad] * (longest - len(source)) for source in sources]
        mask = [[1] * len(source) + [0] * (longest - len(source)) for source in sources]
        self._ids = torch.tensor(ids, device=model.device)
        self._mask = torch.tensor(mask, device=model.device)

    def start(self, samples: int) -> Any:
        """Encodes each source once; returns logits [sources * samples, vocabulary], a source's samples side by side."""
        first = torch.full((len(self._ids), 1), self._model.config.decoder_start_token_id, device=self._model.device)
        encoded = self._model.get_encoder()(input_ids=self._ids, attention_mask=self._mask, return_dict=True)
        output = self._model(
            encoder_outputs=encoded, attention_mask=self._mask, decoder_input_ids=first, use_cache=True
        )
        self._cache = output.past_key_values
        _repeat(self._cache.self_attention_cache, samples, self._room)
        self._cache.cross_attention_cache.batch_repeat_interleave(samples)
        self._encoded = encoded.last_hidden_state.repeat_interleave(samples, dim=0)
        self._mask = self._mask.repeat_interleave(samples, dim=0)
        return output.logits[:, -1].repeat_interleave(samples, dim=0)

    def step(self, tokens: Any) -> Any:
        """Appends one token to every row; returns the next logits [rows, vocabulary]."""
        output = self._model(
            encoder_outputs=(self._encoded,),
            attention_mask=self._mask,
            decoder_input_ids=tokens[:, None],
            past_key_values=self._cache,
            use_cache=True,
        )
        return output.logits[:, -1]

    def select(self, rows: Any) -> None:
        """Keeps only these rows of the batch."""
        self._cache.batch_select_indices(rows)
        self._encoded = self._encoded[rows]
        self._mask = self._mask[rows]
