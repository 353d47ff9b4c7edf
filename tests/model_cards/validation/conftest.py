"""A card of given metadata, checked."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from model_cards.validation.cards import card_problems

Check = Callable[..., list[str]]


@pytest.fixture
def dataset_problems() -> Check:
    """What is wrong with a dataset card of the metadata passed."""
    return lambda **metadata: card_problems(card_of(metadata), "dataset")


@pytest.fixture
def model_problems() -> Check:
    """What is wrong with a model card of the metadata passed; `model_index` stands for `model-index`."""
    return lambda **metadata: card_problems(
        card_of({key.replace("model_index", "model-index"): value for key, value in metadata.items()}), "model"
    )


@pytest.fixture
def space_problems() -> Check:
    """What is wrong with a Space's card of the metadata passed, beside what such a card must have."""
    needed = {"sdk": "gradio", "sdk_version": "6.31.0", "app_file": "app.py"}
    return lambda **metadata: card_problems(
        card_of({key: value for key, value in (needed | metadata).items() if value is not None}), "space"
    )


def card_of(metadata: dict[str, Any]) -> str:
    return f"---\n{yaml.safe_dump(metadata, allow_unicode=True)}---\n\n# A title\n"
