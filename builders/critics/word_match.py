"""How well the words of one sentence are found in another, by the hidden states of a model.

The match of y in x is that of y's worst-matched token: the least, over the tokens of y, of the greatest cosine with any
token of x. One word that x does not say, such as another name or number, is enough to make it small, where the cosine
of two means hardly moves.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from builders.models import load_encoder, longest_input, padded
from builders.token_batches import token_batches

States = list[np.ndarray]  # of one sentence at some layers: (tokens, width) each, rows of length 1


class Encoder:
    """A model whose hidden states stand for the tokens of sentences; each sentence is run once.

    Args:
        ref: Any encoder, language model or classifier: folder, `package:folder` or Hub id.

    Attributes:
        model: Its body.
        tokenizer: Its own.
        longest: Tokens that it takes at once.
    """

    def __init__(self, ref: str) -> None:
        self.model, self.tokenizer = load_encoder(ref)
        self.longest = longest_input(self.model, self.tokenizer)

    @property
    def layers(self) -> int:
        """How many layers' states there are, the embeddings' (0) included."""
        return int(self.model.config.num_hidden_layers) + 1

    def states(self, sentences: list[str], layers: list[int]) -> Iterator[tuple[int, States]]:
        """The states of each sentence at the given layers, by its index, in no particular order; cut where too long."""
        ids = self.tokenizer(sentences)["input_ids"] if sentences else []
        ids = [row[: self.longest] for row in ids]
        lengths = list(map(len, ids))
        for batch in token_batches(range(len(ids)), lengths, self.model.device.type):
            hidden = self.run([ids[i] for i in batch]).hidden_states
            found = [hidden[layer].float().cpu().numpy() for layer in layers]
            for place, i in enumerate(batch):
                yield i, [_unit(states[place, : lengths[i]]) for states in found]

    def run(self, ids: list[list[int]]) -> Any:
        """The model's output, all hidden states among it, for sentences as tokens, which are padded on the right."""
        import torch  # slow to import

        inputs = {name: padded(rows, self.tokenizer, name) for name, rows in self._columns(ids).items()}
        with torch.inference_mode():
            return self.model(
                **{name: rows.to(self.model.device) for name, rows in inputs.items()}, output_hidden_states=True
            )

    @staticmethod
    def _columns(ids: list[list[int]]) -> dict[str, list[list[int]]]:
        return {"input_ids": ids, "attention_mask": [[1] * len(row) for row in ids]}


@lru_cache(maxsize=4)
def encoder(ref: str) -> Encoder:
    """The encoder of that name, loaded once a process."""
    return Encoder(ref)


def worst_matches(states: list[np.ndarray]) -> np.ndarray:
    """How well each sentence is found in each other.

    Args:
        states: Of each sentence, (tokens, width) with rows of length 1.

    Returns:
        (n, n) cosines in [-1, 1]: entry (y, x) is the match of y's worst-matched token in x.
    """
    import torch  # slow to import, and on one thread while a shard is made, as numpy's products are not

    starts = np.cumsum([0, *(len(rows) for rows in states[:-1])])
    each = [torch.from_numpy(rows) for rows in states]
    tokens = torch.cat(each).T
    best = torch.stack([(rows @ tokens).amax(dim=0) for rows in each], dim=1).numpy()  # (tokens, sentences)
    found: np.ndarray = np.minimum.reduceat(best, starts, axis=0)
    return found


def _unit(rows: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    found: np.ndarray = rows / np.maximum(lengths, 1e-12)
    return found
