"""One training of a student of either kind, from its base to the saved folder."""

from pathlib import Path
from typing import Any

import torch
from transformers import PrinterCallback, set_seed

from builders.errors import RunError

from .best_weights import BestWeights, best_evaluation, evaluations
from .checkpoints import Checkpoints, last_checkpoint, resume_best
from .processes import is_first_process
from .shortened_pairs import report_cuts, shortened_pairs
from .student import add_tokens, save_student, trainable_model
from .training_callbacks import Evaluate, RefuseNoNumber, ShowProgress, curves
from .training_job import TrainingJob
from .written_figures import written_figures


def train_student(job: TrainingJob, folder: Path) -> dict[str, Any]:
    """Trains and writes model, tokenizer and generation settings into `folder`.

    Returns:
        What `training.json` shall hold: `history`, the curves of the losses and of `metric`; `steps`, the number of
        updates; `kept_step`, that of the kept weights; `cut_sources` and `cut_targets`, how many texts were too long.
    """
    config = job.config
    set_seed(job.seed)  # before the adapter is initialised
    model, tokenizer = trainable_model(job.base, config.lora)
    if config.lora is None:  # an adapter leaves the embeddings as they are
        add_tokens(model, tokenizer, job.new_tokens)
    if model.config.is_encoder_decoder:
        from .seq2seq import longest_sides
        from .seq2seq import seq2seq_trainer as make_trainer
    else:
        from .causal import causal_trainer as make_trainer  # imports trl, which a T5 need not wait for
        from .causal import longest_sides
    longest = longest_sides(model, tokenizer, config.max_length)
    pairs, cut = shortened_pairs(tokenizer, job.pairs, longest)
    if is_first_process():
        report_cuts(job.label, cut, len(pairs), longest)
    validation, _ = shortened_pairs(tokenizer, job.validation, longest)
    checkpoint = last_checkpoint(job.checkpoints, job.mark)
    saved = job.checkpoints if config.checkpoints else folder
    trainer = make_trainer(model, tokenizer, pairs, validation, config, saved, job.seed)
    if config.metric != "loss" and validation:
        read = (validation, job.plain_sources)
        trainer.written = written_figures(model, tokenizer, *read, config.metric, config.max_length)
    best = BestWeights(config)
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(RefuseNoNumber())
    if is_first_process():
        trainer.add_callback(ShowProgress(job.label))
    if validation:
        trainer.add_callback(Evaluate(config.evaluations))
        trainer.add_callback(best)
    if config.checkpoints:
        trainer.add_callback(Checkpoints(config.checkpoints, job.mark, best))
    if checkpoint is not None:
        resume_best(best, checkpoint)
    steps = trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None).global_step
    log, kept_step = trainer.state.log_history, steps
    if config.keep == "best":
        figures = evaluations(log, config.metric)
        kept_step = figures[best_evaluation(figures, config.metric)][0]
        best.restore(model)
    if not all(bool(torch.isfinite(weights).all()) for weights in model.parameters() if weights.requires_grad):
        raise RunError(f"the weights were no numbers after step {kept_step}; lower learning_rate")
    if is_first_process():
        save_student(model, tokenizer, config.max_length, folder)
    return {"history": curves(log), "steps": steps, "kept_step": kept_step, **cut}
