"""A keyframe left out: where the rest of its track, followed on past it, has the object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.fitting.template import View, build_template
from sensorann.geometry import Cuboids
from sensorann.kernels.pose_filter import filter_forward
from sensorann.scene import Motion
from sensorann.tracks.clouds import Clouds
from sensorann.tracks.following import FOLLOWING_NOISES, Gap, Measured, follow_gap, seconds_since
from sensorann.tracks.resting import stands_still
from sensorann.tracks.solving import solved

# What people and templates scatter by, metres: less than this is no surprise.
SCATTER = 0.1
# The outermost keyframe of a track is not left out, but may be anywhere: metres, metres, radians.
ANYWHERE = np.diag([3.0**2, 3.0**2, 0.3**2])
# A box is passed on both sides where so many frames are believed on each, the nearest of them so many seconds away.
FEWEST_FRAMES, NEAREST_S = 2, 0.45


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Place:
    """Where an object is without one of its keyframes.

    Attributes
    ----------
    offset : (2,) float64, metres in plan from the box of the keyframe
    covariance : (2, 2) float64
    believed : the points there are the object's, or it was followed past the keyframe
    """

    offset: NDArray[np.float64]
    covariance: NDArray[np.float64]
    believed: bool

    @property
    def distance(self) -> float:
        """Metres from the box."""
        return float(np.hypot(*self.offset))

    @property
    def sigma(self) -> float:
        """Standard deviation along the direction that is known least, metres."""
        return float(np.sqrt(np.linalg.eigvalsh(self.covariance)[-1]))

    @property
    def chi_square(self) -> float:
        """Squared distance in standard deviations, of two degrees of freedom."""
        return float(self.offset @ np.linalg.solve(self.covariance + SCATTER**2 * np.eye(2), self.offset))


def surprise(gap: Gap, known: Measured, *, motion: Motion) -> float:
    """Tell how far the most surprising frame of a gap is from where those before it lead.

    Parameters
    ----------
    gap : of a track
    known : its keyframes, and the frames that were measured
    motion : motion class

    Returns
    -------
    float
        Normalised innovation squared, of two degrees of freedom (Y. Bar-Shalom, Estimation with Applications to
        Tracking and Navigation, 2001, section 5.4); without end where no frame between two places was believed.
    """
    first, last = gap.timestamps_ns[[0, -1]]
    own = _chosen(known, (known.timestamps_ns >= first) & (known.timestamps_ns <= last))
    if len(own) == 2:
        return 0.0 if stands_still(gap.cuboids) else np.inf
    seconds, poses = seconds_since(own.timestamps_ns, first), own.poses - np.append(own.poses[0, :2], 0.0)
    noise, n = FOLLOWING_NOISES[motion], len(own)
    states, spreads = np.zeros((n, 6)), np.zeros((n, 6, 6))
    filter_forward(seconds, poses, own.covariances, noise, states, spreads)
    steps = np.diff(seconds)[:, None]
    expected = states[:-1, :2] + steps * states[:-1, 3:5]
    p, h = spreads[:-1], steps[:, :, None]
    doubt = p[:, :2, :2] + h * (p[:, :2, 3:5] + p[:, 3:5, :2]) + h**2 * p[:, 3:5, 3:5] + own.covariances[1:, :2, :2]
    doubt += (noise[0] * h**3 / 3 + SCATTER**2) * np.eye(2)
    missed = poses[1:, :2] - expected
    squares = np.einsum("ni,ni->n", missed, np.linalg.solve(doubt, missed[:, :, None])[:, :, 0])
    return float(squares.max())


def place_without(
    instant: int,
    gaps: Sequence[Gap],
    clouds: Sequence[Clouds],
    keyframes: Measured,
    others: Sequence[View],
    *,
    motion: Motion,
) -> Place | None:
    """Follow an object through the gaps around one of its keyframes as if nobody had placed that box.

    Parameters
    ----------
    instant : of the keyframe, ns
    gaps, clouds : before and after it, or the only one there is
    keyframes : of the whole track
    others : what other keyframes show; the box left out shows nothing that counts
    motion : motion class

    Returns
    -------
    Place or None
        None where the others show too little to know the object by, or no frame was believed.
    """
    gap, around = _joined_gaps(gaps), _joined_clouds(clouds)
    template = build_template(others, gap.cuboids.record(0).size)
    if template is None:
        return None
    at = keyframes.timestamps_ns == instant
    outermost = instant in gap.timestamps_ns[[0, -1]]
    loose = np.where(at[:, None, None], ANYWHERE, keyframes.covariances)
    rest = replace(keyframes, covariances=loose) if outermost else _chosen(keyframes, ~at)
    found = follow_gap(gap, around, rest, template, motion=motion)
    if not len(found):
        return None
    pose, covariance = solved(Measured.joined(rest, found), np.array([instant]), motion)
    away_s = seconds_since(found.timestamps_ns, np.int64(instant))
    passed = min((away_s < 0).sum(), (away_s > 0).sum()) >= FEWEST_FRAMES and np.abs(away_s).min() < NEAREST_S
    return Place(
        offset=pose[0, :2] - keyframes.poses[at][0, :2],
        covariance=covariance[0, :2, :2],
        believed=bool(passed or (away_s == 0).any()),
    )


def _chosen(measured: Measured, rows: NDArray[np.bool_]) -> Measured:
    return Measured(
        timestamps_ns=measured.timestamps_ns[rows],
        poses=measured.poses[rows],
        covariances=measured.covariances[rows],
    )


def _joined_gaps(gaps: Sequence[Gap]) -> Gap:
    """One gap of those that follow each other: the keyframe between them becomes a frame like any other."""
    first, *more = gaps
    return Gap(
        timestamps_ns=np.concatenate([first.timestamps_ns, *(gap.timestamps_ns[1:] for gap in more)]),
        cuboids=Cuboids.concatenate([first.cuboids, *(gap.cuboids[1:] for gap in more)]),
    )


def _joined_clouds(clouds: Sequence[Clouds]) -> Clouds:
    """The points of gaps that follow each other, about the origin of the first."""
    origin = clouds[0].origin
    frames, viewers = [clouds[0].frame(0)], [clouds[0].viewers[:1]]
    for part in clouds:
        shift = part.origin - origin
        frames += [(part.frame(k) + shift).astype(np.float32) for k in range(1, len(part.viewers))]
        viewers.append(part.viewers[1:] + shift)
    return Clouds(
        points=np.concatenate(frames),
        offsets=np.concatenate([[0], np.cumsum([len(frame) for frame in frames])]).astype(np.int64),
        viewers=np.concatenate(viewers),
        origin=origin,
    )
