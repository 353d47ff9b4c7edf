import random

import pyarrow as pa
import pytest
from datasets import load_dataset

from builders.assembly import assemble
from builders.dimple import Dimple
from builders.dimsum import Dimsum
from builders.errors import RunError
from builders.filtering import Filtered
from builders.journal import Stage
from builders.pairs import DIMPLE_SCHEMA, DIMSUM_SCHEMA, Pair, pair_id
from builders.preference import JOURNAL_SCHEMA, PREFERENCE_SCHEMA, preference_rows, preference_splits
from builders.release import update_dataset, write_dataset
from builders.stage import pairs_stage
from tests.builders.test_assembly import many_rows, passages, row, table, write_round
from tests.builders.test_stage import paraphrase_critics, samples, summary_critics  # noqa: F401  (a fixture)


def pair(source, target, context="c"):
    return Pair(source, target, context_id=context, domain="news")


def rejected_of(kept, rejects, both_orders=False):
    """(rejected, rejected_by) of each row."""
    rows = preference_rows(Filtered(kept, rejects), 0, both_orders)
    return [(made["rejected"], made["rejected_by"]) for made in rows]


def preference(pair_row, rejected, reason="entailment_forward"):
    texts = {"prompt": pair_row["source"], "chosen": pair_row["target"], "rejected": rejected, "rejected_by": reason}
    return {name: pair_row[name] for name in ("id", "context_id", "round")} | texts


def write_preferences(rounds, rows):
    """The side journal of hand-made rounds."""
    for number, folder in enumerate(rounds):
        pairs = Stage.load(folder)
        journal = Stage(pairs.folder / "preference", pairs.fingerprint, 2).open()
        own = [made for made in rows if made["round"] == number]
        for shard in range(2):
            journal.write_shard(shard, own[shard::2], JOURNAL_SCHEMA, {})


def test_a_row_holds_the_accepted_pair_and_the_rejected_text():
    [made] = preference_rows(Filtered([pair("a.", "b.")], [(pair("a.", "x."), "entailment_forward")]), 3, False)
    assert made == {
        "id": pair_id("news", "a.", "b."),
        "context_id": "c",
        "round": 3,
        "prompt": "a.",
        "chosen": "b.",
        "rejected": "x.",
        "rejected_by": "entailment_forward",
    }


def test_another_meaning_comes_before_a_near_copy():
    kept, copies = [pair("a.", "b.")], [(pair("a.", f"copy {i}."), "rouge_l") for i in range(20)]
    [(text, reason)] = rejected_of(kept, copies)
    assert (text.startswith("copy"), reason) == (True, "rouge_l")
    assert rejected_of(kept, [*copies, (pair("a.", "x."), "entailment_backward")]) == [("x.", "entailment_backward")]


@pytest.mark.parametrize("reason", ["diversity", "tree_edit_distance", "compression", "numbers"])
def test_what_another_critic_dropped_is_no_worse_text(reason):
    assert rejected_of([pair("a.", "b.")], [(pair("a.", "x."), reason)]) == []


def test_a_candidate_of_another_sentence_or_context_does_not_count():
    rejects = [(pair("z.", "x."), "rouge_l"), (pair("a.", "x.", "other"), "rouge_l"), (pair("x.", "a."), "rouge_l")]
    assert rejected_of([pair("a.", "b.")], rejects) == []


def test_where_a_candidate_stands_for_both_orders_the_prompt_may_be_its_target():
    kept = [pair("a.", "b.")]
    assert rejected_of(kept, [(pair("x.", "a."), "rouge_l")], True) == [("x.", "rouge_l")]
    # that x does not entail a is, seen from a, that its rewriting x does not entail it back
    assert rejected_of(kept, [(pair("x.", "a."), "entailment_forward")], True) == [("x.", "entailment_backward")]


def test_the_chosen_text_is_never_the_rejected_one():
    assert rejected_of([pair("a.", "b.")], [(pair("a.", "b."), "rouge_l")]) == []


def test_the_draw_depends_on_the_texts_alone():
    kept = [pair(f"a{i}.", f"b{i}.") for i in range(30)]
    rejects = [(pair(f"a{i}.", f"x{j}."), "entailment_forward") for i in range(30) for j in range(5)]
    made = rejected_of(kept, rejects)
    shuffled = random.Random(0).sample(rejects, len(rejects))
    assert rejected_of(kept, shuffled) == made
    assert [rejected_of([one], rejects)[0] for one in kept] == made
    assert len({text for text, _ in made}) == 5  # each of them is drawn now and then


@pytest.mark.parametrize(("critics", "kind"), [(paraphrase_critics, "paraphrase"), (summary_critics, "summary")])
def test_a_stage_of_pairs_writes_rows_that_its_rejects_bear_out(samples, critic, tmp_path, critics, kind):  # noqa: F811
    stage = pairs_stage(samples, critics(critic), tmp_path, keep_rejects=True)
    pairs = {(made["id"], made["context_id"]): made for made in stage.read_rows()}
    dropped = {}
    for reject in Stage.load(tmp_path / "rejects").read_rows():
        sides = [(reject["source"], reject["target"]), (reject["target"], reject["source"])]
        for prompt, text in sides if kind == "paraphrase" else sides[:1]:
            dropped.setdefault((reject["context_id"], prompt), {})[text] = reject["reason"]
    rows = {(made["id"], made["context_id"]): made for made in Stage.load(tmp_path / "preference").read_rows()}
    assert rows
    for key, kept in pairs.items():
        others = dropped.get((kept["context_id"], kept["source"]), {})
        usable = {text: reason for text, reason in others.items() if reason.startswith(("entailment", "rouge"))}
        assert (key in rows) == bool(usable)
        if made := rows.get(key):
            assert (made["prompt"], made["chosen"]) == (kept["source"], kept["target"])
            reasons = {made["rejected_by"].partition("_")[0], usable[made["rejected"]].partition("_")[0]}
            assert len(reasons) == 1
            assert reasons == {"entailment"} or not any(reason.startswith("entail") for reason in usable.values())


def test_a_stage_from_before_there_were_preference_rows_gets_them(samples, critic, tmp_path):  # noqa: F811
    stage = pairs_stage(samples, paraphrase_critics(critic), tmp_path)
    journal = Stage.load(tmp_path / "preference")
    before = [journal.shard_path(i).read_bytes() for i in range(2)]
    pairs = [stage.shard_path(i).read_bytes() for i in range(2)]
    for shard in range(2):
        journal.shard_path(shard).unlink()
    pairs_stage(samples, paraphrase_critics(critic), tmp_path)
    assert [journal.shard_path(i).read_bytes() for i in range(2)] == before
    assert [stage.shard_path(i).read_bytes() for i in range(2)] == pairs


def test_only_released_pairs_have_rows_and_no_training_row_has_a_text_of_test():
    [test], [train] = passages("test", 1), passages("train", 1)
    rows = [row("a.", "b.", test), row("c.", "d.", train), row("e.", "f.", train), row("c.", "a.", train)]
    again = row("c.", "d.", train, context="z")  # merged with the one in context c
    journal = [
        preference(rows[0], "x."),
        preference(rows[1], "y."),
        preference(rows[2], "b."),  # stands in test
        preference(rows[3], "v."),  # of a pair that is dropped, since test has its target
        preference(again, "u."),
    ]
    splits = assemble(table([*rows, again])).splits
    made = preference_splits(splits, pa.Table.from_pylist(journal, schema=JOURNAL_SCHEMA))
    assert [(each["prompt"], each["rejected"]) for each in made["train"].to_pylist()] == [("c.", "y.")]
    assert made["test"]["rejected"].to_pylist() == ["x."]
    assert len(made["validation"]) == 0


def test_the_config_is_built_and_loaded_beside_the_pairs(tmp_path):
    rows = many_rows()
    rounds = [
        write_round(tmp_path / f"round-{number}", [each for each in rows if each["round"] == number])
        for number in (0, 1)
    ]
    write_preferences(rounds, [preference(each, f"wrong {i}.") for i, each in enumerate(rows) if i % 3])
    settings = {"rounds": rounds, "cache_dir": str(tmp_path / "cache")}
    builders = [Dimple(config_name=name, **settings) for name in ("news", "news-preference")]
    for builder in builders:
        builder.download_and_prepare()
        write_dataset(builder, tmp_path / "dimple", builder.config.name)
    pairs, preferences = (
        load_dataset(str(tmp_path / "dimple" / builder.config.name), cache_dir=str(tmp_path)) for builder in builders
    )
    assert preferences["train"].column_names == PREFERENCE_SCHEMA.names
    assert preferences["train"].features == builders[1].info.features
    for split, found in preferences.items():
        targets = {each["source"]: each["target"] for each in pairs[split]}
        wanted = [source for source in targets if int(source[7:-1]) % 3]  # in the order of the pairs
        assert found["prompt"] == wanted
        assert all(each["chosen"] == targets[each["prompt"]] for each in found)
        assert all(each["rejected"] == each["prompt"].replace("source", "wrong") for each in found)


def test_rows_can_be_those_of_later_rounds_alone(tmp_path):
    rows = many_rows()
    rounds = [
        write_round(tmp_path / f"round-{number}", [each for each in rows if each["round"] == number])
        for number in (0, 1)
    ]
    write_preferences(rounds, [preference(each, "wrong.") for each in rows])
    builder = Dimple(config_name="news-preference", rounds=rounds, cache_dir=str(tmp_path / "cache"))
    wanted = {
        split: [each["source"] for each in table.to_pylist() if each["round"] == 1]
        for split, table in builder.assembly.splits.items()
    }
    assert wanted["train"]
    made = builder.preference_tables(since=1)
    assert {split: table["prompt"].to_pylist() for split, table in made.items()} == wanted


def test_a_config_without_rows_is_not_written_and_an_old_one_goes(tmp_path):
    rounds = [write_round(tmp_path / "round-0", many_rows(40))]
    for made in ([preference(each, "wrong.") for each in many_rows(40) if not each["round"]], []):
        write_preferences(rounds, made)
        if not made:  # what makes other rows has another fingerprint
            rounds = [write_other(tmp_path / "round-0")]
        builder = Dimple(config_name="news-preference", rounds=rounds, cache_dir=str(tmp_path / "cache"))
        update_dataset(builder, tmp_path / "dimple", tmp_path / "cache", 100)
        assert (tmp_path / "dimple/news-preference").is_dir() == bool(made)
    with pytest.raises(RunError, match="'news-preference' has no rows; keep more pairs"):
        builder.download_and_prepare()


def write_other(folder):
    stage = Stage(folder, "def", 2, {"stage": "candidates"}).open()
    journal = Stage(folder / "preference", "def", 2).open()
    for shard in range(2):
        stage.write_shard(shard, many_rows(40)[shard::2], DIMPLE_SCHEMA, {})
        journal.write_shard(shard, [], JOURNAL_SCHEMA, {})
    return str(folder)


def test_an_unchanged_config_is_not_written_again(tmp_path):
    rounds = [write_round(tmp_path / "round-0", many_rows(40))]
    times = []
    for _ in range(2):
        builder = Dimple(config_name="news", rounds=rounds, cache_dir=str(tmp_path / "cache"))
        update_dataset(builder, tmp_path / "dimple", tmp_path / "cache", 100)
        times.append((tmp_path / "dimple/news").stat().st_mtime_ns)
    assert times[0] == times[1]


def test_rounds_without_preference_rows_are_said_in_one_line(tmp_path):
    rounds = [write_round(tmp_path / "round-0", many_rows(40))]
    builder = Dimple(config_name="news-preference", rounds=rounds, cache_dir=str(tmp_path / "cache"))
    with pytest.raises(RunError, match=r"round-0.preference holds no stage journal"):
        builder.download_and_prepare()
    Stage(tmp_path / "round-0" / "preference", "abc", 2).open()
    with pytest.raises(RunError, match=r"preference lacks shard 0, 1; run the stage that makes its pairs again"):
        builder.download_and_prepare()


def test_summaries_have_preference_rows_too(tmp_path):
    rows = [{name: each.get(name) for name in DIMSUM_SCHEMA.names} | {"compression": 0.5} for each in many_rows(40)]
    rounds = [write_round(tmp_path / "round-0", rows, DIMSUM_SCHEMA)]
    write_preferences(rounds, [preference(each, "wrong.") for each in rows if not each["round"]])
    builder = Dimsum(config_name="news-preference", rounds=rounds, cache_dir=str(tmp_path / "cache"))
    builder.download_and_prepare()
    assert builder.as_dataset()["train"].column_names == PREFERENCE_SCHEMA.names
