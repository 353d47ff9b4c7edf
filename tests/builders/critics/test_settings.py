import pytest

from builders.config import from_mapping, to_mapping
from builders.critics.compression import CompressionConfig
from builders.critics.dissimilarity import RougeLConfig
from builders.critics.settings import CriticsConfig, build_critics
from builders.errors import ConfigError

PAPER = [
    {"rouge_l": {"max": 0.75}},
    {"semantic_equivalence": {"model": "nli", "min_entailment": 0.75, "direction": "both"}},
    {
        "tree_edit_distance": {
            "min": 12,
            "parser": "tests.builders.critics.parsers:flat",
            "layers": None,
            "leaves": True,
        }
    },
    {"diversity": {"tau_entail": 0.75, "pairs_per_component": 1, "model": None}},
]


def read(entries):
    return from_mapping(CriticsConfig, entries, "critics")


def test_a_list_is_read_and_written_back():
    assert to_mapping(read(PAPER)) == PAPER
    assert read(["rouge_l"]).critics == read([{"rouge_l": None}]).critics == (RougeLConfig(),)


def test_critics_are_built_in_order_and_share_one_memo():
    critics = build_critics(read(PAPER))
    reasons = [reason for critic in critics for reason in critic.reasons]
    expected = ["rouge_l", "entailment_forward", "entailment_backward", "tree_edit_distance", "diversity"]
    assert reasons == expected
    assert critics[1]._entailment is critics[3]._entailment


def test_a_summary_is_known_by_its_critics():
    assert not read(PAPER).is_summary
    assert read([{"compression": {}}]).is_summary
    assert read([{"semantic_equivalence": {"direction": "forward"}}]).is_summary
    assert read(["compression"]).critics == (CompressionConfig(),)


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"rouge_l": {}}, "critics must be a list"),
        ([], "critics must name at least one critic"),
        (["rouge"], "critics[0] must be one of rouge_l"),
        ([{"rouge_l": {}, "diversity": {}}], "critics[0] must be one of"),
        (
            [{"rouge_l": {"maximum": 1}}],
            "unknown setting 'maximum' in section 'critics[0].rouge_l'; nearest valid: max",
        ),
        ([{"rouge_l": {"max": 7}}], "critics[0].rouge_l: rouge_l.max must lie in (0, 1], got 7.0"),
        ([{"rouge_l": 0}], "section 'critics[0].rouge_l' must be a mapping of settings, got 0"),
        ([{"rouge_l": []}], "section 'critics[0].rouge_l' must be a mapping of settings, got []"),
        (["semantic_equivalence", {"diversity": False}], "section 'critics[1].diversity' must be a mapping"),
        (["rouge_l", "rouge_l"], "each critic once"),
        ([{"tree_edit_distance": {"parser": "x"}}], "tree_edit_distance.parser must be 'stanza', 'given', the URL"),
        (["semantic_equivalence", "diversity", "rouge_l"], "must end with 'diversity'"),
        (["rouge_l", "diversity"], "diversity.model is not set"),
    ],
)
def test_wrong_critics_are_named(entries, words):
    with pytest.raises(ConfigError) as caught:
        read(entries)
    assert words in str(caught.value)
