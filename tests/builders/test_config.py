from dataclasses import dataclass
from typing import Literal

import pytest

from builders.config import fingerprint, from_mapping, to_mapping
from builders.errors import ConfigError


@dataclass(frozen=True)
class Inner:
    rate: float = 1.0

    def __post_init__(self):
        if self.rate <= 0:
            raise ConfigError(f"rate must be above 0, got {self.rate}")


@dataclass(frozen=True)
class Outer:
    name: str
    inner: Inner = Inner()
    steps: int | None = None
    kind: Literal["full", "lora"] = "full"
    tags: tuple[str, ...] = ()
    flag: bool = False


def test_reads_nested_settings_and_writes_them_back():
    mapping = {"name": "a", "inner": {"rate": 2}, "steps": None, "kind": "lora", "tags": ["x", "y"], "flag": True}
    made = from_mapping(Outer, mapping)
    assert made == Outer("a", Inner(2.0), None, "lora", ("x", "y"), True)
    assert to_mapping(made) == mapping


def test_reads_the_floats_that_yaml_takes_for_text():
    assert from_mapping(Inner, {"rate": "1e-3"}) == Inner(0.001)


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"name": "a", "inner": {"rat": 1}}, ["'rat'", "'inner'", "rate"]),
        ({"nam": "a"}, ["'nam'", "the recipe", "name"]),
        ({}, ["'name'", "missing"]),
        ({"name": 3}, ["name", "text", "3"]),
        ({"name": "a\ud800"}, ["name", "half a character", "'a\\ud800'"]),
        ({"name": "a", "tags": ["\udfff"]}, ["tags[0]", "half a character"]),
        ({"name": "a", "steps": 1.5}, ["steps", "whole number", "1.5"]),
        ({"name": "a", "steps": True}, ["steps", "True"]),
        ({"name": "a", "flag": 1}, ["flag", "true or false"]),
        ({"name": "a", "inner": {"rate": "fast"}}, ["inner.rate", "number", "'fast'"]),
        ({"name": "a", "inner": {"rate": -1}}, ["inner", "rate", "-1"]),
        ({"name": "a", "inner": 3}, ["'inner'", "mapping"]),
        ({"name": "a", "kind": "half"}, ["kind", "'full', 'lora'", "'half'"]),
        ({"name": "a", "tags": "x"}, ["tags", "list"]),
        ({"name": "a", "tags": [1]}, ["tags[0]", "text"]),
    ],
)
def test_a_wrong_setting_is_named_with_its_value_and_what_would_do(mapping, words):
    with pytest.raises(ConfigError) as caught:
        from_mapping(Outer, mapping)
    message = str(caught.value)
    assert "\n" not in message
    assert [word for word in words if word not in message] == []


def test_fingerprint_goes_by_content():
    assert fingerprint({"a": 1, "b": [Inner()]}) == fingerprint({"b": [{"rate": 1.0}], "a": 1})
    assert fingerprint(Inner(1.0)) != fingerprint(Inner(2.0))
    assert fingerprint("ab", "c") != fingerprint("a", "bc")
