"""What is known of one track between its keyframes, and what it would be worth to know more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboids
from sensorann.scene import MOTION_MODELS, Motion, Source, Track
from sensorann.tracks.interpolation import curve_tracks
from sensorann.tracks.keyframes import Keyframes, keyframes_of, with_slack

# Mean distance of a normal variable from its centre, in standard deviations.
_MEAN_MISS = float(np.sqrt(2.0 / np.pi))
# So many keyframes, fitting as the motion class says, stand beside those of the track itself.
_PRIOR_KEYFRAMES = 4.0


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Doubt:
    """One track as it stands.

    Attributes
    ----------
    keyframes : Keyframes
    complete : keyframes and the boxes between them
    sigmas : (N, 7) float64, of the boxes of `complete`; 0 at keyframes
    motion : of its category
    restlessness : how much further its keyframes lie from where the others put them than its motion class explains
    """

    keyframes: Keyframes
    complete: Track
    sigmas: NDArray[np.float64]
    motion: Motion
    restlessness: float

    @property
    def losses(self) -> NDArray[np.float64]:
        """Expected loss of overlap (N,) of each box: 1 less the 3D IoU at the mean miss of its sigmas.

        Along each axis a box of size s that is d off shares 1 - d / s; a turn moves the ends to the side.
        """
        misses = _MEAN_MISS * self.sigmas
        sizes = self.complete.cuboids.sizes
        yaws = self.complete.cuboids.yaws
        along = np.hypot(misses[:, 0] * np.cos(yaws), misses[:, 1] * np.sin(yaws))
        across = np.hypot(misses[:, 0] * np.sin(yaws), misses[:, 1] * np.cos(yaws))
        across = np.hypot(across, misses[:, 6] * sizes[:, 0] / 4.0)
        shares = np.clip(1.0 - np.column_stack([along, across, misses[:, 2]]) / sizes, 0.0, 1.0)
        common = shares.prod(axis=1)
        return np.asarray(1.0 - common / (2.0 - common))


def doubts_of(tracks: Sequence[Track], motions: Sequence[Motion], instants: NDArray[np.int64]) -> list[Doubt]:
    """Complete tracks, two keyframes or more each, and say how sure each box is.

    Boxes that stand in the track already keep the sigma that they state; so points that were followed count.

    Parameters
    ----------
    tracks : keyframes, with or without computed boxes
    motions : of their categories
    instants : (F,) int64, frames of the drive
    """
    keys = [
        _slack(keyframes_of(track, keyframe_sigma=0.0), motion) for track, motion in zip(tracks, motions, strict=True)
    ]
    curves = curve_tracks(keys, list(motions), instants, "smooth")
    rates = _restlessness(keys, motions)
    doubts = []
    for track, key, curve, motion, rate in zip(tracks, keys, curves, motions, rates, strict=True):
        complete, sigmas = _as_stated(curve, rate * _unsure(curve), track)
        doubts.append(Doubt(keyframes=key, complete=complete, sigmas=sigmas, motion=motion, restlessness=float(rate)))
    return doubts


def corrected(doubts: Sequence[tuple[Doubt, int]], instants: NDArray[np.int64]) -> list[Doubt]:
    """How sure each track would be if a person confirmed or corrected the box of that row.

    How sure a curve is depends on when its keyframes are and not on where, so this is known before the person looks.
    A box does not become less sure by it.
    """
    keys = [_with_keyframe(doubt, row) for doubt, row in doubts]
    curves = curve_tracks(keys, [doubt.motion for doubt, _ in doubts], instants, "smooth")
    after = []
    for (doubt, row), key, curve in zip(doubts, keys, curves, strict=True):
        sources = doubt.complete.sources.copy()
        sources[row] = Source.HUMAN
        complete = replace(doubt.complete, sources=sources)
        sigmas = np.minimum(doubt.sigmas, doubt.restlessness * _unsure(curve))
        after.append(replace(doubt, keyframes=key, complete=complete, sigmas=sigmas))
    return after


def _slack(keyframes: Keyframes, motion: Motion) -> Keyframes:
    return with_slack(keyframes, MOTION_MODELS[motion])


def _unsure(curve: Track) -> NDArray[np.float64]:
    """Sigmas (N, 7) of a curve; nothing is gained where a person has been."""
    return np.where((curve.sources == Source.INTERPOLATED)[:, None], curve.sigmas, 0.0)


def _as_stated(curve: Track, sigmas: NDArray[np.float64], track: Track) -> tuple[Track, NDArray[np.float64]]:
    """Put the boxes that a track holds already, and their sigmas, in place of the curve's."""
    computed = track[np.isin(track.sources, [Source.INTERPOLATED, Source.FITTED])]
    common, rows, own = np.intersect1d(curve.timestamps_ns, computed.timestamps_ns, return_indices=True)
    if not len(common):
        return curve, sigmas
    order = np.arange(len(curve))
    order[rows] = len(curve) + own
    sources, stated = curve.sources.copy(), computed.sigmas[own]
    sources[rows] = computed.sources[own]
    sigmas[rows] = np.where(np.isnan(stated), sigmas[rows], stated)
    cuboids = Cuboids.concatenate([curve.cuboids, computed.cuboids])[order]
    return replace(curve, cuboids=cuboids, sources=sources), sigmas


def _with_keyframe(doubt: Doubt, row: int) -> Keyframes:
    """Add the box of a row as if a person had placed it."""
    keys, box = doubt.keyframes.track, doubt.complete[row : row + 1]
    place = int(np.searchsorted(keys.timestamps_ns, box.timestamps_ns[0]))
    order = np.insert(np.arange(len(keys)), place, len(keys))
    track = replace(
        keys,
        timestamps_ns=np.insert(keys.timestamps_ns, place, box.timestamps_ns[0]),
        cuboids=Cuboids.concatenate([keys.cuboids, box.cuboids])[order],
        sources=np.insert(keys.sources, place, Source.HUMAN),
        sigmas=np.insert(keys.sigmas, place, 0.0, axis=0),
        box_attributes={},
    )
    return Keyframes(track=track, noises=np.insert(doubt.keyframes.noises, place, 0.0, axis=0))


def _restlessness(keys: Sequence[Keyframes], motions: Sequence[Motion]) -> NDArray[np.float64]:
    """Factor (T,) on the sigmas of each track: what its keyframes miss when the others alone say where they are.

    The mean square of misses in sigmas, as many keyframes that fit added as `_PRIOR_KEYFRAMES` says: a track must
    show that it is restless.
    """
    left_out = [(t, k) for t, key in enumerate(keys) for k in range(1, len(key) - 1)]
    without = [
        Keyframes(track=keys[t].track[others], noises=keys[t].noises[others])
        for t, k in left_out
        for others in [np.delete(np.arange(len(keys[t])), k)]
    ]
    instants = np.unique(np.concatenate([np.zeros(0, np.int64), *(key.track.timestamps_ns for key in keys)]))
    curves = curve_tracks(without, [motions[t] for t, _ in left_out], instants, "smooth")
    sums, counts = np.full(len(keys), _PRIOR_KEYFRAMES), np.full(len(keys), _PRIOR_KEYFRAMES)
    for (t, k), curve in zip(left_out, curves, strict=True):
        row = int(np.searchsorted(curve.timestamps_ns, keys[t].track.timestamps_ns[k]))
        misses = curve.cuboids.centers[row, :2] - keys[t].track.cuboids.centers[k, :2]
        sums[t] += np.mean((misses / curve.sigmas[row, :2]) ** 2)
        counts[t] += 1.0
    return np.asarray(np.sqrt(sums / counts))
