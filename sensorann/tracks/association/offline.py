"""What only a finished recording allows: both directions of time, and pieces joined across occlusions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry.assignment import best_pairs
from sensorann.kernels import track_filter
from sensorann.tracks.association.online import SMALLEST_GAIN, online_pass
from sensorann.tracks.association.tuning import Tuning


def offline_tracks(
    seconds: NDArray[np.float64],
    boxes: NDArray[np.float64],
    *,
    tuning: Tuning,
    noises: NDArray[np.float64],
) -> list[NDArray[np.int64]]:
    """Group the detections of one category into tracks.

    One pass runs forward and one back in time. A step from a detection to the next is kept where both take it: what
    they contest, such as a crossing, is cut, and the pieces are joined knowing both sides of the cut.

    Parameters
    ----------
    seconds : (N,) float64, rising
    boxes : (N, 9) float64, as `online_pass` takes them
    tuning, noises : of the motion class

    Returns
    -------
    rows of each track, in time order; tracks in order of their first row
    """
    forward = online_pass(seconds, boxes, tuning=tuning, noises=noises)
    backward = online_pass(seconds[::-1].copy(), _run_back(boxes)[::-1].copy(), tuning=tuning, noises=noises)[::-1]
    following = _following(forward)
    agreed = np.where(following == _following(backward), following, -1)
    pieces = _chains(agreed)
    return _joined(pieces, seconds, boxes, tuning=tuning, noises=noises)


def _run_back(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Boxes as a filter that runs back in time sees them: velocities have the other sign."""
    return boxes * np.where(np.arange(boxes.shape[1]) < 7, 1.0, -1.0)


def _following(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Row (N,) of the next detection of the same track, -1 for the last one."""
    order = np.argsort(numbers, kind="stable")
    following = np.full(len(numbers), -1)
    same = numbers[order[1:]] == numbers[order[:-1]]
    following[order[:-1][same]] = order[1:][same]
    return following


def _chains(following: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Rows of each chain of links, in order of the first row."""
    firsts = np.setdiff1d(np.arange(len(following)), following)
    chains = []
    for first in firsts:
        chain = [first]
        while following[chain[-1]] >= 0:
            chain.append(following[chain[-1]])
        chains.append(np.array(chain, np.int64))
    return chains


def _joined(
    pieces: list[NDArray[np.int64]],
    seconds: NDArray[np.float64],
    boxes: NDArray[np.float64],
    *,
    tuning: Tuning,
    noises: NDArray[np.float64],
) -> list[NDArray[np.int64]]:
    """Join pieces that one object may have left, until nothing more fits: each has at most one before and one after."""
    while True:
        rows, columns, misfits = _misfits(pieces, seconds, boxes, tuning, noises)
        fitting = misfits <= tuning.largest_misfit
        rows, columns, gains = rows[fitting], columns[fitting], tuning.largest_misfit - misfits[fitting]
        chosen = best_pairs(rows, columns, gains + SMALLEST_GAIN)
        if not len(chosen):
            return pieces
        following = np.full(len(pieces), -1)
        following[rows[chosen]] = columns[chosen]
        pieces = [np.concatenate([pieces[i] for i in chain]) for chain in _chains(following)]


def _misfits(
    pieces: list[NDArray[np.int64]],
    seconds: NDArray[np.float64],
    boxes: NDArray[np.float64],
    tuning: Tuning,
    noises: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Pairs of pieces (P,), the second of which begins soon after the first ends, and how badly they fit (P,).

    The end of the first is carried over the gap and compared with the beginning of the second, in place and velocity:
    -2 log of the density of what is found there. So a long gap, or a piece of one detection that may move anyhow, fits
    badly.
    """
    if not pieces:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    offsets = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])]).astype(np.int64)
    forward, back = np.concatenate(pieces), np.concatenate([piece[::-1] for piece in pieces])
    ends = track_filter.final_states(seconds[forward], boxes[forward], offsets, noises)
    begins = track_filter.final_states(seconds[back], _run_back(boxes)[back], offsets, noises)
    begin_s, end_s = seconds[forward[offsets[:-1]]], seconds[forward[offsets[1:] - 1]]
    order = np.argsort(begin_s, kind="stable")
    first = np.searchsorted(begin_s[order], end_s, side="right")
    n_near = np.searchsorted(begin_s[order], end_s + tuning.longest_bridge_s, side="right") - first
    rows = np.repeat(np.arange(len(pieces)), n_near)
    columns = order[np.arange(len(rows)) - np.repeat(np.cumsum(n_near) - n_near - first, n_near)]
    misfits = track_filter.misfits(ends, rows, begins, columns, begin_s[columns] - end_s[rows], noises)
    return rows, columns, misfits
