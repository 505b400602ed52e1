"""One pass through time: each detection goes to a live track, or starts one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry.assignment import best_pairs
from sensorann.kernels import association, track_filter
from sensorann.tracks.association.tuning import Tuning

# How much the empty part of the hull and the distance of the centres take from the overlap (MCTrack, 2024).
_HULL_WEIGHT, _DISTANCE_WEIGHT = 0.5, 0.5
# However slow the sensor is, a track survives one frame without a detection.
_FEWEST_STEPS = 2.5
# A young track, of unknown speed, may be found this many standard deviations ahead of where it was, or behind.
_GATE_SIGMAS = 3.0
# A pair that is just good enough is still better than none.
SMALLEST_GAIN = 1e-9
# Differences of seconds that ought to be equal differ by less.
_ROUNDING_S = 1e-6


def online_pass(
    seconds: NDArray[np.float64],
    boxes: NDArray[np.float64],
    *,
    tuning: Tuning,
    noises: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Give each detection the number of its track.

    Parameters
    ----------
    seconds : (N,) float64, ordered; falling for a pass back in time
    boxes : (N, 9) float64: x, y, z, yaw, length, width, height, stated velocity along x and y (NaN: none)
    tuning, noises : of the motion class

    Returns
    -------
    (N,) int64, counted from 0 in order of the first detection
    """
    numbers = np.empty(len(seconds), np.int64)
    starts = np.flatnonzero(np.diff(seconds, prepend=np.nan) != 0)
    usual_step = np.median(np.abs(np.diff(seconds[starts]))) if len(starts) > 1 else 0.0
    longest_gap = max(tuning.longest_gap_s, _FEWEST_STEPS * usual_step) + _ROUNDING_S
    footprints = np.empty((len(boxes), 7))
    association.rectangles(boxes, footprints)
    states = np.empty((0, track_filter.N_STATE))
    live, seen = np.zeros(0, np.int64), np.zeros(0)
    n_tracks = 0
    for start, stop in zip(starts, [*starts[1:], len(seconds)], strict=True):
        now, own = seconds[start], boxes[start:stop]
        kept = np.abs(now - seen) <= longest_gap
        states, live, seen = states[kept], live[kept], seen[kept]
        if start:
            track_filter.predict_states(states, abs(now - seconds[start - 1]), noises)
        rows, columns = _associate(states, footprints[start:stop], tuning)
        track_filter.update_states(states, rows, own, columns, noises)
        seen[rows] = now
        labels = np.full(stop - start, -1)
        labels[columns] = live[rows]
        fresh = np.flatnonzero(labels < 0)
        labels[fresh] = n_tracks + np.arange(len(fresh))
        n_tracks += len(fresh)
        numbers[start:stop] = labels
        born = np.empty((len(fresh), track_filter.N_STATE))
        track_filter.start_states(born, own, fresh, noises)
        states = np.concatenate([states, born])
        live = np.concatenate([live, labels[fresh]])
        seen = np.concatenate([seen, np.full(len(fresh), now)])
    return numbers


def _associate(
    states: NDArray[np.float64], footprints: NDArray[np.float64], tuning: Tuning
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pair live tracks with detections: first by overlap, then what is left by the distance of the centres."""
    predicted = np.empty((len(states), 7))
    association.rectangles(states, predicted)
    similar = association.distance_iou(predicted, footprints, _HULL_WEIGHT, _DISTANCE_WEIGHT, tuning.near)
    rows, columns = _best_above(similar, tuning.least_similarity)
    if len(rows) in (len(states), len(footprints)):
        return rows, columns
    free_rows, free_columns = _others(len(states), rows), _others(len(footprints), columns)
    ahead = np.maximum(tuning.near, _GATE_SIGMAS * np.sqrt(states[free_rows, 10] + tuning.plan**2))
    close = association.closeness(predicted[free_rows], footprints[free_columns], ahead, tuning.near)
    more_rows, more_columns = _best_above(close, 0.0)
    return (
        np.concatenate([rows, free_rows[more_rows]]),
        np.concatenate([columns, free_columns[more_columns]]),
    )


def _best_above(similarities: NDArray[np.float64], least: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns (K,) of the pairs of a matrix whose excess over the least sums to the most."""
    rows, columns = np.nonzero(similarities >= least)
    chosen = best_pairs(rows, columns, similarities[rows, columns] - least + SMALLEST_GAIN)
    return rows[chosen], columns[chosen]


def _others(n: int, taken: NDArray[np.int64]) -> NDArray[np.int64]:
    free = np.ones(n, np.bool_)
    free[taken] = False
    return np.flatnonzero(free)
