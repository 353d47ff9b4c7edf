"""The front matter of a card that is there, brought up to date by that of a generated one."""

from typing import Any

from model_cards.run_folder import CardError

# What people add to. Every other key says one thing: the newest wins.
_UNITED = ("language", "tags")
# Several configs of one dataset each say something of these.
_UNITED_CONFIGS = (
    *("task_categories", "task_ids", "source_models", "size_categories"),
    *("annotations_creators", "language_creators", "multilinguality", "source_datasets"),
)
# What a model's card says of the model alone: a newer one that does not say it has none.
_OF_THE_MODEL = (
    *("library_name", "pipeline_tag", "base_model", "base_model_relation", "datasets", "metrics", "widget"),
    *("model-index", "model_name"),
)
_TASTE = ("emoji", "colorFrom", "colorTo", "pinned")  # of a Space's owner
_SIZES = ("1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B", "100B", "1T")


def merge_metadata(theirs: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    """The metadata of the card that is there, with ours in it.

    Args:
        theirs: Keys that ours has not stay, but for what a newer model lacks; so do entries of `configs` and
            `dataset_info` under other names, and a Space's looks. Its default config stays the default.
        ours: `tags` and `language` are united with theirs, theirs first, and in a dataset with other configs so are all
            lists; everything else replaces theirs.

    Raises:
        CardError: One of those entries is of a shape that no such entry has.
    """
    if "pipeline_tag" in ours:
        theirs = {key: value for key, value in theirs.items() if key not in _OF_THE_MODEL or key in ours}
    merged = {**theirs, **ours, **{key: theirs[key] for key in _TASTE if key in theirs}}
    for key in (*_UNITED, *(_UNITED_CONFIGS if _has_other_configs(theirs, ours) else ())):
        if key in theirs and key in ours:
            merged[key] = _united(theirs[key], ours[key])
    if "dataset_info" in theirs and "dataset_info" in ours:
        earlier_infos, our_infos = _entries(theirs, "dataset_info"), _entries(ours, "dataset_info")
        merged["dataset_info"] = _by_name(earlier_infos, our_infos)
    if "configs" in ours:
        earlier = _entries(theirs, "configs")
        configs = _by_name(earlier, _entries(ours, "configs"))
        merged["configs"] = _with_one_default(configs, earlier, _entries(ours, "configs"))
    if "dataset_info" in merged and "dataset_info" in ours:
        infos = _entries(merged, "dataset_info")
        if _are_all_counted(_entries(merged, "configs"), infos):
            merged["size_categories"] = [size_category(sum(map(_rows, infos)))]
        # As `datasets` writes it: a list only where there are several, and then each by its name.
        named = [{"config_name": "default", **info} for info in infos]
        merged["dataset_info"] = named if len(infos) > 1 else infos[0]
    return merged


def size_category(rows: int) -> str:
    """The Hub's name for so many rows."""
    at_most = next((place for place in range(len(_SIZES)) if rows < 1000 * 10**place), None)
    if at_most is None:
        return f"n>{_SIZES[-1]}"
    return f"n<{_SIZES[0]}" if at_most == 0 else f"{_SIZES[at_most - 1]}<n<{_SIZES[at_most]}"


def _has_other_configs(theirs: dict[str, Any], ours: dict[str, Any]) -> bool:
    """Whether a dataset has configs that are not ours."""
    return not {_name(config) for config in _entries(theirs, "configs")} <= {
        _name(config) for config in _entries(ours, "configs")
    }


def _united(theirs: Any, ours: Any) -> Any:
    """Both lists in one; a single value that both agree on stays single."""
    one, other = (value if isinstance(value, list) else [value] for value in (theirs, ours))
    # YAML reads the code of Norwegian as a boolean.
    values = ["no" if value is False else value for value in one if value is not None]
    values += [value for value in other if value not in values]
    return values if isinstance(theirs, list) or isinstance(ours, list) or len(values) > 1 else values[0]


def _entries(data: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = data.get(key)
    entries = [] if value is None else value if isinstance(value, list) else [value]
    for entry in entries:
        if not isinstance(entry, dict):
            raise CardError(f"{key} in the front matter must list settings by name, got {entry!r:.60}; correct it")
    return entries


def _by_name(theirs: list[dict[str, Any]], ours: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Their entries in their order, each of a config that we write replaced by ours; the rest of ours after them."""
    names = [_name(entry) for entry in theirs]
    if twice := [name for name in names if names.count(name) > 1]:
        raise CardError(f"two entries of the front matter have the config_name {twice[0]!r}; delete or rename one")
    named = {_name(entry): entry for entry in ours}
    kept = [named.pop(name, entry) for name, entry in zip(names, theirs, strict=True)]
    return [*kept, *named.values()]


def _with_one_default(
    merged: list[dict[str, Any]], theirs: list[dict[str, Any]], ours: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The configs with `default: true` at exactly one of them: theirs where `load_dataset` has found one so far."""
    default = _default_of(theirs) or _default_of(ours) or _name(ours[0])
    # `datasets` takes a config of this name for the default, and refuses another beside it.
    default = next((_name(config) for config in merged if _name(config) == "default"), default)
    return [_marked(config) if _name(config) == default else _unmarked(config) for config in merged]


def _default_of(configs: list[dict[str, Any]]) -> str | None:
    marked = [config for config in configs if config.get("default")]
    found = marked or (configs if len(configs) == 1 else [])
    return _name(found[0]) if found else None


def _name(config: dict[str, Any]) -> str:
    return str(config.get("config_name", "default"))


def _marked(config: dict[str, Any]) -> dict[str, Any]:
    if config.get("default") is True:
        return config
    rest = {key: value for key, value in config.items() if key not in ("config_name", "default")}
    return {"config_name": _name(config), "default": True, **rest}


def _unmarked(config: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in config.items() if key != "default" or not value}


def _rows(info: dict[str, Any]) -> int:
    return sum(split["num_examples"] for split in info["splits"])


def _are_all_counted(configs: list[dict[str, Any]], infos: list[dict[str, Any]]) -> bool:
    """Whether the rows of every config, and of every split that is listed, are known."""
    for info in infos:
        splits = info.get("splits")
        if not isinstance(splits, list) or not all(_is_counted(split) for split in splits):
            return False
    return {_name(config) for config in configs} <= {_name(info) for info in infos}


def _is_counted(split: Any) -> bool:
    return isinstance(split, dict) and isinstance(split.get("num_examples"), int)
