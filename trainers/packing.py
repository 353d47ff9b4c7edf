"""Several pairs in one row: whether a model keeps them apart."""

from typing import Any

import torch

from builders.errors import RunError

_CLOSE = 1e-3  # of the largest logit; a model that lets the pairs of a row see each other is off by much more


def check_rows_apart(model: Any) -> None:
    """Compares what a decoder-only model makes of two texts in one row with what it makes of each alone.

    Without an attention mask, positions that begin anew tell the stock models of transformers where the next text of a
    row begins. Models with code of their own need not heed them.

    Raises:
        RunError: The second text sees the first.
    """
    device = next(model.parameters()).device
    texts = [torch.arange(1, 1 + length, device=device)[None] for length in (3, 5)]
    positions = [torch.arange(text.shape[1], device=device)[None] for text in texts]
    with torch.inference_mode():
        model.eval()
        alone = torch.cat([model(input_ids=text, use_cache=False).logits for text in texts], dim=1)
        together = model(
            input_ids=torch.cat(texts, dim=1), position_ids=torch.cat(positions, dim=1), use_cache=False
        ).logits
    if (together - alone).abs().max() > _CLOSE * alone.abs().max():
        raise RunError("packing: this model lets the pairs of a row see each other; set packing: false")
