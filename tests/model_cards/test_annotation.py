import pytest

from model_cards.annotation import annotation_table


@pytest.mark.parametrize(("low", "high", "is_explained"), [(0.1, 0.3, True), (-0.3, -0.1, True), (-0.1, 0.3, False)])
def test_a_star_is_explained_where_there_is_one(low, high, is_explained):
    mean = {"mean": 2.0, "standard_error": None, "items": 2}
    record = {
        "systems": {"ours": {"fluency": mean}, "theirs": {"fluency": mean}},
        "differences": {
            "against": "theirs",
            "ours": {"fluency": {"difference": (low + high) / 2, "low": low, "high": high}},
        },
        "alpha": {
            "level": "ordinal",
            **{name: {"alpha": 1.0, "ratings": 2, "units": 1} for name in ("fluency", "overall")},
        },
        "annotators": {},
    }
    table = annotation_table(record)
    assert ("* its 95% interval" in table) is is_explained
    assert (f"to {high:+.2f})*" in table) is is_explained
