"""What is known at both keyframes of a gap before it is followed."""

import numpy as np
import pytest

from sensorann.scene import Motion
from sensorann.tracks import following
from sensorann.tracks.following import FOLLOWING_NOISES, Gap, Measured, ends_of
from tests.builders import FRAME_NS, START_NS, make_track

N_KNOWN = 100


def known_around(gap_first, gap_last):
    """A path that winds, measured to 3 cm every frame but in the gap."""
    frames = np.r_[: gap_first + 1, gap_last:N_KNOWN]
    rng = np.random.default_rng(4)
    seconds = frames * 0.1
    poses = np.column_stack([8.0 * seconds, 2.0 * np.sin(seconds), 0.2 * np.cos(seconds)])
    return Measured(
        timestamps_ns=START_NS + frames * FRAME_NS,
        poses=poses + rng.normal(0.0, [0.03, 0.03, 0.01], poses.shape),
        covariances=np.tile(np.diag([0.03, 0.03, 0.01]) ** 2, (len(frames), 1, 1)),
    )


@pytest.mark.parametrize("motion", list(FOLLOWING_NOISES))
def test_what_is_forgotten_changes_nothing(monkeypatch, motion):
    """Only the newest measurements on each side are filtered; the result is that of all of them."""
    first, last = 48, 58
    track = make_track(timestamps_ns=START_NS + np.array([first, last]) * FRAME_NS, centers=np.zeros((2, 3)))
    gap = Gap(timestamps_ns=track.timestamps_ns, cuboids=track.cuboids)
    known, origin, noise = known_around(first, last), np.zeros(3), FOLLOWING_NOISES[motion]
    short = ends_of(gap, known, origin, noise)
    monkeypatch.setattr(following, "MEMORY", N_KNOWN)
    for part, whole in zip(short, ends_of(gap, known, origin, noise), strict=True):
        np.testing.assert_allclose(part, whole, atol=1e-3)


def test_both_ends_are_known_with_their_speed():
    first, last = 48, 58
    track = make_track(timestamps_ns=START_NS + np.array([first, last]) * FRAME_NS, centers=np.zeros((2, 3)))
    gap = Gap(timestamps_ns=track.timestamps_ns, cuboids=track.cuboids)
    origin, noise = np.array([30.0, 1.0, 0.0]), FOLLOWING_NOISES[Motion.VEHICLE]
    ends = ends_of(gap, known_around(first, last), origin, noise)
    for state, frame in ((ends.start, first), (ends.end, last)):
        seconds = frame * 0.1
        np.testing.assert_allclose(state[:2] + origin[:2], [8.0 * seconds, 2.0 * np.sin(seconds)], atol=0.1)
        np.testing.assert_allclose(state[3:5], [8.0, 2.0 * np.cos(seconds)], atol=0.6)
