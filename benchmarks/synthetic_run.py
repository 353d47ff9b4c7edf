"""Samples of made-up contexts and a tiny NLI model: what a run of any size needs, in seconds."""

import random
from pathlib import Path

from builders.journal import Stage
from builders.model_place import resolve
from builders.randomness import key

CRITIC = "critic"  # folders
SAMPLES = "samples"
_TOKENIZER = "microworld:models/critic"
_K = 6  # sentences a context; 15 pairs
_PER_SHARD = 100
_REPEATED = 4  # every so many-th context says in another domain what the one before it says
_WORDS = (
    "profit sales shares rain wind storm court judge ruling appeal team coach match goal season trial patients drug "
    "heart study bank loan price market oil gas phone launch merger deal talks strike vote party minister bill tax "
    "budget school bridge road train flight airport fire rescue police city state north south east west new old first "
    "last high low big small early late"
)


def make_samples(folder: Path, contexts: int) -> Stage:
    """Writes the samples of so many contexts below `folder`; a fourth of them repeat another's sentences."""
    from builders.sampling import SAMPLES_SCHEMA  # imports torch

    stage = Stage(folder / SAMPLES, f"synthetic {contexts}", -(-contexts // _PER_SHARD)).open()
    for shard in range(stage.num_shards):
        numbers = range(shard * _PER_SHARD, min(contexts, (shard + 1) * _PER_SHARD))
        stage.write_shard(shard, [_row(number) for number in numbers], SAMPLES_SCHEMA, {"contexts": len(numbers)})
    return stage


def _row(number: int) -> dict[str, object]:
    repeats = number % _REPEATED == _REPEATED - 1
    drawn = random.Random(key(0, "memory", number - repeats))
    words = drawn.sample(_WORDS.split(), 12)
    name = f"{number:08d}"
    return {
        "context_id": name,
        "passage_id": name,
        "domain": "repeated" if repeats else "synthetic",
        "context": f"Context {number}.",
        "sentences": [" ".join(drawn.sample(words, 7)).capitalize() + "." for _ in range(_K)],
        "teacher": "none",
        "seed": 0,
    }


def make_critic(folder: Path) -> None:
    """Saves an NLI model of one narrow layer with random opinions."""
    import torch  # slow to import
    from transformers import AutoTokenizer, GPT2Config, GPT2ForSequenceClassification

    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(resolve(_TOKENIZER))
    labels = {0: "entailment", 1: "not_entailment"}
    config = GPT2Config(
        vocab_size=len(tokenizer),
        n_positions=256,
        n_embd=16,
        n_layer=1,
        n_head=1,
        initializer_range=0.5,
        id2label=labels,
        label2id={label: index for index, label in labels.items()},
        **dict.fromkeys(("pad_token_id", "bos_token_id", "eos_token_id"), tokenizer.pad_token_id),
    )
    GPT2ForSequenceClassification(config).save_pretrained(folder / CRITIC)
    tokenizer.save_pretrained(folder / CRITIC)
