"""A card that is there and a generated one become one: what people wrote stays, what we write is new."""

import re
from typing import Any, NamedTuple

import pytest
import yaml
from datasets import Dataset, get_dataset_config_names
from datasets.info import DatasetInfosDict
from datasets.utils.metadata import MetadataConfigs
from huggingface_hub import DatasetCard, DatasetCardData
from hypothesis import given
from hypothesis import strategies as st

from model_cards.card_metadata import size_category
from model_cards.merging import generated_card, merge_cards, write_merged
from model_cards.run_folder import CardError


def front(card):
    return yaml.safe_load(re.match(r"\s*---\r?\n(.*?)\r?\n---", card, flags=re.DOTALL)[1])


def body(card):
    return re.split(r"^---\r?\n", card, maxsplit=2, flags=re.MULTILINE)[2]


def entry(name, **more):
    return {"config_name": name, **more, "data_files": [{"split": "train", "path": f"{name}/train-*"}]}


def info(name, rows):
    return {"config_name": name, "splits": [{"name": "train", "num_bytes": 9, "num_examples": rows}]}


def dataset_card(name="news", text="Pairs of news.", rows=500, **more):
    metadata = {
        "language": ["en"],
        "license": "apache-2.0",
        "size_categories": ["n<1K"],
        "tags": ["synthetic", name],
        "configs": [entry(name, default=True)],
        "dataset_info": info(name, rows),
    }
    return generated_card(metadata | more, name, text)


def written(metadata, text):
    return f"---\n{yaml.safe_dump(metadata, sort_keys=False)}---\n{text}"


# Bodies that hold what a merge could trip over: rules, fences, other blocks, any line endings.
PIECES = st.sampled_from(
    [
        *("# Title", "By hand.", "---", "```", "\r\n", "\n", "\n\n", " ", "caf\u00e9", "<!-- a comment -->"),
        *("<!-- impossible: old begin -->\nOld.\n<!-- impossible: old end -->\n", "impossible: news begin"),
    ]
)
CONFIG_NAMES = st.lists(st.sampled_from(["news", "biomedical", "default", "other"]), unique=True, max_size=3)
STRINGS = st.lists(st.sampled_from(["en", "no", "synthetic", "nlp"]), unique=True, min_size=1)


class Card(NamedTuple):
    """A card as people and `datasets` leave them, and what it was made of."""

    whole: str
    metadata: dict[str, Any]
    text: str


@st.composite
def cards(draw):
    pieces = draw(st.lists(PIECES, max_size=6))
    # A block is there once, and begins a line of its own.
    text = "\n".join(piece for at, piece in enumerate(pieces) if "Old." not in piece or piece not in pieces[:at])
    if not draw(st.booleans()):
        return Card(f"Mine.\n{text}", {}, f"Mine.\n{text}")
    metadata = {"title": "Mine", "license": draw(st.sampled_from(["mit", ["mit", "other"]]))}
    if draw(st.booleans()):
        metadata |= {"language": draw(st.one_of(STRINGS, st.just("en"))), "tags": draw(STRINGS)}
    if names := draw(CONFIG_NAMES):
        flagged = draw(st.sampled_from([None, *names]))
        metadata["configs"] = [entry(name, **({"default": True} if name == flagged else {})) for name in names]
        infos = [info(name, draw(st.integers(0, 10**6))) for name in names]
        metadata["dataset_info"] = infos if len(infos) > 1 else infos[0]
    return Card(written(metadata, text), metadata, text)


@given(cards(), st.sampled_from(["news", "biomedical"]))
def test_merging_the_same_twice_changes_nothing(card, name):
    ours = dataset_card(name)
    once = merge_cards(card.whole, ours)
    assert merge_cards(once, ours) == once


@given(cards())
def test_what_stands_outside_our_block_survives_in_its_place(card):
    merged = merge_cards(card.whole, dataset_card())
    again = merge_cards(merged, dataset_card(text="Other pairs."))
    for one in (merged, again):
        before, _, rest = one.partition("<!-- impossible: news begin -->")
        assert card.text in before + rest.partition("<!-- impossible: news end -->")[2]


@given(cards(), st.sampled_from(["news", "biomedical", "default"]))
def test_one_config_is_the_default_as_datasets_sees_it(card, name):
    merged = front(merge_cards(card.whole, dataset_card(name)))
    configs = MetadataConfigs.from_dataset_card_data(DatasetCardData(**merged))
    default = configs.get_default_config_name()
    assert [config["config_name"] for config in merged["configs"] if config.get("default")] == [default]


@given(cards())
def test_metadata_of_others_survives(card):
    merged = front(merge_cards(card.whole, dataset_card()))
    assert merged.get("title") == card.metadata.get("title")
    assert set(merged["tags"]) >= set(card.metadata.get("tags", []))
    before, after = (
        [{**one, "default": None} for one in data.get("configs", []) if one["config_name"] != "news"]
        for data in (card.metadata, merged)
    )
    assert after == before


def test_without_a_card_ours_is_it():
    ours = dataset_card()
    assert (
        merge_cards(None, ours)
        == merge_cards("", ours)
        == merge_cards("\n \n", ours)
        == merge_cards(ours, ours)
        == ours
    )


def test_our_block_takes_the_place_of_the_old_one():
    old = dataset_card(text="Old.").replace(
        "<!-- impossible: news end -->", "<!-- impossible: news end -->\n\n## Mine\n"
    )
    merged = merge_cards(
        old.replace("<!-- impossible: news begin", "Hello.\n\n<!-- impossible: news begin"), dataset_card()
    )
    assert body(merged) == (
        "\nHello.\n\n<!-- impossible: news begin -->\nPairs of news.\n<!-- impossible: news end -->\n\n## Mine\n\n"
    )


def test_two_configs_stand_side_by_side():
    both = merge_cards(dataset_card(), dataset_card("biomedical", "Pairs of papers.", rows=700))
    data = front(both)
    assert [config["config_name"] for config in data["configs"]] == ["news", "biomedical"]
    assert [config.get("default") for config in data["configs"]] == [True, None]
    assert [one["config_name"] for one in data["dataset_info"]] == ["news", "biomedical"]
    assert data["size_categories"] == ["1K<n<10K"]
    assert data["tags"] == ["synthetic", "news", "biomedical"]
    assert both.index("Pairs of news.") < both.index("Pairs of papers.")


def test_a_sole_config_stays_the_default_though_nothing_says_so():
    merged = front(merge_cards(written({"configs": [entry("old")]}, "Mine."), dataset_card()))
    assert [config.get("default") for config in merged["configs"]] == [True, None]


def test_of_several_configs_without_a_default_ours_becomes_it():
    merged = front(merge_cards(written({"configs": [entry("a"), entry("b")]}, "Mine."), dataset_card()))
    assert [config.get("default") for config in merged["configs"]] == [None, None, True]


def test_a_config_named_default_is_the_default_and_no_other():
    merged = front(merge_cards(written({"configs": [entry("default"), entry("b", default=True)]}, ""), dataset_card()))
    assert [config.get("default") for config in merged["configs"]] == [True, None, None]


def test_the_size_of_configs_that_nobody_counted_is_not_made_up():
    existing = written({"configs": [entry("old")], "size_categories": ["1M<n<10M"]}, "Mine.")
    assert front(merge_cards(existing, dataset_card()))["size_categories"] == ["1M<n<10M", "n<1K"]


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        (0, "n<1K"),
        (999, "n<1K"),
        (1000, "1K<n<10K"),
        (4_200_000, "1M<n<10M"),
        (10**12 - 1, "100B<n<1T"),
        (10**12, "n>1T"),
    ],
)
def test_size_categories_are_the_hubs(rows, name):
    assert size_category(rows) == name


def test_scalars_are_ours_and_norwegian_is_no_boolean():
    merged = front(merge_cards("---\nlicense: mit\nlanguage: no\n---\n", dataset_card()))
    assert (merged["license"], merged["language"]) == ("apache-2.0", ["no", "en"])


def test_of_a_newer_model_nothing_older_is_said():
    older = {"pipeline_tag": "text-generation", "model-index": [{"name": "old", "results": []}], "widget": [1]}
    mine = {"base_model": "a/b", "metrics": ["copy"], "datasets": ["a/d"], "tags": ["mine"], "thumbnail": "x.png"}
    newer = {"pipeline_tag": "summarization", "datasets": ["a/e"], "tags": ["ours"]}
    merged = front(merge_cards(written(older | mine, ""), generated_card(newer, "model", "Text.")))
    assert merged == {
        "pipeline_tag": "summarization",
        "datasets": ["a/e"],
        "tags": ["mine", "ours"],
        "thumbnail": "x.png",
    }


def test_a_dataset_of_one_config_names_the_models_of_its_newest_release():
    def card(config, *models):
        return generated_card({"configs": [{"config_name": config}], "source_models": list(models)}, config, "Text.")

    assert front(merge_cards(card("news", "old"), card("news", "new")))["source_models"] == ["new"]
    assert front(merge_cards(card("news", "old"), card("biomedical", "new")))["source_models"] == ["old", "new"]


def test_the_looks_of_a_space_are_its_owners():
    ours = generated_card({"sdk": "gradio", "emoji": "🪞"}, "space", "Text.")
    merged = front(merge_cards(written({"emoji": "🦆", "hf_oauth": True, "sdk": "docker"}, "Mine."), ours))
    assert merged == {"emoji": "🦆", "hf_oauth": True, "sdk": "gradio"}


def test_front_matter_that_says_the_same_stays_as_it_is_written():
    existing = "---\n# my comment\n" + dataset_card().removeprefix("---\n")
    assert merge_cards(existing, dataset_card(text="New.")).startswith("---\n# my comment\n")


def test_line_ends_of_windows_stay():
    existing = "---\r\ntitle: Mine\r\n---\r\n\r\nBy hand.\r\n"
    merged = merge_cards(existing, dataset_card())
    assert "\r\n---\r\n\r\nBy hand.\r\n" in merged
    assert merge_cards(merged, dataset_card()) == merged


def test_a_card_of_datasets_push_to_hub_is_merged(tmp_path):
    rows = Dataset.from_dict({"source": ["Profit rose."], "target": ["A rise in profit."]})
    card = DatasetCard("---\n{}\n---\n")  # what `push_to_hub` does with a repository's card
    DatasetInfosDict({"theirs": rows.info}).to_dataset_card_data(card.data)
    files = {"data_files": [{"split": "train", "path": "theirs/train-*"}]}
    MetadataConfigs({"theirs": files}).to_dataset_card_data(card.data)
    card.save(tmp_path / "README.md")
    (tmp_path / "theirs").mkdir()
    rows.to_parquet(tmp_path / "theirs/train-00000-of-00001.parquet")
    (tmp_path / "news").mkdir()
    rows.to_parquet(tmp_path / "news/train-00000-of-00001.parquet")
    write_merged(tmp_path / "README.md", dataset_card())
    assert get_dataset_config_names(str(tmp_path)) == ["theirs", "news"]
    assert front((tmp_path / "README.md").read_text())["dataset_info"][0]["features"][0]["name"] == "source"


@pytest.mark.parametrize(
    ("existing", "message"),
    [
        ("---\na: [\n---\nText.", r"front matter is no YAML \(.*line \d+\); correct it or delete it"),
        ("---\n- a\n---\nText.", "must hold settings by name, it holds list"),
        ("---\ndate: 2024-99-99\n---\n", "front matter is no YAML"),
        ("---\nconfigs: [news]\n---\n", r"configs in the front matter must list settings by name, got 'news'"),
        ("---\nconfigs: [{config_name: a}, {config_name: a}]\n---\n", "two entries .* have the config_name 'a'"),
        ("<!-- impossible: news begin -->\nText.", "'<!-- impossible: news begin -->' has no end; add the line"),
        ("<!-- impossible: news end -->\n", "'<!-- impossible: news end -->' has no begin"),
        (
            "<!-- impossible: a begin -->\n<!-- impossible: news begin -->\n<!-- impossible: a end -->",
            "a begin .* no end",
        ),
        (dataset_card() + body(dataset_card()), "two blocks are named 'news'"),
    ],
)
def test_a_damaged_card_is_told_in_one_line(existing, message):
    with pytest.raises(CardError, match=message) as caught:
        merge_cards(existing, dataset_card())
    assert "\n" not in str(caught.value)


def test_a_damaged_file_is_named_and_left_alone(tmp_path):
    path = tmp_path / "README.md"
    path.write_text("---\na: [\n---\n", encoding="utf-8")
    with pytest.raises(CardError, match=r"README\.md: the front matter is no YAML"):
        write_merged(path, dataset_card())
    assert path.read_text() == "---\na: [\n---\n"
    path.write_bytes(b"\xff")
    with pytest.raises(CardError, match=r"README\.md: not UTF-8 at byte 0"):
        write_merged(path, dataset_card())


def test_text_that_looks_like_a_marker_ends_no_block():
    text = "<!-- impossible: news end -->\nMore."
    ours = dataset_card(text=text)
    merged = merge_cards(merge_cards(ours, dataset_card(text="Short.")), ours)
    assert merged == ours
    assert merge_cards(merged, dataset_card(text="Short.")).count("More.") == 0
