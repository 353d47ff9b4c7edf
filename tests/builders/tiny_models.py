"""Tiny models of stock classes: a teacher trained for a second or two, a student and a critic with random weights."""

import random
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    GPT2Config,
    GPT2ForSequenceClassification,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

SPECIALS = ["<pad>", "<bos>", "<eos>", "<sep>"]
_NAMES = ["Boeing", "Dell Corp.", "Apple", "Nike"]
_EVENTS = ["profit rose", "sales fell", "shares gained", "its U.S. sales rose"]
_DAYS = ["on Monday", "on Tuesday", "last week"]


def sentence(rng: random.Random) -> str:
    name, event, day = rng.choice(_NAMES), rng.choice(_EVENTS), rng.choice(_DAYS)
    forms = ["{name} said {event} {day}.", "{first} {name} said {event}.", "{name} said that {event} {day}."]
    return rng.choice(forms).format(name=name, event=event, day=day, first=day[0].upper() + day[1:])


def passage(rng: random.Random, sentences: int) -> str:
    return " ".join(sentence(rng) for _ in range(sentences))


def make_tokenizer(template: str = "none") -> PreTrainedTokenizerFast:
    """A byte-level BPE of its own small corpus; `template` is "none", "eos" (as T5) or "pair" (as an NLI critic)."""
    rng = random.Random(0)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=SPECIALS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([passage(rng, 5) for _ in range(100)], trainer)
    ids = [(name, tokenizer.token_to_id(name)) for name in SPECIALS]
    if template == "pair":
        forms = {"single": "<bos> $A <eos>", "pair": "<bos> $A <sep> $B <eos>"}
        tokenizer.post_processor = processors.TemplateProcessing(**forms, special_tokens=ids)
    elif template == "eos":
        tokenizer.post_processor = processors.TemplateProcessing(single="$A <eos>", special_tokens=ids)
    names = {"pad_token": "<pad>", "bos_token": "<bos>", "eos_token": "<eos>"}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names)


def _gpt2_config(tokenizer: PreTrainedTokenizerFast, **extra) -> GPT2Config:
    sizes = {"vocab_size": len(tokenizer), "n_positions": 160, "n_embd": 32, "n_layer": 1, "n_head": 2}
    quiet = {"resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}
    tokens = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
    return GPT2Config(**sizes, **quiet, **tokens, **extra)


def _save(model, tokenizer: PreTrainedTokenizerFast, folder: Path) -> str:
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / "README.md").write_text("---\nlicense: mit\n---\n")
    return str(folder)


def make_teacher(folder: Path, steps: int = 150) -> str:
    """A GPT-2 that has learnt to go on with whole sentences, most of them its corpus's own."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    rng = random.Random(1)
    tokenizer = make_tokenizer()
    model = GPT2LMHeadModel(_gpt2_config(tokenizer))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(steps):
        rows = [tokenizer("<bos>" + passage(rng, 6))["input_ids"][:48] for _ in range(16)]
        batch = torch.tensor([row for row in rows if len(row) == 48])
        model(input_ids=batch, labels=batch).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return _save(model, tokenizer, folder)


def make_student(folder: Path) -> str:
    torch.manual_seed(0)
    tokenizer = make_tokenizer("eos")
    sizes = {"vocab_size": len(tokenizer), "d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 2, "num_heads": 2}
    tokens = {"decoder_start_token_id": 0, "pad_token_id": 0, "eos_token_id": 2}
    return _save(T5ForConditionalGeneration(T5Config(**sizes, **tokens)), tokenizer, folder)


def make_critic(folder: Path, labels: tuple[str, ...] = ("contradiction", "Entailment", "neutral")) -> str:
    """A stock GPT-2 classifier whose opinions are random and differ from pair to pair; 0.15 is about their median."""
    torch.manual_seed(2)
    tokenizer = make_tokenizer("pair")
    names = {"id2label": dict(enumerate(labels)), "label2id": {label: i for i, label in enumerate(labels)}}
    model = GPT2ForSequenceClassification(_gpt2_config(tokenizer, initializer_range=0.3, **names))
    return _save(model, tokenizer, folder)
