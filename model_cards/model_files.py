"""What a model folder holds, as far as its card must know: the kind of model, its prompt, the code shipped with it."""

from dataclasses import dataclass
from pathlib import Path

from model_cards.run_folder import CardError, read_json
from model_cards.usage_code import HANDLER, PIPELINE

_PROMPT = "{source} =>"  # of a decoder-only student whose configuration names none


@dataclass(frozen=True)
class ModelFiles:
    """A model folder.

    Args:
        is_adapter: Whether it holds a LoRA adapter alone, without the base.
        is_decoder: Whether the model continues a prompt (GPT-2 and the like) in place of reading a source (T5).
        prompt_template: Of a decoder-only model; `{source}` stands for the sentence.
        adapted: The base that an adapter names.
        has_pipeline: Whether `pipeline("paraphrase", ...)` works with it; an adapter has no place to name it.
        has_handler: Whether the handler of Inference Endpoints is.
    """

    is_adapter: bool
    is_decoder: bool
    prompt_template: str
    adapted: str | None
    has_pipeline: bool
    has_handler: bool

    def prompt(self, source: str) -> str:
        """What the model is given for a sentence."""
        return self.prompt_template.replace("{source}", source) if self.is_decoder else source


def model_files(folder: Path) -> ModelFiles:
    """What is in a model folder.

    Raises:
        CardError: One of its configurations cannot be read.
    """
    config = read_json(folder / "config.json") if (folder / "config.json").is_file() else {}
    path = folder / "adapter_config.json"
    is_adapter = path.is_file() and not config
    adapter = read_json(path) if is_adapter else {}
    architectures = [str(name) for name in config.get("architectures") or []]
    template = config.get("prompt_template", _PROMPT)
    if not isinstance(template, str):
        raise CardError(
            f"{folder / 'config.json'}: prompt_template must be text, got {template!r}; save the model again"
        )
    adapted = adapter.get("base_model_name_or_path")
    return ModelFiles(
        is_adapter=is_adapter,
        is_decoder=adapter.get("task_type") == "CAUSAL_LM"
        or any(name.endswith(("ForCausalLM", "LMHeadModel")) for name in architectures),
        prompt_template=template,
        adapted=str(adapted) if adapted else None,
        has_pipeline=(folder / PIPELINE).is_file() and not is_adapter,
        has_handler=(folder / HANDLER).is_file(),
    )
