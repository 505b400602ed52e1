"""How sure curves are, without computing the curves: it depends on when keyframes are, not on where they lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.scene import MOTION_MODELS, Motion
from sensorann.tracks.keyframes import Keyframes, Ragged
from sensorann.tracks.motion.position import fill_positions

# Columns of the keyframes' noises that make up one coordinate of the motion models.
_COLUMNS = {"plan": [0, 1], "height": [2], "yaw": [6]}


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Schedule:
    """When the keyframes of a track are, and how far each is trusted.

    Attributes
    ----------
    timestamps_ns : (K,) int64, increasing
    noises : (K, 7) float64, as those of `Keyframes`
    motion : the model of what happens in between
    """

    timestamps_ns: NDArray[np.int64]
    noises: NDArray[np.float64]
    motion: Motion

    @classmethod
    def of(cls, keyframes: Keyframes, motion: Motion) -> Schedule:
        """Take what counts of keyframes."""
        return cls(timestamps_ns=keyframes.track.timestamps_ns, noises=keyframes.noises, motion=motion)

    def with_exact(self, timestamp_ns: int) -> Schedule:
        """Let a person place the box at an instant, or place it again where a keyframe is."""
        place = int(np.searchsorted(self.timestamps_ns, timestamp_ns))
        times, noises = self.timestamps_ns, self.noises
        if place == len(times) or times[place] != timestamp_ns:
            times, noises = np.insert(times, place, timestamp_ns), np.insert(noises, place, 0.0, axis=0)
        noises = np.where((np.arange(len(times)) == place)[:, None], 0.0, noises)
        return Schedule(timestamps_ns=times, noises=noises, motion=self.motion)


def spreads(schedules: Sequence[Schedule], instants: Sequence[NDArray[np.int64]]) -> list[NDArray[np.float64]]:
    """Standard deviations (N, 4) of x, y, z and yaw of each curve at its instants; 0 at keyframes that are exact.

    Parameters
    ----------
    schedules : S tracks
    instants : S times (N,) each, between the first and the last keyframe
    """
    keys, wanted = Ragged.of([one.timestamps_ns for one in schedules]), Ragged.of(list(instants))
    noises = np.concatenate([np.zeros((0, 7)), *(one.noises for one in schedules)])
    columns = []
    for name, own in _COLUMNS.items():
        wanders = [getattr(MOTION_MODELS[one.motion], name) for one in schedules]
        nowhere = np.zeros((len(keys), len(own)))
        columns.append(fill_positions(keys, nowhere, wanted, wanders=wanders, sigmas=noises[:, own])[1])
    every = np.hstack(columns)
    for t, one in enumerate(schedules):
        exact = one.timestamps_ns[(one.noises[:, :3] == 0.0).all(axis=1)]
        every[wanted.rows(t)][np.isin(wanted.timestamps_ns[wanted.rows(t)], exact)] = 0.0
    return [every[wanted.rows(t)] for t in range(len(schedules))]
