"""Several pairs in a row: the same losses as one pair a row, and no pair sees another."""

from dataclasses import replace

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from builders.errors import RunError
from builders.models import load_causal_lm
from tests.trainers.conftest import PAIRS
from tests.trainers.test_causal import llama  # noqa: F401  (a fixture)
from tests.trainers.test_finetuning import CONFIG, history
from trainers.causal import causal_trainer
from trainers.finetuning import fine_tune
from trainers.packing import check_rows_apart

PACKED = replace(CONFIG, packing=True)


@pytest.mark.parametrize("base", ["gpt2", "llama"])
def test_packed_pairs_have_the_losses_of_pairs_alone(base, request, tmp_path):
    base = request.getfixturevalue(base)
    losses = []
    for config in (CONFIG, PACKED):
        model, tokenizer = load_causal_lm.__wrapped__(base)
        trainer = causal_trainer(model, tokenizer, PAIRS, [], config, tmp_path, seed=0)
        batch = trainer.data_collator(list(trainer.train_dataset))
        with torch.inference_mode():
            losses.append(float(trainer.compute_loss(model.eval(), batch)))
        rows = len(trainer.train_dataset)
    assert losses[1] == pytest.approx(losses[0], rel=1e-6)
    assert rows < len(PAIRS)


def test_a_row_holds_whole_pairs_and_at_most_twice_the_longest_sentence(gpt2, pairs, tmp_path):
    model, tokenizer = load_causal_lm.__wrapped__(gpt2)
    trainer = causal_trainer(model, tokenizer, pairs, [], replace(PACKED, max_length=24), tmp_path, seed=0)
    texts = [tokenizer.decode(row["input_ids"]) for row in trainer.train_dataset]
    shown = sorted(pair for text in texts for pair in text.split("</s>") if pair)
    assert shown == sorted(f"{source} => {target}" for source, target in pairs)
    assert (
        max(len(row["input_ids"]) for row in trainer.train_dataset) <= 2 * 24 + len(tokenizer(" =>")["input_ids"]) + 9
    )


def test_a_packed_training_learns_and_is_evaluated_like_any_other(gpt2, pairs, tmp_path):
    config = replace(PACKED, max_steps=20, evaluations=1)
    out = fine_tune(gpt2, pairs, PAIRS, config, tmp_path / "student", seed=0)
    model, tokenizer = AutoModelForCausalLM.from_pretrained(out), AutoTokenizer.from_pretrained(out)
    losses = []
    for source, target in PAIRS:
        asked, whole = (tokenizer(text)["input_ids"] for text in (f"{source} =>", f"{source} => {target}</s>"))
        with torch.inference_mode():
            logits = model(torch.tensor([whole])).logits[0, len(asked) - 1 : -1]
        written = torch.tensor(whole[len(asked) :])
        losses += torch.nn.functional.cross_entropy(logits, written, reduction="none").tolist()
    assert history(out, "eval_loss") == [pytest.approx(sum(losses) / len(losses), rel=1e-5)]
    assert history(out)[-1] < history(out)[0] / 2


def test_a_model_whose_rows_are_not_kept_apart_is_refused(gpt2):
    model = AutoModelForCausalLM.from_pretrained(gpt2)
    check_rows_apart(model)
    forward = model.forward
    model.forward = lambda position_ids=None, **inputs: forward(**inputs)  # as one that does not heed positions
    with pytest.raises(RunError, match="set packing: false"):
        check_rows_apart(model)
