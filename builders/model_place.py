"""Where the models that a recipe names lie: in a folder, a package or the Hub's cache."""

import importlib.util
from functools import lru_cache
from pathlib import Path
from typing import Any

from builders.errors import RunError, one_line
from builders.files import read_json, read_text
from builders.user_path import user_path

CONFIG, ADAPTER, CARD = "config.json", "adapter_config.json", "README.md"
GENERATION = "generation_config.json"
_WEIGHTS = (".safetensors", ".bin")


def resolve(ref: str) -> str:
    """Where a model reference points.

    Args:
        ref: `package:sub/folder` (a folder inside an importable package), a local folder, a Hub id, or `ID@REVISION`, a
            tag, branch or commit of one, which is fetched.

    Raises:
        RunError: The reference names a place on this machine, and no model is there; or a revision cannot be fetched.
    """
    package, colon, inside = ref.partition(":")
    if colon and inside and package.isidentifier():
        return str(_model_folder(ref, package_folder(f"model '{ref}'", package) / inside))
    path = user_path(ref)
    if ref.startswith((".", "/", "~")) or ref.count("/") > 1 or path.exists():  # a Hub id has one slash at most
        return str(_model_folder(ref, path))
    name, at, revision = ref.partition("@")
    return _fetched_revision(ref, name, revision) if at else ref


@lru_cache(maxsize=16)
def _fetched_revision(ref: str, name: str, revision: str) -> str:
    """The folder in the cache with a model of the Hub as it was at a revision."""
    from huggingface_hub import snapshot_download  # slow to import

    try:
        return snapshot_download(name, revision=revision)
    except Exception as error:  # the Hub's refusals, an id or a revision that can be none, and the network's own
        raise load_error(ref, "does not load", error) from error


def package_folder(what: str, package: str) -> Path:
    """Where an importable package lies.

    Raises:
        RunError: There is none; the message begins with `what` it was wanted for.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise RunError(f"{what}: there is no package '{package}' here; check the name before the colon")
    return Path(next(iter(spec.submodule_search_locations)))


def _model_folder(ref: str, path: Path) -> Path:
    if not any((path / name).is_file() for name in (CONFIG, ADAPTER)):
        problem = "holds no config.json" if path.is_dir() else "is no folder" if path.exists() else "does not exist"
        raise RunError(f"model '{ref}': {path} {problem}; name a saved model folder or a Hub id")
    return path


def settings_folder(ref: str) -> Path:
    """The folder with the configuration and the card of a model.

    Of a model on the Hub it is in the cache, and named by the commit; an adapter from the Hub is there as a whole,
    since without the network transformers loads none by its Hub id.

    Raises:
        RunError: There is no such model, the Hub cannot be reached, or HF_HUB_OFFLINE is set and the cache lacks it.
    """
    place = resolve(ref)
    if Path(place).is_dir():
        return Path(place)
    from huggingface_hub import constants, snapshot_download  # slow to import
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(place, allow_patterns=[CONFIG, ADAPTER, CARD]))
        if (folder / ADAPTER).is_file() and not (folder / CONFIG).is_file():
            folder = Path(snapshot_download(place, revision=folder.name))
    except LocalEntryNotFoundError as error:
        raise _not_cached(ref) if constants.HF_HUB_OFFLINE else load_error(ref, "does not load", error) from error
    except Exception as error:  # the Hub's refusals, an id that can be none, and the network's own
        raise load_error(ref, "does not load", error) from error
    # Without its weights: a check of a recipe that names it has only fetched its configuration.
    if constants.HF_HUB_OFFLINE and not any(path.suffix in _WEIGHTS for path in folder.iterdir()):
        raise _not_cached(ref)
    return folder


def _not_cached(ref: str) -> RunError:
    problem = f"model '{ref}' is not in the Hub's cache, or only in part, and HF_HUB_OFFLINE is set"
    return RunError(f"{problem}; get it by 'hf download {ref}' with HF_HUB_OFFLINE unset")


def load_error(ref: str, problem: str, error: Exception) -> RunError:
    """What a library's error becomes: one line with a remedy.

    Args:
        ref: The model as the user named it.
        problem: Such as "does not load".
        error: The libraries below raise their own kinds: OSError, ValueError, SafetensorError, HfHubHTTPError, ...
    """
    if isinstance(error, ImportError):  # BioGPT's tokenizer, for one, needs a package that is optional
        remedy = "install what it needs; for BioGPT by pip install 'impossible-distillation[biogpt]'"
    else:
        there = user_path(ref).exists() or ":" in ref
        remedy = "save the model again, or name another" if there else "check the name, or the network"
    return RunError(f"model '{ref}' {problem}: {one_line(error)}; {remedy}")


def adapter_base(folder: Path) -> str | None:
    """The model that the PEFT adapter in a folder adapts; None where the folder holds a whole model.

    Raises:
        RunError: Its `adapter_config.json` is damaged or names no model.
    """
    if (folder / CONFIG).is_file() or not (folder / ADAPTER).is_file():
        return None
    base = read_settings(folder / ADAPTER).get("base_model_name_or_path")
    if not isinstance(base, str) or not base:
        remedy = "name the model that the adapter was trained on"
        raise RunError(f"{folder / ADAPTER} has no base_model_name_or_path, got {base!r}; {remedy}")
    if user_path(base).resolve() == folder.resolve():
        raise RunError(
            f"{folder / ADAPTER} names the adapter itself as its base; name the model that it was trained on"
        )
    return base


def read_settings(path: Path) -> dict[str, Any]:
    """What a `config.json` or `adapter_config.json` holds.

    Raises:
        RunError: It is damaged.
    """
    settings = read_json(read_text(path), str(path))
    if not isinstance(settings, dict):
        raise RunError(f"{path} must hold an object, got {settings!r:.60}; save the model again")
    return settings
