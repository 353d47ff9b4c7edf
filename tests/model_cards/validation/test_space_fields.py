import pytest


@pytest.mark.parametrize(
    "metadata",
    [
        {"emoji": "🍋", "colorFrom": "yellow", "colorTo": "green", "title": "Paraphraser"},
        {"emoji": "✍️"},
        {"emoji": "👩🏽‍🔬"},
        {"models": ["me/student"], "datasets": ["me/dimple"], "python_version": "3.11"},
        {"sdk": "static", "sdk_version": None, "app_file": "dist/index.html"},
        {"sdk": "docker", "sdk_version": None, "app_file": None},
        {"sdk_version": "6.0.0rc1"},
        {"short_description": "x" * 60},
    ],
)
def test_takes_what_the_hub_takes(space_problems, metadata):
    assert space_problems(**metadata) == []


@pytest.mark.parametrize(
    ("metadata", "problem"),
    [
        ({"sdk": None}, "sdk: is missing; use one of docker, gradio, static"),
        ({"sdk": "streamlit"}, "sdk: the Hub does not know 'streamlit'"),
        ({"app_file": None}, "app_file: is missing"),
        ({"app_file": "../app.py"}, "app_file: '../app.py' has '..' between its slashes"),
        ({"sdk_version": None}, "sdk_version: is missing"),
        ({"sdk_version": 6.3}, "sdk_version: must be a text, got 6.3; put it in quotes"),
        ({"sdk_version": ">=6"}, "sdk_version: '>=6' is no version"),
        ({"python_version": "2.7"}, "python_version: '2.7' is no version"),
        ({"colorFrom": "orange"}, "colorFrom: the Hub does not know 'orange'"),
        ({"emoji": "lemon"}, "emoji: 'lemon' is no emoji"),
        ({"emoji": "7"}, "emoji: '7' is no emoji"),
        ({"short_description": "x" * 61}, "has 61 characters; the Hub takes at most 60"),
        ({"models": "me/student"}, "models: must be a list"),
        ({"models": ["runs/demo/student"]}, "models[0]: 'runs/demo/student' names no repository"),
    ],
)
def test_names_field_value_and_remedy(space_problems, metadata, problem):
    [line] = space_problems(**metadata)
    assert problem in line
