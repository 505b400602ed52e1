"""What only a finished recording allows: both directions of time, and pieces joined across occlusions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.kernels import track_filter
from sensorann.tracks.association.matching import best_pairs
from sensorann.tracks.association.online import online_pass
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
        rows, columns = best_pairs(-_misfits(pieces, seconds, boxes, tuning, noises), -tuning.largest_misfit)
        if not len(rows):
            return pieces
        following = np.full(len(pieces), -1)
        following[rows] = columns
        pieces = [np.concatenate([pieces[i] for i in chain]) for chain in _chains(following)]


def _misfits(
    pieces: list[NDArray[np.int64]],
    seconds: NDArray[np.float64],
    boxes: NDArray[np.float64],
    tuning: Tuning,
    noises: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Misfit (P, P) of piece j going on where piece i ends; infinite where it does not begin after that.

    The end of i is carried over the gap and compared with the beginning of j, in place and velocity: -2 log of the
    density of what is found there. So a long gap, or a piece of one detection that may move anyhow, fits badly.
    """
    n = len(pieces)
    offsets = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])]).astype(np.int64)
    rows = np.concatenate([np.zeros(0, np.int64), *pieces])
    back = np.concatenate([np.zeros(0, np.int64), *(piece[::-1] for piece in pieces)])
    ends = track_filter.final_states(seconds[rows], boxes[rows], offsets, noises)
    begins = track_filter.final_states(seconds[back], _run_back(boxes)[back], offsets, noises)
    begin_s, end_s = (seconds[[piece[k] for piece in pieces]] if n else np.zeros(0) for k in (0, -1))
    misfits: NDArray[np.float64] = track_filter.misfits(ends, begins, end_s, begin_s, tuning.longest_bridge_s, noises)
    return misfits
