import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.geometry.assignment import best_pairs, numbered, starts_of
from sensorann.kernels import matching
from tests import naive

pytestmark = pytest.mark.kernels
seeds = st.integers(0, 2**32 - 1)


def random_gains(rng, n_rows, n_columns, density):
    return np.where(rng.random((n_rows, n_columns)) < density, rng.uniform(0.01, 1.0, (n_rows, n_columns)), 0.0)


@given(seed=seeds, n_rows=st.integers(1, 12), n_columns=st.integers(1, 12), density=st.floats(0.05, 1.0))
def test_best_choice_matches_naive(seed, n_rows, n_columns, density):
    gains = random_gains(np.random.default_rng(seed), n_rows, n_columns, density)
    rows, columns = np.nonzero(gains)
    starts = starts_of(rows, n_rows)
    choice = matching.best_choice(starts, rows, columns, gains[rows, columns], n_columns)
    found = np.where(choice >= 0, np.append(columns, -1)[choice], -1)
    np.testing.assert_array_equal(found, naive.best_choice(gains))


@given(seed=seeds, n_rows=st.integers(1, 9), n_columns=st.integers(1, 9))
def test_among_ties_the_sum_is_the_largest(seed, n_rows, n_columns):
    gains = np.random.default_rng(seed).integers(0, 4, (n_rows, n_columns)).astype(float)
    rows, columns = np.nonzero(gains)
    chosen = best_pairs(rows, columns, gains[rows, columns])
    assert len(set(rows[chosen])) == len(set(columns[chosen])) == len(chosen)
    expected = naive.best_choice(gains)
    assert gains[rows[chosen], columns[chosen]].sum() == gains[np.arange(n_rows), expected][expected >= 0].sum()


@given(seed=seeds, n_rows=st.integers(1, 9), n_columns=st.integers(1, 9))
def test_greedy_choice_matches_naive(seed, n_rows, n_columns):
    rng = np.random.default_rng(seed)
    nearness = rng.integers(-4, 4, (n_rows, n_columns)).astype(float)  # ties go to the first column
    nearness[rng.random(nearness.shape) < 0.5] = np.nan
    rows, columns = np.nonzero(~np.isnan(nearness))
    order = rng.permutation(n_rows)
    choice = matching.greedy_choice(order, starts_of(rows, n_rows), columns, nearness[rows, columns], n_columns)
    found = np.where(choice >= 0, np.append(columns, -1)[choice], -1)
    np.testing.assert_array_equal(found, naive.greedy_choice(order, nearness))


@given(seed=seeds, n=st.integers(0, 12), m=st.integers(0, 12))
def test_near_pairs_matches_naive(seed, n, m):
    rng = np.random.default_rng(seed)
    sides = []
    for count in (n, m):
        sides += [
            np.sort(rng.integers(0, 3, count)),
            rng.integers(0, 5, (count, 2)) * 1.0,
            rng.integers(0, 3, count) * 0.5,
        ]
    found = np.column_stack(matching.near_pairs(*sides))
    np.testing.assert_array_equal(found, np.array(naive.near_pairs(*sides)).reshape(-1, 2))


@given(seed=seeds, n_frames=st.integers(1, 8))
def test_loyal_choice_matches_naive(seed, n_frames):
    rng = np.random.default_rng(seed)
    frames = []
    for _ in range(n_frames):
        objects, names = (np.sort(rng.choice(6, rng.integers(1, 7), replace=False)) for _ in range(2))
        frames.append((objects, names, random_gains(rng, len(objects), len(names), 0.6)))
    rows, columns, scores, first_row, first_column = [], [], [], 0, 0
    for objects, names, gains in frames:
        i, j = np.nonzero(gains)
        rows.append(i + first_row)
        columns.append(j + first_column)
        scores.append(gains[i, j])
        first_row, first_column = first_row + len(objects), first_column + len(names)
    rows, columns = np.concatenate(rows), np.concatenate(columns)
    choice = matching.loyal_choice(
        starts_of(rows, first_row),
        rows,
        columns,
        np.concatenate(scores),
        np.concatenate([objects for objects, _, _ in frames]),
        np.repeat(np.arange(n_frames), [len(objects) for objects, _, _ in frames]),
        np.concatenate([names for _, names, _ in frames]),
        1000.0,
    )
    found = np.where(choice >= 0, np.append(columns, -1)[choice], -1)
    shifts = np.cumsum([0, *(len(names) for _, names, _ in frames)])
    expected = [
        np.where(own >= 0, own + shift, -1)
        for own, shift in zip(naive.loyal_choice(frames, 1000.0), shifts[:-1], strict=True)
    ]
    np.testing.assert_array_equal(found, np.concatenate(expected))


@given(seed=seeds, n=st.integers(1, 40))
def test_interruptions_match_naive(seed, n):
    rng = np.random.default_rng(seed)
    places = np.repeat(np.arange(n), 2)
    objects, names = np.tile([0, 1], n), rng.integers(0, 3, 2 * n)
    found = rng.random(2 * n) < 0.7
    found[0] = True
    columns = objects[found], places[found], names[found]
    assert matching.interruptions(*columns) == naive.interruptions(*columns)


@given(values=st.lists(st.one_of(st.integers(0, 9), st.integers(10**6, 10**6 + 3)), max_size=20))
def test_numbers_have_no_gaps(values):
    values = np.array(values, np.int64)
    distinct, numbers = numbered(values)
    np.testing.assert_array_equal(distinct, np.unique(values))
    np.testing.assert_array_equal(distinct[numbers], values)
