"""What is known of one track, and what it would be worth to know more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboids
from sensorann.scene import MOTION_MODELS, Motion, Source, Track
from sensorann.tracks.curving import curve_tracks
from sensorann.tracks.keyframes import keyframes_of, with_slack
from sensorann.tracks.suggesting.calm import motion_shown, restlessness
from sensorann.tracks.suggesting.spread import Schedule, spreads

# Mean distance of a normal variable from its centre, in standard deviations.
_MEAN_MISS = float(np.sqrt(2.0 / np.pi))
_POSE = [0, 1, 2, 6]


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Doubt:
    """One track as it stands.

    Attributes
    ----------
    complete : keyframes and the boxes between them
    schedule : when its keyframes are
    information : (N, 4) float64, 1 / variance of x, y, z and yaw that the points of each box add to its curve
    curve_sigmas : (N, 4) float64, of the curve alone; 0 where a person has been
    restlessness : how much further its keyframes lie from where the others put them than its motion explains
    """

    complete: Track
    schedule: Schedule
    information: NDArray[np.float64]
    curve_sigmas: NDArray[np.float64]
    restlessness: float

    @property
    def sigmas(self) -> NDArray[np.float64]:
        """Standard deviations (N, 4) of x, y, z and yaw, points and curve taken together."""
        return self.sigmas_with(self.curve_sigmas)

    def sigmas_with(self, curve_sigmas: NDArray[np.float64]) -> NDArray[np.float64]:
        """Standard deviations (N, 4) were the curve as sure as that."""
        return np.asarray(curve_sigmas / np.sqrt(1.0 + self.information * curve_sigmas**2))

    def losses(self, curve_sigmas: NDArray[np.float64]) -> NDArray[np.float64]:
        """Expected loss of overlap (N,) of each box were the curve as sure as that: 1 less 3D IoU at the mean miss.

        Along each axis a box of size s that is d off shares 1 - d / s; a turn moves the ends to the side.
        """
        misses = _MEAN_MISS * self.sigmas_with(curve_sigmas)
        sizes, yaws = self.complete.cuboids.sizes, self.complete.cuboids.yaws
        along = np.hypot(misses[:, 0] * np.cos(yaws), misses[:, 1] * np.sin(yaws))
        across = np.hypot(misses[:, 0] * np.sin(yaws), misses[:, 1] * np.cos(yaws))
        across = np.hypot(across, misses[:, 3] * sizes[:, 0] / 4.0)
        shares = np.clip(1.0 - np.column_stack([along, across, misses[:, 2]]) / sizes, 0.0, 1.0)
        common = shares.prod(axis=1)
        # A person's box is right by decision, even where a second one too close in time keeps the curve from it.
        return np.where(self.complete.sources == Source.HUMAN, 0.0, 1.0 - common / (2.0 - common))

    def corrected(self, row: int, curve_sigmas: NDArray[np.float64]) -> Doubt:
        """Take the box of a row as placed by a person, after which the curve is as sure as that."""
        sources = self.complete.sources.copy()
        sources[row] = Source.HUMAN
        schedule = self.schedule.with_exact(int(self.complete.timestamps_ns[row]))
        return replace(
            self, complete=replace(self.complete, sources=sources), schedule=schedule, curve_sigmas=curve_sigmas
        )


def doubts_of(tracks: Sequence[Track], motions: Sequence[Motion], instants: NDArray[np.int64]) -> list[Doubt]:
    """Complete tracks, two keyframes or more each, and say how sure each box is.

    What computed boxes that stand in the track state beyond the curve's own sureness was learnt from points, and
    counts.

    Parameters
    ----------
    tracks : keyframes, with or without computed boxes
    motions : of their categories
    instants : (F,) int64, frames of the drive
    """
    keys = [
        with_slack(keyframes_of(track, keyframe_sigma=0.0), MOTION_MODELS[motion])
        for track, motion in zip(tracks, motions, strict=True)
    ]
    curves = curve_tracks(keys, list(motions), instants, "smooth")
    shown = [motion_shown(key, motion) for key, motion in zip(keys, motions, strict=True)]
    rates = restlessness(keys, shown)
    schedules = [Schedule.of(key, motion) for key, motion in zip(keys, shown, strict=True)]
    times = [curve.timestamps_ns for curve in curves]
    doubts = []
    for track, curve, schedule, spread, rate in zip(
        tracks, curves, schedules, spreads(schedules, times), rates, strict=True
    ):
        complete, information = _as_stated(curve, track)
        doubts.append(
            Doubt(
                complete=complete,
                schedule=schedule,
                information=information,
                curve_sigmas=rate * spread,
                restlessness=float(rate),
            )
        )
    return doubts


def spreads_after(doubts: Sequence[tuple[Doubt, int]]) -> list[NDArray[np.float64]]:
    """Standard deviations (N, 4) of each curve if a person placed the box of that row."""
    times = [doubt.complete.timestamps_ns for doubt, _ in doubts]
    then = [doubt.schedule.with_exact(int(own[row])) for own, (doubt, row) in zip(times, doubts, strict=True)]
    found = spreads(then, times)
    return [doubt.restlessness * spread for (doubt, _), spread in zip(doubts, found, strict=True)]


def _as_stated(curve: Track, track: Track) -> tuple[Track, NDArray[np.float64]]:
    """Put the boxes that a track holds already in place of the curve's, and say what they know beyond the curve."""
    information = np.zeros((len(curve), 4))
    computed = track[np.isin(track.sources, [Source.INTERPOLATED, Source.FITTED])]
    common, rows, own = np.intersect1d(curve.timestamps_ns, computed.timestamps_ns, return_indices=True)
    if not len(common):
        return curve, information
    order = np.arange(len(curve))
    order[rows] = len(curve) + own
    sources = curve.sources.copy()
    sources[rows] = computed.sources[own]
    stated, alone = computed.sigmas[own][:, _POSE], curve.sigmas[rows][:, _POSE]
    # A box that states nothing, or more doubt than its curve (a straight line), learnt nothing from points.
    learnt = (stated > 0) & (stated < alone)
    information[rows] = np.where(learnt, 1.0 / np.where(learnt, stated, 1.0) ** 2 - 1.0 / alone**2, 0.0)
    cuboids = Cuboids.concatenate([curve.cuboids, computed.cuboids])[order]
    return replace(curve, cuboids=cuboids, sources=sources), information
