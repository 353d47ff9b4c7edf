"""The table that ends a run on the terminal."""

from model_cards.summary import summary_table


def row_of(table, name):
    [line] = [line for line in table.splitlines() if line.strip().startswith(name)]
    return line.split(name)[1].split("  ")


def cells(table, name):
    return [cell.strip() for cell in row_of(table, name) if cell.strip()]


def test_it_tells_the_way_from_sentences_to_pairs(figures):
    table = summary_table(figures)
    assert cells(table, "sentences sampled") == ["5,760", "960", "11,520"]
    assert cells(table, "that did not qualify") == ["99", "4", "207"]
    assert cells(table, "distinct ones used") == ["5,611", "953", "11,240"]
    assert cells(table, "candidate pairs") == ["61,834", "9,530", "123,411"]
    assert cells(table, "kept by the critics") == ["1,439", "1,369", "2,499"]
    assert cells(table, "precision by the oracle") == ["98.6% ± 0.3", "97.9% ± 0.4", "98.2% ± 0.3"]
    assert cells(table, "targets shuffled") == ["0.2%", "0.2%", "0.2%"]


def test_a_run_in_which_every_sentence_qualified_says_nothing_of_it(figures):
    for round_ in figures["rounds"]:
        round_["refused"] = [{"reason": "url", "count": 0}]
    assert "qualify" not in summary_table(figures)


def test_it_sets_students_beside_controls_and_teacher(figures):
    table = summary_table(figures)
    assert cells(table, "plain teacher")[0] == "3.1% ± 0.1"
    assert cells(table, "student, round 0")[0] == "57.1% ± 1.1"
    assert cells(table, "control: more training on the old pairs")[0] == "59.2% ± 1.1"
    assert cells(table, "Systems (n = 2,000)") == ["faithful non-copies", "copies", "ROUGE-L"]


def test_it_ends_with_five_examples_of_the_last_student(figures):
    examples = summary_table(figures).split("Examples (student, self-distilled)\n")[1]
    assert examples.count("    -> ") == 5
    assert "    -> The bank must repay its customers, a Lisbon judge ruled.  [faithful]" in examples


def test_it_fits_a_terminal(figures):
    tables = summary_table(figures).split("Examples")[0]
    assert max(len(line) for line in tables.splitlines()) <= 100


def test_columns_end_where_their_headings_do(figures):
    lines = summary_table(figures).splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("Systems"))
    assert len({len(line) for line in lines[start : start + 7]}) == 1


def test_a_run_without_oracle_or_evaluation_says_only_what_it_has(figures):
    for round_ in figures["rounds"]:
        round_["audit"] = None
    table = summary_table(figures | {"evaluation": None, "domain": "news"})
    assert "oracle" not in table
    assert "Systems" not in table
    assert "microworld, a small" not in table


def test_a_summary_run_has_its_own_figures(summary_figures):
    table = summary_table(summary_figures)
    assert cells(table, "Systems (n = 2,000)") == ["faithful summaries", "copies", "length ratio"]
    assert "    -> The Comets lost to the Tigers, 3-1.  [not entailed]" in table


def test_text_cannot_steer_the_terminal(figures):
    figures["evaluation"]["systems"][2]["examples"][0]["output"] = "red \x1b[31m\n\tand bell \x07"
    table = summary_table(figures)
    assert "-> red [31m and bell  [faithful]" in table
    assert "\x1b" not in table
