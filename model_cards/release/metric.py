"""A metric as a Space, which is where `evaluate.load("NAMESPACE/NAME")` looks for one."""

from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from huggingface_hub import RepoCard

from model_cards.merging import generated_card
from model_cards.release.contents import CARD, Release
from model_cards.release.errors import ReleaseError
from model_cards.usage_code import GRADIO

_SHIPPED = Path(__file__).parent.parent / "shipped" / "metric"
_REQUIREMENTS = "requirements.txt"  # what every metric needs, and beside a metric what it needs besides
_SPACE = {"emoji": "📏", "sdk": "gradio", "sdk_version": GRADIO, "app_file": "app.py", "license": "apache-2.0"}


def metric_release(name: str, repo_id: str) -> Release:
    """An `evaluate` module of this project as the Space that holds it.

    Args:
        name: Of a folder of `metrics/`, such as `ted`.
        repo_id: NAMESPACE/NAME, where NAME must be the module's: `evaluate` takes it for the name of the file.

    Raises:
        ReleaseError: There is no such metric, or the Space has another name.
    """
    folder = Path(str(files("metrics"))) / name
    if not (folder / f"{name}.py").is_file():
        known = ", ".join(
            sorted(path.parent.name for path in folder.parent.glob("*/*.py") if path.stem == path.parent.name)
        )
        raise ReleaseError(f"there is no metric '{name}'; there are {known}")
    if repo_id.rpartition("/")[2] != name:
        namespace = repo_id.partition("/")[0]
        raise ReleaseError(f"'{repo_id}' cannot hold the metric '{name}': evaluate wants {namespace}/{name}")
    held: dict[str, Path | bytes] = {path.name: path for path in sorted(folder.glob("*.py")) if path.stem != "__init__"}
    held |= {path.name: path for path in sorted(_SHIPPED.iterdir()) if path.is_file()}
    held[_REQUIREMENTS] = b"".join(
        (place / _REQUIREMENTS).read_bytes() for place in (_SHIPPED, folder) if (place / _REQUIREMENTS).is_file()
    )
    return Release(
        "space",
        repo_id,
        f"metric {name}",
        version("impossible-distillation"),
        held,
        _card(folder, repo_id),
        metric=name,
    )


def _card(folder: Path, repo_id: str) -> str:
    """The metric's own card with what a Space needs besides, loading the metric from where it is going."""
    card = RepoCard((folder / CARD).read_text(encoding="utf-8"), ignore_metadata_errors=False)
    body = card.text.replace(f'"metrics/{folder.name}"', f'"{repo_id}"')
    return generated_card(card.data.to_dict() | _SPACE, "metric", body)
