"""The critic: a stock GPT-2 sequence classifier that tells whether a premise entails a hypothesis.

It starts from a language model's weights and learns from grammar-made pairs of training meanings, labelled by the
oracle. It gets one layer more than the language model has, and two signals below that layer: where the hypothesis has
said a role, does the premise hold it? And the language-model loss of entailed hypotheses. The last layer then only has
to look for a role that the premise does not hold. With the verdict alone the critic learns many times more slowly, with
the roles judged on the last layer it learns them but not the verdict, and without the language-model loss it learns the
roles more slowly.
"""

import random
from collections.abc import Callable

import torch
from torch.nn import functional
from transformers import (
    BatchEncoding,
    GPT2Config,
    GPT2ForSequenceClassification,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
)

from microworld.labelled_pairs import LabelledPair, draw_pair
from microworld.training_loop import batches_by_length, fit, padded, words

STEPS, BATCH = 8000, 64
NOT_ENTAILED, ENTAILED, IGNORED = 0, 1, -100


def train(
    language_model: GPT2LMHeadModel, tokenizer: PreTrainedTokenizerFast, log: Callable[[str], None], steps: int = STEPS
) -> GPT2ForSequenceClassification:
    """Train the critic.

    Args:
        language_model: Its weights are the start.
        tokenizer: Builds `premise <sep> hypothesis </s>`.
        log: Takes the progress lines.
        steps: Optimizer steps.
    """
    rng = random.Random("critic pairs")
    batches = batches_by_length(
        lambda: draw_pair(rng, "train"), lambda pair: words(f"{pair.premise} {pair.hypothesis}"), BATCH, rng
    )
    critic = untrained(language_model)
    accuracy = 0.5

    def loss_of_step(step: int) -> torch.Tensor:
        nonlocal accuracy
        value, right = loss(next(batches), critic, tokenizer)
        accuracy += 0.02 * (right - accuracy)
        return value

    return fit(
        critic,
        loss_of_step,
        steps=steps,
        learning_rate=2e-3,
        anneal=0.6,
        log=lambda line: log(f"{line} accuracy in training {accuracy:.3f}"),
    )


def untrained(language_model: GPT2LMHeadModel) -> GPT2ForSequenceClassification:
    """A classifier with the language model's body, one fresh layer on top of it and a fresh head."""
    torch.manual_seed(0)
    labels = {NOT_ENTAILED: "not_entailment", ENTAILED: "entailment"}
    settings = {
        "n_layer": language_model.config.n_layer + 1,
        "id2label": labels,
        "label2id": {name: label for label, name in labels.items()},
        "attn_implementation": "eager",
    }
    critic = GPT2ForSequenceClassification(GPT2Config.from_dict(language_model.config.to_dict() | settings))
    critic.transformer.load_state_dict(language_model.transformer.state_dict(), strict=False)
    return critic


def loss(
    pairs: list[LabelledPair], critic: GPT2ForSequenceClassification, tokenizer: PreTrainedTokenizerFast
) -> tuple[torch.Tensor, float]:
    """The verdict at the last token and, a layer below, the verdict on each role and the language-model loss.

    Returns:
        The loss and the share of right verdicts.
    """
    encoded = tokenizer([p.premise for p in pairs], [p.hypothesis for p in pairs], return_offsets_mapping=True)
    ids = padded(encoded.input_ids, tokenizer.pad_token_id)
    states = critic.transformer(input_ids=ids, output_hidden_states=True)
    below = critic.transformer.ln_f(states.hidden_states[-2])
    last = (ids != tokenizer.pad_token_id).sum(1) - 1
    verdicts = critic.score(states.last_hidden_state[torch.arange(len(pairs)), last]).float()
    entailed = torch.tensor([ENTAILED if pair.entailed else NOT_ENTAILED for pair in pairs])
    roles = padded([_role_labels(encoded, row, pair) for row, pair in enumerate(pairs)], IGNORED)
    said = padded([[part == 1 for part in encoded.sequence_ids(row)] for row in range(len(pairs))], False)
    words = said[:, 1:] & (entailed == ENTAILED)[:, None]
    word_logits = (below[:, :-1][words] @ critic.transformer.wte.weight.T).float()
    value = (
        functional.cross_entropy(verdicts, entailed)
        + functional.cross_entropy(critic.score(below).float().flatten(0, 1), roles.flatten(), ignore_index=IGNORED)
        + 0.5 * functional.cross_entropy(word_logits, ids[:, 1:][words])
    )
    return value, (verdicts.argmax(-1) == entailed).float().mean().item()


def _role_labels(encoded: BatchEncoding, row: int, pair: LabelledPair) -> list[int]:
    ends = zip(encoded.sequence_ids(row), encoded["offset_mapping"][row], strict=True)
    return [int(pair.roles[end]) if part == 1 and end in pair.roles else IGNORED for part, (_, end) in ends]
