import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.kernels import smoothing
from tests import naive
from tests.kernels.ragged_tracks import SECOND, offsets_of, per_track, ragged_tracks

pytestmark = pytest.mark.kernels


def smooth(times, values, variances, at, *, noises=None, offsets=None, at_offsets=None):
    """Call the kernel, by default for one track."""
    offsets = offsets_of([times]) if offsets is None else offsets
    at_offsets = offsets_of([at]) if at_offsets is None else at_offsets
    noises = np.full(len(offsets) - 1, 3.0) if noises is None else noises
    out, out_sigmas = np.empty((len(at), values.shape[1])), np.empty(len(at))
    smoothing.smooth_tracks(times, values, offsets, noises, variances, at, at_offsets, out, out_sigmas)
    return out, out_sigmas**2


@given(ragged_tracks(), st.integers(0, 2**32 - 1), st.sampled_from(["exact", "noisy", "mixed"]))
def test_smooth_tracks_matches_the_dense_posterior(tracks, seed, kind):
    offsets, times, values, at_offsets, at = tracks
    rng = np.random.default_rng(seed)
    variances = rng.uniform(0.05, 0.5, len(times)) ** 2
    if kind != "noisy":
        variances[rng.random(len(times)) < (1.0 if kind == "exact" else 0.5)] = 0.0
    noises = rng.uniform(0.5, 5.0, len(offsets) - 1)
    mean, spread = smooth(times, values, variances, at, noises=noises, offsets=offsets, at_offsets=at_offsets)
    for t, (rows, seconds, own, at_rows, wanted) in enumerate(per_track(*tracks)):
        if len(seconds) < 2:
            assert (mean[at_rows] == own).all()
            np.testing.assert_allclose(spread[at_rows], variances[rows])
            continue
        expected_mean, expected_spread = naive.smooth_track(seconds, own, noises[t], variances[rows], wanted)
        np.testing.assert_allclose(mean[at_rows], expected_mean, atol=1e-5)
        np.testing.assert_allclose(spread[at_rows], expected_spread, rtol=1e-4, atol=1e-7)


@given(ragged_tracks())
def test_columns_are_the_same_to_the_last_bit_whatever_their_number(tracks):
    """Three columns have a loop of their own."""
    offsets, times, values, at_offsets, at = tracks
    three = values[:, :1] * [1.0, -2.0, 3.0] + [0.0, 5e6, -1.0]
    together, _ = smooth(times, three, np.full(len(times), 0.01), at, offsets=offsets, at_offsets=at_offsets)
    for column in range(3):
        alone = three[:, column : column + 1]
        apart, _ = smooth(times, alone, np.full(len(times), 0.01), at, offsets=offsets, at_offsets=at_offsets)
        np.testing.assert_array_equal(together[:, column], apart[:, 0])


@given(ragged_tracks(min_keyframes=2))
def test_without_noise_the_mean_is_the_natural_cubic_spline(tracks):
    offsets, times, values, at_offsets, at = tracks
    mean, _ = smooth(times, values, np.zeros(len(times)), at, offsets=offsets, at_offsets=at_offsets)
    for _, seconds, own, at_rows, wanted in per_track(*tracks):
        np.testing.assert_allclose(mean[at_rows], naive.natural_cubic(seconds, own, wanted), atol=1e-6)


@given(ragged_tracks(min_keyframes=2))
def test_a_keyframe_without_noise_is_passed_through_and_certain(tracks):
    offsets, times, values, _, _ = tracks
    mean, spread = smooth(times, values, np.zeros(len(times)), times, offsets=offsets, at_offsets=offsets)
    np.testing.assert_allclose(mean, values, atol=1e-12)
    assert (spread < 1e-20).all()


@given(ragged_tracks(min_keyframes=2))
def test_a_track_of_constant_velocity_is_left_alone_whatever_the_noise(tracks):
    offsets, times, values, at_offsets, at = tracks
    velocity = values[0]
    start = times[0]
    straight = (times - start)[:, None] * 1e-9 * velocity
    mean, _ = smooth(times, straight, np.full(len(times), 0.04), at, offsets=offsets, at_offsets=at_offsets)
    np.testing.assert_allclose(mean, (at - start)[:, None] * 1e-9 * velocity, atol=1e-7)


def test_doubt_is_largest_in_the_middle_and_grows_with_the_gap():
    at = np.arange(0, 10 * SECOND + 1, SECOND // 2)
    _, short = smooth(np.array([0, 5 * SECOND, 10 * SECOND]), np.zeros((3, 1)), np.zeros(3), at)
    _, long = smooth(np.array([0, 10 * SECOND]), np.zeros((2, 1)), np.zeros(2), at)
    assert at[long.argmax()] == 5 * SECOND
    assert long.max() > 5 * short.max()
    assert (short <= long + 1e-12).all()


@pytest.mark.parametrize("step_ns", [1, 1_000, SECOND, 10_000 * SECOND])
def test_any_step_of_time_gives_finite_results(step_ns):
    times = np.arange(4, dtype=np.int64) * step_ns * 2
    values = np.array([[0.0], [1.0], [-1.0], [2.0]])
    for variances in (np.zeros(4), np.full(4, 1e-4), np.array([0, 1e-4, 0, 1e-4])):
        mean, spread = smooth(times, values, variances, times[:-1] + step_ns)
        assert np.isfinite(mean).all()
        assert (spread >= 0).all()


def filterpy_states(times, values, variances, q):
    """Positions and velocities (K, 2) by filterpy, started at the second keyframe with our start."""
    from filterpy.kalman import KalmanFilter

    h = (times[1] - times[0]) * 1e-9
    start = np.array([[variances[1], variances[1] / h], [0, (variances[:2].sum() + q * h**3 / 3) / h**2]])
    filtered = KalmanFilter(dim_x=2, dim_z=1)
    filtered.H = np.array([[1.0, 0.0]])
    filtered.x = np.array([[values[1]], [(values[1] - values[0]) / h]])
    filtered.P = np.array([[start[0, 0], start[0, 1]], [start[0, 1], start[1, 1]]])
    means, covariances, steps, noises = [filtered.x.copy()], [filtered.P.copy()], [np.eye(2)], [np.zeros((2, 2))]
    for k in range(2, len(times)):
        h = (times[k] - times[k - 1]) * 1e-9
        steps.append(np.array([[1, h], [0, 1]]))
        noises.append(q * np.array([[h**3 / 3, h**2 / 2], [h**2 / 2, h]]))
        filtered.predict(F=steps[-1], Q=noises[-1])
        filtered.update(np.array([[values[k]]]), R=variances[k])  # filterpy 2: z as a column
        means.append(filtered.x.copy())
        covariances.append(filtered.P.copy())
    smoothed, spread, _, _ = filtered.rts_smoother(np.array(means), np.array(covariances), steps, noises)
    return smoothed[:, 0, 0], spread[:, 0, 0]


@given(ragged_tracks(min_keyframes=3, columns=(1,)), st.integers(0, 2**32 - 1))
def test_equals_filterpy_with_the_same_start(tracks, seed):
    offsets, times, values, _, _ = tracks
    rng = np.random.default_rng(seed)
    variances = rng.uniform(0.02, 0.5, len(times)) ** 2
    noises = rng.uniform(0.01, 5.0, len(offsets) - 1)
    mean, spread = smooth(times, values, variances, times, noises=noises, offsets=offsets, at_offsets=offsets)
    for t in range(len(offsets) - 1):
        rows = slice(offsets[t], offsets[t + 1])
        expected_mean, expected_spread = filterpy_states(times[rows], values[rows, 0], variances[rows], noises[t])
        np.testing.assert_allclose(mean[rows][1:, 0], expected_mean, atol=1e-6)
        np.testing.assert_allclose(spread[rows][1:], expected_spread, atol=1e-6)


@given(ragged_tracks(min_keyframes=2), st.integers(0, 2**32 - 1))
def test_a_track_that_shares_the_times_of_the_one_before_comes_out_the_same_as_alone(tracks, seed):
    offsets, times, values, at_offsets, at = tracks
    own, wanted = times[: offsets[1]], at[: at_offsets[1]]
    rng = np.random.default_rng(seed)
    columns = rng.normal(0, 5, (3, len(own), values.shape[1]))
    variances = np.tile(rng.uniform(0, 1, len(own)), 3)
    variances[-1] += rng.choice([0.0, 1.0])  # the last track may differ by its last keyframe only
    alone = [smooth(own, column, variances[len(own) * t :][: len(own)], wanted) for t, column in enumerate(columns)]
    together = smooth(
        np.concatenate([own, own + SECOND, own]),
        columns.reshape(-1, values.shape[1]),
        variances,
        np.concatenate([wanted, wanted + SECOND, wanted]),
        offsets=offsets_of([own] * 3),
        at_offsets=offsets_of([wanted] * 3),
    )
    for one, column in zip(zip(*alone, strict=True), together, strict=True):
        np.testing.assert_array_equal(np.concatenate(one), column)
