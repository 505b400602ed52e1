import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.kernels import curves
from tests import naive
from tests.kernels.ragged_tracks import SECOND, per_track, ragged_tracks

pytestmark = pytest.mark.kernels


@given(ragged_tracks())
def test_linear_matches_naive(tracks):
    offsets, times, values, at_offsets, at = tracks
    out = np.empty((len(at), values.shape[1]))
    curves.linear(times, values, offsets, at, at_offsets, out)
    for _, seconds, own, at_rows, wanted in per_track(*tracks):
        np.testing.assert_allclose(out[at_rows], naive.linear(seconds, own, wanted), atol=1e-6)


@given(ragged_tracks(), st.integers(0, 2**32 - 1))
def test_hermite_matches_naive(tracks, seed):
    offsets, times, values, at_offsets, at = tracks
    slopes = np.random.default_rng(seed).normal(0, 5, values.shape)
    out = np.empty((len(at), values.shape[1]))
    curves.hermite(times, values, slopes, offsets, at, at_offsets, out)
    for rows, seconds, own, at_rows, wanted in per_track(*tracks):
        expected = naive.hermite(seconds, own, slopes[rows], wanted)
        np.testing.assert_allclose(out[at_rows], expected, atol=1e-6)


@given(ragged_tracks())
def test_natural_slopes_make_the_natural_cubic_spline(tracks):
    offsets, times, values, at_offsets, at = tracks
    out = np.empty((len(at), values.shape[1]))
    curves.hermite(times, values, curves.natural_slopes(times, values, offsets), offsets, at, at_offsets, out)
    for _, seconds, own, at_rows, wanted in per_track(*tracks):
        np.testing.assert_allclose(out[at_rows], naive.natural_cubic(seconds, own, wanted), atol=1e-6)


@given(ragged_tracks(), st.sampled_from([1.0, 0.3, 0.0]))
def test_pchip_slopes_match_naive(tracks, scale):
    offsets, times, values, at_offsets, at = tracks
    values = np.round(values * scale)  # whole numbers make equal neighbours, where slopes vanish
    out = np.empty((len(at), values.shape[1]))
    curves.hermite(times, values, curves.pchip_slopes(times, values, offsets), offsets, at, at_offsets, out)
    for rows, seconds, _, at_rows, wanted in per_track(*tracks):
        np.testing.assert_allclose(out[at_rows], naive.pchip(seconds, values[rows], wanted), atol=1e-6)


@given(ragged_tracks(columns=(1,)))
def test_unwrap_matches_naive(tracks):
    offsets, _, values, _, _ = tracks
    angles = (values[:, 0] + np.pi) % (2 * np.pi) - np.pi
    out = curves.unwrap(angles, offsets)
    for rows, _, _, _, _ in per_track(*tracks):
        np.testing.assert_allclose(out[rows], naive.unwrap(angles[rows]), atol=1e-12)


@given(ragged_tracks(min_keyframes=2))
def test_locate_gives_the_segment_of_every_instant(tracks):
    offsets, times, _, at_offsets, at = tracks
    rows, fractions = curves.locate(times, offsets, at, at_offsets)
    assert ((fractions >= 0) & (fractions <= 1)).all()
    back = times[rows] + np.rint(fractions * (times[rows + 1] - times[rows])).astype(np.int64)
    np.testing.assert_allclose(back - at, 0, atol=1)


def test_hermite_keeps_a_constant_of_utm_size_exactly():
    times = np.array([0, SECOND, 3 * SECOND])
    at = np.arange(0, 3 * SECOND, SECOND // 10)
    values = np.full((3, 3), 4_567_890.123456789)
    out = np.empty((len(at), 3))
    curves.hermite(times, values, np.zeros((3, 3)), np.array([0, 3]), at, np.array([0, len(at)]), out)
    assert (out == values[0]).all()
