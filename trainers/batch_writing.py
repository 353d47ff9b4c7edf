"""A batch of texts by `generate`, from which rows leave when they are done.

This file ships with every student as it stands and uses nothing of this project.
"""

from typing import Any

import torch
from transformers import StoppingCriteria
from transformers.modeling_outputs import BaseModelOutput

from .keyed_draws import KeyedDraws, greedy_and_samples

# Those that still write go on by themselves when they are a quarter of the batch: their beginnings are read again then,
# which costs less than carrying the others along. A small batch goes on whole.
_FEW = 1 / 4
_SMALL = 16  # rows


class FewLeft(StoppingCriteria):
    """Ends a row with its text, and the whole batch when few of its rows still write."""

    def __init__(self, begun: int, ends: torch.Tensor) -> None:
        self.begun, self.ends = begun, ends

    def done(self, input_ids: torch.Tensor) -> torch.Tensor:
        """Which rows have ended."""
        return torch.isin(input_ids[:, self.begun :], self.ends).any(dim=-1)

    def __call__(self, input_ids: torch.Tensor, scores: Any, **kwargs: Any) -> torch.Tensor:
        """Which rows `generate` shall write no more."""
        done = self.done(input_ids)
        return done | bool(len(done) >= _SMALL and (~done).sum() <= _FEW * len(done))


def write_batch(
    model: Any, tokenizer: Any, prompts: list[str], limit: int, draws: int, temperature: float, top_p: float, seed: int
) -> list[list[str]]:
    """The greedy output of each prompt, and `draws` samples whose random numbers are keyed by seed and prompt.

    Args:
        model: An encoder-decoder model or a causal LM.
        tokenizer: Its own, which pads a causal LM's prompts on the left.
        prompts: What the model reads; they form one batch.
        limit: Most tokens of an output.
        draws: Samples of each prompt.
        temperature: Of the samples.
        top_p: Nucleus of the samples.
        seed: Of the samples.
    """
    encodes, device = model.config.is_encoder_decoder, model.device
    inputs: dict[str, Any] = dict(tokenizer(prompts, return_tensors="pt", padding=True, return_token_type_ids=False))
    inputs = {name: values.to(device) for name, values in inputs.items()}
    numbers = torch.cat([greedy_and_samples(seed, prompt, draws, limit) for prompt in prompts]).to(device)
    begun = 1 if encodes else inputs["input_ids"].shape[1]
    few_left = FewLeft(begun, torch.tensor(_ends(model, tokenizer), device=device))
    settings = {
        "do_sample": False,
        "num_beams": 1,
        "pad_token_id": tokenizer.pad_token_id,
        "stopping_criteria": [few_left],
    }
    with torch.inference_mode():
        if encodes:  # a source is read once for all its rows
            encoded = model.get_encoder()(**inputs, return_dict=True).last_hidden_state
            inputs = {"encoder_outputs": encoded, "attention_mask": inputs["attention_mask"]}
        inputs = {name: values.repeat_interleave(1 + draws, dim=0) for name, values in inputs.items()}
        written: dict[int, Any] = {}
        rows, steps = torch.arange(len(numbers), device=device), 0
        while len(rows):
            if draws:
                settings["logits_processor"] = [KeyedDraws(numbers[rows], begun, temperature, top_p)]
            ids = model.generate(
                **_given(inputs), **settings, max_new_tokens=limit - steps, min_new_tokens=0 if steps else 1
            )
            steps = ids.shape[1] - begun
            left = torch.zeros(len(ids), dtype=torch.bool) if steps == limit else ~few_left.done(ids)
            written.update(zip(rows[~left].tolist(), ids[~left, begun:], strict=True))
            rows, inputs = rows[left], _going_on({name: values[left] for name, values in inputs.items()}, ids[left])
    texts = tokenizer.batch_decode([written[row] for row in range(len(numbers))], skip_special_tokens=True)
    return [[text.strip() for text in texts[i : i + 1 + draws]] for i in range(0, len(texts), 1 + draws)]


def _given(inputs: dict[str, Any]) -> dict[str, Any]:
    if "encoder_outputs" not in inputs:
        return inputs
    return inputs | {"encoder_outputs": BaseModelOutput(last_hidden_state=inputs["encoder_outputs"])}


def _going_on(inputs: dict[str, Any], ids: torch.Tensor) -> dict[str, Any]:
    """The inputs of rows that have been written up to `ids`."""
    if "encoder_outputs" in inputs:
        return inputs | {"decoder_input_ids": ids}
    mask = inputs["attention_mask"]
    more = mask.new_ones(len(ids), ids.shape[1] - mask.shape[1])
    return {"input_ids": ids, "attention_mask": torch.cat([mask, more], dim=1)}


def _ends(model: Any, tokenizer: Any) -> list[int]:
    own = model.generation_config.eos_token_id
    ends = {tokenizer.eos_token_id, *(own if isinstance(own, list) else [own])}
    return sorted(end for end in ends if end is not None)
