"""A critic of RoBERTa-large's real shape with random weights: how fast it reads pairs, by batches of either kind.

On a CPU a few pairs show the ratio; on a GPU, in bf16, also the share of the card's own matrix rate.
"""

import tempfile
import time
from itertools import permutations
from typing import Any

import torch
from transformers import AutoTokenizer, RobertaConfig, RobertaForSequenceClassification

from benchmarks.paper_literal import Literal
from builders.critics.entailment import EntailmentModel
from builders.model_place import resolve

TOKENIZER = "microworld:models/critic"  # its sentences have about the length of news sentences, in tokens
SHAPE = {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096}
SIDE = 8192  # of the matrices whose product is the card's rate


def large_critic(pool: list[list[str]], n: int) -> dict[str, Any]:
    """Times `n` pairs of a pool's sentences.

    Returns:
        `large_pairs_per_second` and `large_batching_ratio` (ours over batches in arrival order); on a GPU also `card`,
        `large_tflops` of the model's matrix products and `large_share_of_matrix_rate`.
    """
    every = [pair for sentences in pool for pair in permutations(sentences, 2)]
    pairs = every[:: max(1, len(every) // n)][:n]
    with tempfile.TemporaryDirectory() as folder:
        config = _save_model(folder)
        ours, literal = EntailmentModel(folder), Literal(folder, 1, str)
        ours.probabilities(pairs[:2])  # both ways warm
        literal.probabilities(pairs[:2], "warm")
        seconds = _seconds(lambda: ours.probabilities(pairs))
        naive = _seconds(lambda: literal.probabilities(pairs, "timed"))
    record = {"large_pairs_per_second": len(pairs) / seconds, "large_batching_ratio": naive / seconds}
    if torch.cuda.is_available():
        tokens = ours.tokens - ours.padding
        # two operations a weight and token; attention adds little at this length
        weights = config.num_hidden_layers * (
            4 * config.hidden_size**2 + 2 * config.hidden_size * config.intermediate_size
        )
        rate = 2 * weights * tokens / seconds
        record |= {"large_tflops": rate / 1e12, "large_share_of_matrix_rate": rate / _matrix_rate()}
        return {"card": torch.cuda.get_device_name(), **record}
    return record


def _save_model(folder: str) -> RobertaConfig:
    config = RobertaConfig(
        vocab_size=50_265,
        **SHAPE,
        max_position_embeddings=514,
        type_vocab_size=1,
        pad_token_id=0,
        id2label={0: "contradiction", 1: "entailment", 2: "neutral"},
        label2id={"contradiction": 0, "entailment": 1, "neutral": 2},
    )
    torch.manual_seed(0)
    RobertaForSequenceClassification(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(resolve(TOKENIZER)).save_pretrained(folder)
    return config


def _matrix_rate() -> float:
    """Operations a second of a large product in bf16."""
    a = torch.randn(SIDE, SIDE, device="cuda", dtype=torch.bfloat16)
    a @ a
    return 10 * 2 * SIDE**3 / _seconds(lambda: [a @ a for _ in range(10)])


def _seconds(work: Any) -> float:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    begun = time.perf_counter()
    work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - begun
