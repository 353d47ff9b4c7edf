import random
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.config import from_mapping
from builders.critics.base import Shared
from builders.critics.screen import Matches, ScreenConfig
from builders.critics.screen_audit import screen_recall
from builders.critics.screen_calibration import calibrate, calibrated_once
from builders.critics.settings import CriticsConfig, build_critics
from builders.critics.word_match import Encoder, worst_matches
from builders.errors import ConfigError, RunError
from builders.filtering import filter_pairs
from builders.pairs import Pair, enumerate_unordered_pairs
from tests.builders import tiny_models


def contexts(n, sentences=8):
    rng = random.Random(4)
    for number in range(n):
        texts = [tiny_models.sentence(rng) for _ in range(sentences)]
        names = {"context": "", "context_id": f"c{number}", "passage_id": "", "domain": ""}
        yield list(enumerate_unordered_pairs({**names, "sentences": texts}))


def critics(critic, direction="both", **screen):
    entries = [
        {"rouge_l": {"max": 0.95}},
        {"screen": screen},
        {"semantic_equivalence": {"model": critic, "min_entailment": 0.15, "direction": direction}},
        {"diversity": {"tau_entail": 0.4}},
    ]
    return from_mapping(CriticsConfig, entries, "critics")


def brute_force_match(words, other):
    return min(max(float(a @ b) for b in other) for a in words)


@settings(max_examples=200)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=6), st.integers(0, 10_000))
def test_a_match_is_that_of_the_worst_matched_token(lengths, seed):
    rng = np.random.default_rng(seed)
    states = [rng.normal(size=(length, 3)).astype(np.float32) for length in lengths]
    states = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in states]
    found = worst_matches(states)
    expected = [[brute_force_match(a, b) for b in states] for a in states]
    assert found == pytest.approx(np.array(expected), abs=1e-5)


def test_a_sentence_matches_itself_and_one_that_holds_its_words(critic):
    pairs = [Pair("Nike said profit rose.", "Nike said profit rose on Monday.", context_id="c")]
    [[matches]] = Matches.of_contexts([pairs], Encoder(critic), [0])
    assert np.diag(matches.values) == pytest.approx(1.0, abs=1e-5)
    reverse = Pair(pairs[0].target, pairs[0].source)
    forward, backward = (matches.of([pair], one_way=True)[0] for pair in (pairs[0], reverse))
    assert matches.of(pairs, one_way=False)[0] == min(forward, backward)
    assert forward != backward


def test_a_pair_below_the_threshold_is_dropped_and_named(critic):
    pairs = next(contexts(1))
    made = ScreenConfig(layer=1, threshold=0.4, audit=0.0).build(Shared(semantic=critics(critic).semantic))
    verdicts = made.judge(pairs)
    assert {verdict.reason for verdict in verdicts} == {None, "screen"}
    for verdict in verdicts:
        assert (verdict.reason == "screen") == (verdict.scores["screen"] < 0.4)


@pytest.mark.parametrize("direction", ["both", "forward"])
def test_an_open_screen_changes_nothing(critic, direction):
    candidates = [pair for group in contexts(6) for pair in group]
    screened = critics(critic, direction, layer=1, threshold=-1.0)
    plain = CriticsConfig(tuple(config for config in screened.critics if not isinstance(config, ScreenConfig)))
    kept = [
        [(pair.source, pair.target) for pair in filter_pairs(candidates, build_critics(config)).kept]
        for config in (plain, screened)
    ]
    assert kept[0] == kept[1] != []


def test_what_is_screened_is_never_asked(critic):
    candidates = [pair for group in contexts(6) for pair in group]
    config = critics(critic, layer=1, threshold=0.4, audit=0.0)
    found = filter_pairs(candidates, build_critics(config, both_orders=True))
    screened = {frozenset((pair.source, pair.target)) for pair, reason in found.rejects if reason == "screen"}
    assert screened
    calls = sum(count for name, count in found.measured.items() if name.startswith("nli_calls_"))
    passed = {frozenset((p.source, p.target)) for p in candidates} - screened
    assert 0 < calls <= 2 * len(passed)
    assert found.measured["nli_calls_screen"] == 0


def test_the_audit_asks_about_a_share_of_the_drops_whatever_their_order(critic):
    candidates = [pair for group in contexts(12) for pair in group]
    config = critics(critic, layer=1, threshold=0.45, audit=0.25)
    counts = []
    for pairs in (candidates, candidates[::-1]):
        found = filter_pairs(pairs, build_critics(config, both_orders=True))
        share = found.measured["screen_audited"] / found.dropped["screen"]
        assert 0.15 < share < 0.35
        counts.append((found.measured["screen_audited"], found.measured["screen_missed"]))
    assert counts[0] == counts[1]


def test_a_full_audit_counts_every_pair_that_was_missed(critic):
    candidates = [pair for group in contexts(6) for pair in group]
    config = critics(critic, layer=1, threshold=0.4, audit=1.0)
    found = filter_pairs(candidates, build_critics(config, both_orders=True))
    plain = CriticsConfig(tuple(c for c in config.critics if not isinstance(c, ScreenConfig)))
    exact = filter_pairs(candidates, build_critics(plain, both_orders=True))
    assert found.measured["equivalent"] + found.measured["screen_missed"] == exact.measured["equivalent"]
    audit = screen_recall({**found.measured, "dropped:screen": found.dropped["screen"]})
    assert audit["recall"] == pytest.approx(found.measured["equivalent"] / exact.measured["equivalent"])
    assert audit["low"] <= audit["recall"] <= audit["high"]


def test_recall_is_not_claimed_where_nothing_was_audited():
    assert screen_recall({"kept": 4}) is None
    assert screen_recall({"screen_audited": 0, "equivalent": 9, "dropped:screen": 0}) is None
    none_missed = screen_recall({"screen_audited": 100, "screen_missed": 0, "equivalent": 50, "dropped:screen": 1000})
    assert none_missed["recall"] == none_missed["high"] == 1.0
    assert none_missed["low"] == pytest.approx(50 / (50 + 36.2), abs=0.01)  # 3.6% of 1000 may be missed


def test_calibration_leaves_the_wanted_recall(critic):
    config = critics(critic, recall=0.9, calibration_pairs=1200)
    record = calibrate(config, contexts(60))
    assert record["pairs"] >= 1200
    screen = ScreenConfig(layer=record["layer"], threshold=record["threshold"], audit=1.0)
    settled = config.replaced(config.find(ScreenConfig), screen)
    seen = [pair for group in list(contexts(60))[:40] for pair in group]
    found = filter_pairs(seen, build_critics(settled, both_orders=True))
    recall = screen_recall({**found.measured, "dropped:screen": found.dropped["screen"]})["recall"]
    assert 0.9 <= recall < 1.0


def test_the_layer_is_the_one_that_leaves_the_fewest_pairs(critic):
    wanted = {"recall": 0.9, "calibration_pairs": 1200}
    layers = range(Encoder(critic).layers)
    shares = [calibrate(critics(critic, layer=layer, **wanted), contexts(60))["share"] for layer in layers]
    assert calibrate(critics(critic, **wanted), contexts(60))["share"] == min(shares) < max(shares)


def test_calibration_is_done_once(critic, tmp_path):
    config = critics(critic, recall=0.9, calibration_pairs=1200)
    first = calibrated_once(config, contexts(60), "the samples", tmp_path)
    assert calibrated_once(config, iter(()), "the samples", tmp_path) == first
    with pytest.raises(RunError, match="the NLI model keeps 0 of the first 0 pairs and 300 are needed"):
        calibrated_once(config, iter(()), "other samples", tmp_path)


@pytest.mark.parametrize(
    ("screen", "words"),
    [
        ({"recall": 1.0}, r"screen.recall must lie in \(0, 1\), got 1.0"),
        ({"audit": 2}, r"screen.audit must lie in \[0, 1\], got 2.0"),
        ({"calibration_pairs": 0}, "screen.calibration_pairs must be at least 1, got 0"),
        ({"layer": -1}, "screen.layer must be at least 0, got -1"),
        ({"layer": 1, "threshold": 3}, r"screen.threshold must lie in \[-1, 1\], got 3.0"),
        ({"threshold": 0.4}, "screen.threshold 0.4 says nothing without screen.layer"),
    ],
)
def test_a_wrong_setting_is_named(critic, screen, words):
    with pytest.raises(ConfigError, match=words):
        critics(critic, **screen)


def test_a_screen_needs_the_filter_whose_calls_it_saves():
    with pytest.raises(ConfigError, match="must name semantic_equivalence after screen"):
        from_mapping(CriticsConfig, ["semantic_equivalence", "screen"], "critics")


def test_a_layer_that_the_encoder_lacks_is_named(critic):
    config = critics(critic, layer=2, threshold=0.1)
    with pytest.raises(ConfigError, match=r"screen\.layer must be below 2 for its encoder, got 2"):
        config.check()
    critics(critic, layer=1, threshold=0.1).check()


def test_an_encoder_that_is_not_there_is_named_before_anything_runs(critic, tmp_path):
    with pytest.raises(RunError, match=f"'{tmp_path}'"):
        critics(critic, encoder=str(tmp_path)).check()


def test_the_audit_changes_nothing(critic):
    candidates = [pair for group in contexts(12) for pair in group]
    kept = [
        [(pair.source, pair.target) for pair in filter_pairs(candidates, build_critics(config, both_orders=True)).kept]
        for config in (critics(critic, layer=1, threshold=0.4, audit=share) for share in (0.0, 1.0))
    ]
    assert kept[0] == kept[1] != []


def test_contexts_are_compared_alike_together_and_alone(critic):
    groups = list(contexts(3))
    together = Matches.of_contexts(groups, Encoder(critic), [1])
    for group, [matches] in zip(groups, together, strict=True):
        [[alone]] = Matches.of_contexts([group], Encoder(critic), [1])
        assert alone.place == matches.place
        assert alone.values == pytest.approx(matches.values, abs=1e-4)


def test_any_encoder_or_language_model_can_be_named(critic, teacher, student):
    sentences = ["Nike said profit rose.", "Apple said sales fell on Monday."]
    for ref in (critic, teacher, student):
        model = Encoder(ref)
        states = dict(model.states(sentences, list(range(model.layers))))
        for i, ids in enumerate(model.tokenizer(sentences)["input_ids"]):
            assert [len(layer) for layer in states[i]] == [len(ids)] * model.layers
            assert all(np.linalg.norm(layer, axis=1) == pytest.approx(1.0, abs=1e-5) for layer in states[i])


def test_states_do_not_depend_on_the_batch(critic):
    rng = random.Random(5)
    sentences = list(dict.fromkeys(tiny_models.sentence(rng) for _ in range(30)))
    model = Encoder(critic)
    together = dict(model.states(sentences, [1]))
    for i, j in combinations(range(0, len(sentences), 7), 2):
        alone = dict(model.states([sentences[i], sentences[j]], [1]))
        assert alone[0][0] == pytest.approx(together[i][0], abs=1e-4)


def test_summaries_are_joined_as_without_a_screen(critic):
    candidates = [pair for group in contexts(6) for pair in group]
    config = critics(critic, "forward", layer=1, threshold=0.3, audit=0.0)
    [*_, diversity] = build_critics(config)
    assert diversity._hopeless is None
    assert filter_pairs(candidates, build_critics(config)).kept
