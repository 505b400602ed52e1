"""Which boxes of a track are keyframes, how far each is trusted, and all of them packed for the kernels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.scene import MotionModel, Source, Track

# Boxes of these sources are given; those of the others were computed before and are computed anew.
KEYFRAME_SOURCES = (Source.HUMAN, Source.IMPORTED, Source.DETECTED)
CLOSEST_NS = 50_000_000


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Keyframes:
    """The keyframes of one track, and how far each is trusted.

    Attributes
    ----------
    track : its keyframes only
    noises : (N, 7) float64, standard deviations that the curve may depart from them by; 0 where it passes through
    """

    track: Track
    noises: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.track)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Ragged:
    """Instants of many tracks end to end: track t owns rows offsets[t] to offsets[t + 1].

    Attributes
    ----------
    offsets : (T + 1,) int64
    timestamps_ns : (N,) int64, increasing within a track
    """

    offsets: NDArray[np.int64]
    timestamps_ns: NDArray[np.int64]

    @classmethod
    def of(cls, parts: Sequence[NDArray[np.int64]]) -> Ragged:
        """Pack one array of instants per track."""
        offsets = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
        joined = np.concatenate([np.zeros(0, np.int64), *parts])
        return cls(offsets=offsets, timestamps_ns=joined)

    def rows(self, track: int) -> slice:
        """Rows of one track."""
        return slice(int(self.offsets[track]), int(self.offsets[track + 1]))

    def __len__(self) -> int:
        return len(self.timestamps_ns)


def keyframes_of(track: Track, *, keyframe_sigma: float) -> Keyframes:
    """Take the keyframes of a track: its human, imported and detected boxes.

    A human box is exact, whatever sigma it states. The others are trusted as far as their sigma says; where they state
    none, or 0, `keyframe_sigma` metres holds for every length, and for yaw the angle that moves an end of the box by
    as much. Unknown sigmas of the kept boxes become known: 0 for exact, else what was assumed.

    Raises
    ------
    ArgumentError
        When a sigma is infinite.
    """
    keys = track[np.isin(track.sources, KEYFRAME_SOURCES)]
    stated = keys.sigmas
    if np.isinf(stated).any():
        row = int(np.argwhere(np.isinf(stated))[0][0])
        raise ArgumentError(f"track {track.id}: sigmas must be finite, box {row} has {stated[row]}")
    assumed = np.full(stated.shape, keyframe_sigma)
    assumed[:, 6] = keyframe_sigma / (keys.cuboids.sizes[:, 0] / 2)
    exact = (keys.sources == Source.HUMAN)[:, None]
    noises = np.where(exact, 0.0, np.where(stated > 0, stated, assumed))
    sigmas = np.where(exact & ~np.isnan(stated), stated, noises)
    return Keyframes(track=replace(keys, sigmas=sigmas), noises=noises)


def with_slack(keyframes: Keyframes, model: MotionModel) -> Keyframes:
    """Let the curve depart from keyframes that lie closer in time than an object can be told to move.

    Two boxes a few milliseconds apart differ by what people scatter, and a curve forced through both would leave them
    at hundreds of metres per second. The boxes themselves stay; the curve takes them as placed by people.
    """
    close = np.diff(keyframes.track.timestamps_ns) < CLOSEST_NS
    near = np.append(close, False) | np.insert(close, 0, False)
    plan, height, yaw = model.plan.placement, model.height.placement, model.yaw.placement
    slack = np.array([plan, plan, height, 0.0, 0.0, 0.0, yaw])
    noises = np.where(near[:, None], np.maximum(keyframes.noises, slack), keyframes.noises)
    return replace(keyframes, noises=noises)
