import dataclasses
import math
import shutil
import statistics
from itertools import combinations

import pytest
from sacrebleu.metrics import BLEU

from builders.contexts import make_context
from builders.critics.semantic_equivalence import SemanticEquivalenceConfig
from builders.domain import DomainConfig
from builders.errors import ConfigError, RunError
from builders.journal import Stage
from builders.proximity import measure_proximity
from builders.proximity_config import ProximityConfig
from builders.proximity_contexts import contexts_of_each_length
from builders.proximity_figures import gather
from builders.proximity_judging import KnownMeanings, judge_context, self_bleu
from builders.sampling_config import CorpusConfig, SamplingConfig
from builders.sentences import Sentences

SAME = [
    "Halden Industrial launched a new phone in Boston.",
    "It was Halden Industrial that launched a new phone in Boston.",
    "In Boston, a new phone was launched by Halden Industrial.",
]
LESS, OTHER = "Halden Industrial launched a new phone.", "Heavy rain hit Dallas on Monday."
CRITIC = SemanticEquivalenceConfig(model="microworld:models/critic")
SMALL = ProximityConfig(lengths=(1, 3), temperatures=(0.5, 1.0), contexts=6, k=5)


def sampled(context_id, sentences, temperature=0.7):
    names = {"context_id": context_id, "passage_id": "p", "domain": "news", "context": "BOSTON (AP) --", "seed": 0}
    return names | {"sentences": sentences, "length": 2, "temperature": temperature}


def known(equivalent):
    return KnownMeanings("ours", equivalent, {"name": "ours"})


def same_first_letter(a, b):
    return a[0] == b[0]


def sampling(teacher, **settings):
    small = {"contexts": 1, "contexts_per_shard": 4, "contexts_per_batch": 2, "domain": DomainConfig(name="news")}
    return SamplingConfig(teacher=teacher, sentence_tokens=40, context_tokens=90, **small | settings)


def lenient(critic):
    return SemanticEquivalenceConfig(model=critic, min_entailment=0.1)


@pytest.fixture(scope="module")
def measured(teacher, critic, tmp_path_factory):
    folder = tmp_path_factory.mktemp("proximity")
    found = measure_proximity(SMALL, sampling(teacher), lenient(critic), known(same_first_letter), 7, folder, workers=1)
    return found, folder


def test_self_bleu_is_sacrebleus_both_ways():
    scorer = BLEU(smooth_method="add-k", smooth_value=1, effective_order=True)
    scores = [scorer.sentence_score(a, [b]).score for a, b in (SAME[:2], SAME[1::-1])]
    assert scores[0] != scores[1]
    assert self_bleu(*SAME[:2]) == pytest.approx(sum(scores) / 2)
    assert self_bleu(SAME[0], SAME[0]) == pytest.approx(100)


def test_equivalent_pairs_of_distinct_sentences_are_counted():
    [row] = judge_context([sampled("a", [*SAME, LESS, OTHER, SAME[0]])], CRITIC, None, None)
    assert (row["distinct"], row["pairs"], row["equivalent"]) == (5, 10, 3)
    assert row["self_bleu"] == pytest.approx(statistics.fmean(self_bleu(*both) for both in combinations(SAME, 2)))
    assert (row["known_equivalent"], row["known_self_bleu"], row["both_equivalent"]) == (None, None, None)


def test_the_oracle_judges_the_same_pairs():
    says = known(lambda a, b: {a, b} in ({SAME[0], SAME[1]}, {SAME[0], LESS}))
    [row] = judge_context([sampled("a", [*SAME, LESS])], CRITIC, says, None)
    assert (row["equivalent"], row["known_equivalent"], row["both_equivalent"]) == (3, 2, 1)
    assert row["known_self_bleu"] == pytest.approx((self_bleu(SAME[0], SAME[1]) + self_bleu(SAME[0], LESS)) / 2)


def test_entailment_is_asked_both_ways_even_where_a_recipe_asks_forward(teacher, tmp_path):
    forward = dataclasses.replace(CRITIC, direction="forward")
    settings = {"corpus": CorpusConfig(place=str(corpus(tmp_path, 2)))}
    small = ProximityConfig(lengths=(1,), temperatures=(0.7,), contexts=2, k=4)
    found = [
        measure_proximity(small, sampling(teacher, **settings), critic, None, 7, tmp_path / name)
        for name, critic in {"forward": forward, "both": CRITIC}.items()
    ]
    assert found[0] == found[1]


def test_the_order_of_the_samples_changes_nothing():
    sentences = [*SAME, LESS, OTHER]
    [row] = judge_context([sampled("a", sentences)], CRITIC, None, 6)
    [turned] = judge_context([sampled("a", sentences[::-1])], CRITIC, None, 6)
    assert row["pairs"] == 6
    assert row == pytest.approx(turned)


def test_a_context_with_fewer_than_two_sentences_has_no_pair():
    rows = judge_context([sampled("a", [OTHER, OTHER], 0.5), sampled("a", [], 0.7)], CRITIC, None, None)
    assert [(row["distinct"], row["pairs"], row["self_bleu"]) for row in rows] == [(1, 0, None), (0, 0, None)]


def judged(context_id, pairs, equivalent, bleu, true=None):
    names = {"context_id": context_id, "length": 1, "temperature": 0.7, "distinct": 4, "pairs": pairs}
    return names | {
        "equivalent": equivalent,
        "self_bleu": bleu,
        "known_equivalent": true,
        "known_self_bleu": None if true is None else 50.0,
        "both_equivalent": None if true is None else min(equivalent, true),
    }


def test_contexts_are_the_unit_of_a_share_and_its_error():
    rows = [judged("a", 10, 5, 40.0), judged("b", 2, 0, None), judged("c", 4, 1, 20.0), judged("d", 0, 0, None)]
    [cell] = gather([*rows, rows[0]], {}).cells  # a context that two passages begin with counts once
    assert (cell.contexts, cell.contexts_without_pairs, cell.pairs, cell.oracle) == (4, 1, 16, None)
    found = cell.critic
    assert found.share == pytest.approx((0.5 + 0 + 0.25) / 3)
    assert found.share_error == pytest.approx(0.25 / math.sqrt(3))
    assert found.pooled_share == pytest.approx(6 / 16)
    assert (found.self_bleu, found.contexts_with_equivalent) == (30.0, 2)
    assert found.self_bleu_error == pytest.approx(math.sqrt(200) / math.sqrt(2))
    assert found.pooled_self_bleu == pytest.approx((5 * 40 + 20) / 6)


def test_critic_and_oracle_are_compared():
    found = gather([judged("a", 10, 5, 40.0, true=4), judged("b", 10, 1, 40.0, true=6)], {})
    assert (found.agreement.precision, found.agreement.recall) == (5 / 6, 5 / 10)
    assert (found.cells[0].oracle.share, found.cells[0].both) == (0.5, 5)


def test_without_an_equivalent_pair_nothing_is_averaged():
    found = gather([judged("a", 3, 0, None, true=0)], {})
    [cell] = found.cells
    assert (cell.critic.share, cell.critic.share_error, cell.critic.self_bleu) == (0.0, None, None)
    assert (found.agreement.precision, found.agreement.recall) == (None, None)


def test_every_length_and_temperature_is_measured_on_the_same_passages(measured):
    found, folder = measured
    assert [(cell.length, cell.temperature) for cell in found.cells] == [(1, 0.5), (1, 1.0), (3, 0.5), (3, 1.0)]
    assert found.counts["passages"] == 6
    rows = list(Stage.load(folder / "samples").read_rows())
    split = Sentences(DomainConfig(name="news").sentences).split
    by_length = {length: {row["context"] for row in rows if row["length"] == length} for length in (1, 3)}
    assert {" ".join(split(context)[:1]) for context in by_length[3]} == by_length[1]
    assert all(len(split(context)) == 3 for context in by_length[3])


def test_its_counts_are_those_of_the_samples(measured):
    found, folder = measured
    rows = {}
    for row in Stage.load(folder / "samples").read_rows():
        rows[row["context_id"], row["temperature"]] = row
    for cell in found.cells:
        own = [row for row in rows.values() if (row["length"], row["temperature"]) == (cell.length, cell.temperature)]
        pairs = [both for row in own for both in combinations(set(row["sentences"]), 2)]
        assert (cell.contexts, cell.pairs) == (len(own), len(pairs))
        assert cell.oracle.equivalent == sum(same_first_letter(*both) for both in pairs)
    assert 0 < sum(cell.critic.equivalent for cell in found.cells) < sum(cell.pairs for cell in found.cells)


def test_what_is_there_is_not_done_again(measured, teacher, critic, tmp_path):
    found, folder = measured
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    lost, *rest = sorted(tmp_path.rglob("shard-*"))
    content = lost.read_bytes()
    lost.unlink()
    times = [path.stat().st_mtime_ns for path in rest]
    again = measure_proximity(SMALL, sampling(teacher), lenient(critic), known(same_first_letter), 7, tmp_path)
    assert again == found
    assert lost.read_bytes() == content
    assert [path.stat().st_mtime_ns for path in rest] == times


@pytest.mark.slow
def test_the_number_of_workers_changes_nothing(measured, teacher, critic, tmp_path):
    found, folder = measured
    arguments = (SMALL, sampling(teacher), lenient(critic), known(same_first_letter), 7)
    assert measure_proximity(*arguments, tmp_path, workers=2) == found
    shards = [path.read_bytes() for path in sorted(tmp_path.rglob("shard-*"))]
    assert shards == [path.read_bytes() for path in sorted(folder.rglob("shard-*"))]


def test_another_threshold_judges_again_and_samples_nothing(measured, teacher, critic, tmp_path):
    _, folder = measured
    before = {path: path.stat().st_mtime_ns for path in (folder / "samples").glob("shard-*")}
    strict = dataclasses.replace(lenient(critic), min_entailment=0.9)
    found = measure_proximity(SMALL, sampling(teacher), strict, None, 7, folder)
    assert {path: path.stat().st_mtime_ns for path in (folder / "samples").glob("shard-*")} == before
    assert all(cell.oracle is None for cell in found.cells)


def corpus(folder, sentences):
    path = folder / "passages.txt"
    lines = ["Boeing said profit rose on Monday.", "Apple said sales fell last week.", "Nike said shares gained."]
    path.write_text("".join(" ".join(lines[i:] + lines[:i]) + "\n" for i in range(sentences)))
    return path


def test_passages_may_come_from_a_corpus(teacher, critic, tmp_path):
    place = CorpusConfig(place=str(corpus(tmp_path, 3)))
    found = measure_proximity(SMALL, sampling(teacher, corpus=place), lenient(critic), None, 7, tmp_path / "out")
    assert found.counts["passages"] == 3
    assert {row["context"] for row in Stage.load(tmp_path / "out/samples").read_rows() if row["length"] == 1} == {
        line.partition(". ")[0] + "." for line in (tmp_path / "passages.txt").read_text().splitlines()
    }


def cut(domain, how, texts, lengths=(1, 2, 3)):
    made, found = contexts_of_each_length([make_context("news", text, text) for text in texts], lengths, how, domain)
    return [(context.context, length) for context, length in made.values()], found


def test_contexts_are_first_sentences_or_end_at_one_place():
    dateline = DomainConfig(name="news", prefixes=("{city} --",), values={"city": ("NEW", "NEW YORK")})
    passage = "NEW YORK -- Profit rose. Sales fell. Shares gained. It rained."
    assert cut(dateline, "first", [passage]) == (
        [
            ("NEW YORK -- Profit rose.", 1),
            ("NEW YORK -- Profit rose. Sales fell.", 2),
            ("NEW YORK -- Profit rose. Sales fell. Shares gained.", 3),
        ],
        1,
    )
    assert cut(dateline, "last", [passage])[0] == [
        ("NEW YORK -- Shares gained.", 1),
        ("NEW YORK -- Sales fell. Shares gained.", 2),
        ("NEW YORK -- Profit rose. Sales fell. Shares gained.", 3),
    ]


def test_a_passage_without_an_opening_is_cut_as_it_is():
    passages = ["Profit rose. Sales fell.", "Too short."]
    assert cut(DomainConfig(name="news"), "last", passages, (1, 2)) == (
        [("Sales fell.", 1), ("Profit rose. Sales fell.", 2)],
        1,
    )


def test_no_passage_that_is_long_enough_is_named(teacher, critic, tmp_path):
    long = dataclasses.replace(SMALL, lengths=(1, 40))
    with pytest.raises(RunError, match=r"no passage has 40 whole sentences; leave the longest out of --lengths"):
        measure_proximity(long, sampling(teacher), lenient(critic), None, 7, tmp_path)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"contexts": 0}, "contexts must be at least 1, got 0"),
        ({"k": 1}, "k must be at least 2, got 1"),
        ({"max_pairs": 0}, "max_pairs must be at least 1, got 0"),
        ({"lengths": ()}, "lengths must be whole numbers of at least 1"),
        ({"lengths": (0, 1)}, "lengths must be whole numbers of at least 1"),
        ({"temperatures": (0.5, 9.0)}, r"temperatures must lie in \(0, 5\], got \[0.5, 9.0\]"),
    ],
)
def test_values_out_of_range_are_named(settings, words):
    with pytest.raises(ConfigError, match=words):
        ProximityConfig(**settings)
