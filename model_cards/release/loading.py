"""Loading a released model or metric back from the Hub."""

from pathlib import Path
from typing import Any

from huggingface_hub import HfApi


def load_model(repo_id: str, revision: str) -> tuple[int, int]:
    """Loads a model or an adapter with its tokenizer, as the snippet on its card does.

    Returns:
        Its parameters, and the tokens that its tokenizer knows.

    Raises:
        OSError, ValueError: It does not load.
    """
    from peft import AutoPeftModelForCausalLM, AutoPeftModelForSeq2SeqLM, PeftConfig  # slow to import
    from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

    tokens = len(AutoTokenizer.from_pretrained(repo_id, revision=revision))
    is_adapter = HfApi().file_exists(repo_id, "adapter_config.json", revision=revision)
    kind: Any
    if is_adapter:
        task = str(PeftConfig.from_pretrained(repo_id, revision=revision).task_type)
        kind = AutoPeftModelForSeq2SeqLM if "SEQ_2_SEQ" in task else AutoPeftModelForCausalLM
    else:
        config = AutoConfig.from_pretrained(repo_id, revision=revision)
        kind = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
    return int(kind.from_pretrained(repo_id, revision=revision).num_parameters()), tokens


def known_tokens(folder: Path) -> int:
    """The tokens that the tokenizer in a folder knows."""
    from transformers import AutoTokenizer  # slow to import

    return len(AutoTokenizer.from_pretrained(folder))


def load_metric(repo_id: str, revision: str) -> None:
    """Loads an `evaluate` module from its Space.

    Raises:
        FileNotFoundError: It is not there, or its Space has another name than its file.
    """
    import evaluate  # slow to import

    evaluate.utils.logging.disable_progress_bar()  # a bar for each of a few small files says nothing
    evaluate.load(repo_id, revision=revision, download_mode="force_redownload")
