"""How much of a GPU's matrix rate a training uses."""

from typing import Any

import torch

from trainers.kind import student_loader

# Dense bf16 operations a second, of the makers' data sheets.
PEAKS = {"H200": 989e12, "H100 PCIe": 756e12, "H100": 989e12, "A100": 312e12, "L40S": 362e12, "L4": 121e12}


def flops_a_token(model: Any) -> float:
    """Operations of a training on one token: six for each weight it passes, without attention (Kaplan et al. 2020).

    Of an encoder-decoder model source tokens pass the encoder and target tokens the decoder and the output layer; as
    many of either are taken.
    """
    output = model.get_output_embeddings().weight
    looked_up = {id(layer.weight) for layer in model.modules() if isinstance(layer, torch.nn.Embedding)} | {id(output)}
    inner = sum(weights.numel() for weights in model.parameters() if id(weights) not in looked_up)
    sides = 2 if model.config.is_encoder_decoder else 1
    return 6.0 * (inner + output.numel()) / sides


def utilisation(base: str, tokens_a_second: float) -> dict[str, float]:
    """`utilisation`: the share of the card's peak rate; nothing for a card whose peak is not known here."""
    name = torch.cuda.get_device_name()
    peak = next((rate for card, rate in PEAKS.items() if card in name), None)
    if peak is None:
        return {}
    model, _ = student_loader(base)(base)
    return {"utilisation": flops_a_token(model) * tokens_a_second / peak}
