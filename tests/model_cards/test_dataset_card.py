"""The card of a dataset."""

import json
import re
import shutil

import pyarrow.parquet as pq
import pytest
from datasets import load_dataset
from huggingface_hub import DatasetCard
from markdown_it import MarkdownIt

from model_cards.dataset_card import write_dataset_card
from model_cards.report import write_report
from model_cards.run_folder import CardError
from model_cards.summary import summary_table
from tests.model_cards.conftest import PREFERENCE


def card_of(run, kind="dimple"):
    return DatasetCard.load(write_dataset_card(run, run / kind))


def table_cells(markdown):
    """The text of every table row as a Markdown reader sees it, one list a row."""
    rows = []
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and token.level >= 4 and rows:
            rows[-1].append("".join(child.content for child in token.children))
    return rows


def test_front_matter_is_what_the_hub_asks_of_a_paraphrase_dataset(run):
    data = card_of(run).data
    assert data.language == ["en"]
    assert data.license == "apache-2.0"
    assert data.task_categories == ["text-generation"]
    assert data.task_ids == ["text2text-generation"]
    assert data.size_categories == ["n<1K"]
    assert "synthetic" in data.tags


def test_the_hub_library_finds_nothing_to_correct_in_the_front_matter(run):
    card = card_of(run)
    assert DatasetCard(str(card)).data.to_dict() == card.data.to_dict()


def test_load_dataset_reads_the_folder_through_the_card(run):
    card_of(run)
    # A stray table outside the config would be taken for data if the card's configs were not followed.
    pq.write_table(
        pq.read_table(run / "dimple/microworld_news/test-00000-of-00001.parquet"), run / "dimple/stray.parquet"
    )
    loaded = load_dataset(str(run / "dimple"), "microworld_news")
    assert {split: len(rows) for split, rows in loaded.items()} == {"train": 24, "validation": 4, "test": 3}
    assert load_dataset(str(run / "dimple"))["test"][0] == loaded["test"][0]


def test_sizes_and_features_are_those_of_the_files(run):
    info = card_of(run).data.dataset_info
    files = sorted((run / "dimple/microworld_news").glob("*.parquet"))
    assert info["download_size"] == sum(file.stat().st_size for file in files)
    assert {split["name"]: split["num_examples"] for split in info["splits"]} == {
        "train": 24,
        "validation": 4,
        "test": 3,
    }
    assert [feature["name"] for feature in info["features"]] == pq.read_schema(files[0]).names


def test_a_split_in_several_files_is_counted_whole(run):
    folder = run / "dimple/microworld_news"
    whole = folder / "train-00000-of-00001.parquet"
    for index in range(2):
        pq.write_table(pq.read_table(whole).slice(12 * index, 12), folder / f"train-0000{index}-of-00002.parquet")
    whole.unlink()
    assert card_of(run).data.dataset_info["splits"][0]["num_examples"] == 24
    assert len(load_dataset(str(run / "dimple"), "microworld_news")["train"]) == 24


@pytest.mark.parametrize("left", ["another_domain", ".microworld_news.old"])
def test_a_config_that_the_run_does_not_name_is_not_the_cards(run, left):
    shutil.copytree(run / "dimple/microworld_news", run / "dimple" / left)
    (run / "dimple" / left / "train-00000-of-00001.parquet").write_bytes(b"torn")
    card = card_of(run)
    assert [config["config_name"] for config in card.data.configs] == ["microworld_news"]
    assert left not in str(card)
    assert load_dataset(str(run / "dimple"), "microworld_news")["test"].num_rows == 3


def test_code_of_the_card_runs_as_it_stands(run, monkeypatch, capsys):
    monkeypatch.chdir(run.parent)
    [code] = re.findall(r"```python\n(.*?)```", card_of(run).text, flags=re.DOTALL)
    assert '"run/dimple"' in code
    exec(code, {})
    first = pq.read_table(run / "dimple/microworld_news/train-00000-of-00001.parquet").to_pylist()[0]
    assert capsys.readouterr().out == f"{first['source']} -> {first['target']}\n"


def test_code_of_a_published_card_names_its_repo(run):
    text = DatasetCard.load(write_dataset_card(run, run / "dimple", repo_id="someone/dimple")).text
    assert 'load_dataset("someone/dimple", "microworld_news")' in text


def test_the_way_of_the_sentences_starts_with_all_that_were_sampled(run):
    text = card_of(run).text
    assert "5,760 next sentences sampled, 5,611 of them qualified and distinct" in text
    assert "480 contexts, 960 sentences sampled, 953 of them rewritten" in text


def test_funnel_counts_what_each_critic_left(run):
    rows = table_cells(card_of(run).text)
    assert ["ROUGE-L: too many words in common", "28,113", "33,721", "54.5%"] in rows
    assert ["diversity: a better pair says the same", "834", "1,369", "14.4%"] in rows


def test_pairs_of_a_control_are_not_told_as_pairs_of_the_dataset(run):
    assert "123,411" not in card_of(run).text


def test_it_says_what_did_not_qualify_and_why(run):
    text = card_of(run).text
    first, second = text.split("Round 0: ")[1].split("Round 1: ")[:2]
    assert "7 contexts were too long for the teacher and lost first sentences." in first
    assert "3 contexts were left out: their passages had too few whole sentences." in first
    assert "4 contexts were drawn before and used once." in first
    assert "2 contexts were left out: their last sentence alone was too long." in first
    assert "Of 5,760 sampled sentences, 99 did not qualify: no end of a sentence (96), says the same again " in first
    assert "1 context was too long for the teacher" in second
    assert "Of 11,436 rewritings by the student, 43 did not qualify: " in second
    assert "web address" not in text  # there was none


def test_a_run_that_counted_no_refusals_says_nothing_of_them(make_run, figures):
    names = (
        "missing_contexts",
        "repeated_contexts",
        "cut_contexts",
        "dropped_contexts",
        "refused",
        "outputs",
        "refused_outputs",
    )
    figures["rounds"] = [{key: value for key, value in row.items() if key not in names} for row in figures["rounds"]]
    text = card_of(make_run(figures=figures)).text
    assert "did not qualify" not in text
    assert "too long" not in text


def test_a_long_list_and_invisible_text_stay_readable_among_the_settings(run):
    text = card_of(run).text
    assert "| `sampling.domain.values.city` | OSLO, PARIS, LONDON and 7 more |" in text
    assert r'| `sampling.domain.banned` | "\\n" |' in text


def test_contexts_of_a_file_are_not_told_as_drawn_from_the_teacher(make_run, recipe, figures):
    recipe["sampling"] |= {"contexts": 700, "corpus": {"place": "contexts.txt"}}
    figures["corpus"] = {"identity": {"place": "contexts.txt", "column": None, "sha256": "1234"}, "counts": {}}
    card = card_of(make_run(recipe=recipe, figures=figures))
    assert "contexts           240, those of contexts.txt\n" in card.text
    assert ["sampling.corpus.place", "contexts.txt"] in table_cells(card.text)
    assert card.data.source_datasets == ["original"]


def test_text_of_a_corpus_is_told_from_what_the_teacher_wrote(make_run, figures):
    figures["corpus"] = {"identity": {"place": "/home/alice/contexts.txt", "column": None}, "counts": {}}
    card = card_of(make_run(figures=figures))
    assert card.data.language_creators == ["machine-generated", "found"]
    assert "Nobody wrote or labelled the pairs: " in card.text
    assert "The contexts of round 0 are text of another dataset, `contexts.txt`" in card.text
    [row] = [line for line in card.text.splitlines() if line.startswith("| `context` |")]
    assert "in round 0 copied from `contexts.txt`" in row
    limits = card.text.split("## Known limits and risks")[1]
    assert "That text is under its own licence" in limits
    assert "The text is machine-written, but for that column, and may make things up" in limits
    assert "/home/alice" not in card.text


def test_without_a_corpus_all_is_the_teachers(run):
    card = card_of(run)
    assert card.data.language_creators == ["machine-generated"]
    assert "Nobody wrote or labelled them: " in card.text
    assert "licence" not in card.text.split("## Known limits and risks")[1].split("## Provenance")[0]


def test_a_corpus_on_the_hub_is_named_with_its_commit(make_run, figures):
    identity = {"place": "xsum", "column": "document", "dataset": "EdinburghNLP/xsum", "commit": "0123456789abcdef"}
    figures["corpus"] = {"identity": identity | {"config": "default", "split": "train"}, "counts": {}}
    card = card_of(make_run(figures=figures))
    taken = "cut from column 'document' of EdinburghNLP/xsum, default, split train, commit 0123456789ab"
    assert f"contexts           240, {taken}\n" in card.text
    assert card.data.source_datasets == ["original", "extended|EdinburghNLP/xsum"]


def test_contexts_of_the_teacher_are_told_as_its_own(run):
    text = card_of(run).text
    assert "contexts           240, written by the teacher" in text
    assert ["sampling.contexts", "240"] in table_cells(text)


def test_departures_from_the_paper_are_listed_with_the_recipes_reasons(run):
    text = card_of(run).text
    rows = table_cells(text)
    assert ["sampling.k", "24", "100", "Section 3.1"] in rows
    assert ["critics.tree_edit_distance.min", "8", "12", "A.2"] in rows
    assert not any(row[0] == "critics.rouge_l.max" and len(row) == 4 for row in rows)
    assert "trees of this domain are smaller" in text


def test_a_critic_of_the_paper_that_the_recipe_leaves_out_is_a_departure(make_run, recipe):
    recipe["critics"] = recipe["critics"][:2]
    assert ["critics.tree_edit_distance", "not used", "used", "Section 3.2"] in table_cells(
        card_of(make_run(recipe=recipe)).text
    )


def test_the_audit_says_that_every_kept_pair_was_judged(run):
    text = card_of(run).text
    assert "judged every pair that the critics kept" in text
    assert ["0", "microworld.oracle", "1,439", "98.6% (97.9 to 99.1)", "0.2%"] in table_cells(text)


def test_statistics_stand_beside_the_papers_with_n_and_intervals(run):
    text = card_of(run).text
    rows = {row[0]: row[1:] for row in table_cells(text) if len(row) == 8}
    assert rows["Dataset"] == ["Pairs", "H2", "H3", "MSTTR", "Jaccard", "TED-3", "TED-F"]
    assert rows["this one"][:5] == ["31", "7.41", "8.05", "61.25", "44.87 (40.73 to 49.01)"]
    assert rows["measured on"][1:] == ["n = 31"] * 4 + ["n = 29"] * 2
    assert rows["DIMPLE, the paper's own"] == ["4.2M", "17.75", "22.46", "53.08", "43.62", "5.02", "29.84"]
    assert rows["ChatGPT-Para"] == ["2.1M", "17.67", "21.41", "35.83", "44.56", "4.26", "20.15"]
    assert "H2 and H3 of so unequal sizes do not compare" in text
    assert "cosine similarity is left out" in text


def test_statistics_that_were_not_measured_have_no_column(make_run, figures):
    for name in ("ted_3", "ted_f"):
        del figures["dataset"]["statistics"][name]
    text = card_of(make_run(figures)).text
    assert ["ChatGPT-Para", "2.1M", "17.67", "21.41", "35.83", "44.56"] in table_cells(text)
    assert "TED-" not in text


def test_models_are_told_with_what_stood_under_their_names(make_run, figures):
    figures["models"] = [
        {"role": "teacher", "ref": "openai-community/gpt2", "commit": "607a30d", "licenses": ["mit"]},
        {"role": "critic", "ref": "/home/someone/models/critic", "sha256": "2222bbbb", "licenses": ["unknown"]},
        {"role": "student base", "ref": "old", "sha256": "3333cccc"},  # as versions wrote it that noted no licence
    ]
    card = card_of(make_run(figures))
    rows = table_cells(card.text)
    assert ["openai-community/gpt2", "teacher", "mit", "commit 607a30d"] in rows
    assert "[openai-community/gpt2](https://huggingface.co/openai-community/gpt2)" in card.text
    assert ["critic", "critic", "unknown", "SHA-256 of its files 2222bbbb"] in rows
    assert ["old", "student base", "-", "SHA-256 of its files 3333cccc"] in rows
    assert card.data.to_dict()["source_models"] == ["openai-community/gpt2", "critic", "old"]
    assert "someone/models" not in str(card)  # where a folder lies is nobody's business


def test_blind_spots_are_those_of_the_critics_that_were_used(make_run, recipe):
    text = card_of(make_run(recipe=recipe | {"critics": recipe["critics"][1:2]})).text
    assert "overlook a changed number, date or name" in text
    assert "ROUGE-L counts words" not in text
    assert "Tree edit distance depends" not in text


def test_what_was_run_against_toxicity_is_said(make_run, recipe):
    critics = [*recipe["critics"][:2], {"toxicity": {"model": "m"}}, {"my_critics:NoQuestions": {"max_marks": 0}}]
    text = card_of(make_run(recipe=recipe | {"critics": critics})).text
    assert "No filter for bias was run; for toxicity, see above." in text
    assert "The toxicity critic is a classifier" in text
    assert "The critic `my_critics:NoQuestions` is code of the recipe's author" in text


def test_without_a_toxicity_critic_that_is_said(run):
    assert "No filter for either was run." in card_of(run).text


def test_a_reason_of_a_users_critic_is_shown_by_its_name(make_run, figures):
    figures["rounds"][0]["dropped"][0]["reason"] = "too_many_questions"
    assert "too many questions" in {row[0] for row in table_cells(card_of(make_run(figures)).text)}


def test_a_second_card_keeps_what_people_wrote_in_the_first(run):
    path = run / "dimple/README.md"
    first = card_of(run)
    path.write_text(f"{first}\n## Mine\n\nBy hand.\n", encoding="utf-8")
    again = str(card_of(run))
    assert again == f"{first}\n## Mine\n\nBy hand.\n"


def test_without_an_oracle_there_is_no_audit(make_run, figures):
    for round_ in figures["rounds"]:
        round_["audit"] = None
    text = card_of(make_run(figures)).text
    assert "## Audit" not in text
    assert "was not measured in this run" in text


def test_parts_that_were_not_run_have_no_section(make_run, figures, recipe):
    run = make_run(figures, recipe | {"notes": []})
    bare = {key: figures[key] for key in ("name", "task", "domain")}
    (run / "metrics.json").write_text(json.dumps(bare | {"dataset": None}), encoding="utf-8")
    text = card_of(run).text
    assert "microworld_news" in text
    for absent in (
        *("What each critic dropped", "## Audit", "Seed:", "The command", "By round", "## Statistics", "| Revision |"),
    ):
        assert absent not in text


def test_limits_of_the_microworld_stand_with_its_numbers(run):
    assert card_of(run).text.count("embedded microworld") == 2


def test_a_run_on_other_text_says_nothing_of_the_microworld(make_run, figures, recipe):
    elsewhere = json.loads(json.dumps([figures, recipe]).replace("microworld", "newsroom"))
    run = make_run(*elsewhere)
    assert "microworld" not in card_of(run).text


def test_summary_dataset_is_for_summarization(make_run, summary_figures, summary_recipe):
    card = card_of(make_run(summary_figures, summary_recipe), "dimsum")
    assert card.data.task_categories == ["summarization"]
    assert card.data.pretty_name == "DIMSUM: microworld-news-summary"
    rows = table_cells(card.text)
    assert ["compression: target not short enough", "9,000", "2,834", "4.6%"] in rows
    assert any(row[0] == "compression" for row in rows)
    assert ["Round", "Oracle", "Pairs judged", "Truly entailed", "Targets shuffled"] in rows
    assert "some targets do not follow from their source" in card.text
    assert not any(row[0] == "tree_edit_distance" for row in rows)
    assert "ChatGPT-Para" not in card.text  # the paper measured no datasets of summaries


@pytest.mark.parametrize(
    "text",
    [
        "a | b",
        "<script>alert(1)</script>",
        "*up* _by_ __4__ `percent`",
        "[link](http://x.example) ![i](y)",
        "a\\|b &lt; c",
        "~~x~~",
    ],
)
def test_text_of_a_pair_is_shown_literally(make_run, text):
    rows = table_cells(card_of(make_run(pairs=[(text, "Nothing happened.")])).text)
    assert any(row[1:] == [text, "Nothing happened."] for row in rows)


def test_a_dataset_without_tables_is_refused_by_name(run, tmp_path):
    with pytest.raises(CardError, match=r"nowhere holds no microworld_news/<split>"):
        write_dataset_card(run, tmp_path / "nowhere")


def test_a_torn_table_is_refused_by_name(run):
    table = run / "dimple/microworld_news/test-00000-of-00001.parquet"
    table.write_bytes(table.read_bytes()[:100])
    with pytest.raises(CardError, match=r"test-00000-of-00001\.parquet is no readable Parquet"):
        write_dataset_card(run, run / "dimple")


def test_both_configs_load_through_the_card_and_the_pairs_are_the_default(preference_run):
    data = card_of(preference_run).data
    assert [(config["config_name"], config.get("default")) for config in data.configs] == [
        ("microworld_news", True),
        ("microworld_news-preference", None),
    ]
    counted = [{split["name"]: split["num_examples"] for split in info["splits"]} for info in data.dataset_info]
    assert counted == [{"train": 24, "validation": 4, "test": 3}, {"train": 13, "validation": 2, "test": 1}]
    folder = str(preference_run / "dimple")
    assert load_dataset(folder)["test"].num_rows == 3
    preferences = load_dataset(folder, "microworld_news-preference")
    assert {split: rows.num_rows for split, rows in preferences.items()} == PREFERENCE["splits"]
    assert preferences["train"].column_names == ["prompt", "chosen", "rejected", "rejected_by"]


def test_preference_rows_are_explained_counted_and_shown(preference_run):
    text = card_of(preference_run).text
    rows = table_cells(text)
    assert ["entailment: the target does not follow from the source", "9"] in rows
    assert ["train", "13"] in rows
    assert next(row[2] for row in rows if row[-1] == "entailment_forward").startswith("Profit fell")
    code = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)[1]
    assert f'"{PREFERENCE["config"]}"' in code


def test_a_run_without_preference_rows_says_nothing_of_them(run):
    text = card_of(run).text
    assert "Preference rows" not in text
    assert "`rejected`" not in text


def test_preference_rows_that_the_figures_name_and_the_folder_lacks_are_refused(preference_run):
    shutil.rmtree(preference_run / "dimple/microworld_news-preference")
    with pytest.raises(CardError, match="holds no microworld_news-preference/<split>"):
        card_of(preference_run)


def test_the_way_from_kept_pairs_to_the_dataset_is_counted(run):
    rows = table_cells(card_of(run).text)
    assert ["kept by the critics", "", "2,808"] in rows
    assert ["near-duplicate: another pair says it almost word for word", "47", "2,700"] in rows


def test_where_no_near_duplicates_were_looked_for_none_are_told(make_run, figures):
    figures["dataset"]["dropped_near_duplicates"] = None
    text = card_of(make_run(figures)).text
    assert "near-duplicate" not in text
    assert "almost word for word" not in text


def test_the_recall_of_a_screen_is_told_with_its_interval(make_run, figures):
    figures["rounds"][0]["screen"] = {"audited": 812, "missed": 3, "recall": 0.9913, "low": 0.982, "high": 0.9979}
    run = make_run(figures)
    told = "let 99.1% of the pairs that this model keeps pass (95% interval 98.2% to 99.8%)"
    assert str(card_of(run)).count(told) == 1
    assert "<strong>99.1%</strong>" in write_report(run).read_text(encoding="utf-8")
    [line] = [line for line in summary_table(figures).splitlines() if line.startswith("recall of the screen")]
    assert "99.1% (at least 98.2%)" in line


def test_without_a_screen_nothing_is_said_of_one(run):
    assert "that the screen dropped" not in str(card_of(run))
