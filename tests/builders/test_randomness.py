import numpy as np

from builders.randomness import key, pick, uniforms


def test_keys_differ_by_every_part():
    keys = [key(0), key(1), key(0, "a"), key(0, "a", 1), key(0, "a", "1"), key(0, "a1"), key(0, 1, "a")]
    assert len(set(keys)) == len(keys)
    assert key(7, "context", 3) == key(7, "context", 3)


def test_uniforms_are_splitmix64():
    # the first outputs of the reference implementation (Vigna) from seed 1234567
    reference = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    drawn = [uniforms(np.array([1234567], dtype=np.uint64), step)[0] for step in range(4)]
    assert drawn == [(value >> 11) * 2.0**-53 for value in reference]


def test_uniforms_of_a_row_do_not_depend_on_the_others():
    keys = np.array([key(0, i) for i in range(100)], dtype=np.uint64)
    assert (uniforms(keys, 5)[40:] == uniforms(keys[40:], 5)).all()


def test_uniforms_fill_the_unit_interval_evenly():
    keys = np.array([key(1, i) for i in range(2000)], dtype=np.uint64)
    drawn = np.concatenate([uniforms(keys, step) for step in range(10)])
    counts, _ = np.histogram(drawn, bins=20, range=(0, 1))
    assert abs(counts - 1000).max() < 150  # five standard deviations


def test_pick_reaches_every_choice():
    assert {pick(key(0, i), 5) for i in range(200)} == {0, 1, 2, 3, 4}
