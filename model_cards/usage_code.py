"""The code that ships with a release: how a model is used, and the Space to try it in."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from model_cards.merging import generated_card

SHIPPED = Path(__file__).parent / "shipped"
PIPELINE, HANDLER = "paraphrase_pipeline.py", "handler.py"
SHELLS = (PIPELINE, HANDLER, "requirements.txt")  # around the class of students, which is given
GRADIO = "6.31.0"  # that the Space was tried with


def add_usage_code(model_folder: Path, code: Mapping[str, Path]) -> None:
    """Puts the code to use a model into its folder, and the pipeline's name into its config.json.

    An adapter has no config.json, and so its pipeline has no name that `pipeline` would know. An endpoint installs what
    requirements.txt lists; what it has by itself may be too old for the model's files.

    Args:
        model_folder: Not yet in use by anyone: what fails leaves it half done.
        code: The files by their names there: `SHELLS`, and what they import.

    Raises:
        OSError: A file cannot be written.
    """
    for name, file in code.items():
        shutil.copyfile(file, model_folder / name)
    path = model_folder / "config.json"
    if path.is_file():
        config = json.loads(path.read_text(encoding="utf-8"))
        kind = "AutoModelForSeq2SeqLM" if config.get("is_encoder_decoder") else "AutoModelForCausalLM"
        named = {"paraphrase": {"impl": f"{Path(PIPELINE).stem}.ParaphrasePipeline", "pt": [kind]}}
        text = json.dumps(config | {"custom_pipelines": named}, indent=2, sort_keys=True)
        path.write_text(text + "\n", encoding="utf-8", newline="\n")


def space_files(
    model_id: str, title: str, examples: Sequence[str], license: str, task: str
) -> tuple[str, dict[str, bytes | Path]]:
    """The repository of a Space for a model on the Hub.

    Args:
        model_id: NAMESPACE/NAME of the model.
        title: The page's heading.
        examples: Sentences to begin with.
        license: As the Hub names it.
        task: "paraphrase" or "summary".

    Returns:
        Its README.md, and the other files: path in the repository -> content, or file on this machine.
    """
    front = {
        "title": title,
        "emoji": "🪞",
        "colorFrom": "indigo",
        "colorTo": "yellow",
        "sdk": "gradio",
        "sdk_version": GRADIO,
        "app_file": "app.py",
        "models": [model_id],
        "license": license,
        "pinned": False,
    }
    model = f"[{model_id}](https://huggingface.co/{model_id})"
    card = generated_card(front, "space", f"# {title}\n\nA page to try {model} on.")
    settings = {"model": model_id, "task": task, "title": title, "examples": list(examples)}
    return card, {
        "app.py": SHIPPED / "space/app.py",
        "requirements.txt": SHIPPED / "space/requirements.txt",
        "model.json": (json.dumps(settings, indent=2, ensure_ascii=False) + "\n").encode("utf-8"),
    }
