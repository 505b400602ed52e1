"""The frames whose correction removes most expected error, one after the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array
from sensorann.scene import Drive, Labels, frame_timestamps_ns, labels_in_world
from sensorann.tracks.keyframes import KEYFRAME_SOURCES
from sensorann.tracks.suggesting.doubt import Doubt, doubts_of, spreads_after
from sensorann.tracks.suggesting.reasons import reason_for


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """A box that a person should look at.

    Attributes
    ----------
    track_id : str
    timestamp_ns : of the frame
    gain : expected overlap gained, 3D IoU summed over all boxes of the track
    loss : expected loss of 3D IoU of this box as it stands
    reason : in words
    """

    track_id: str
    timestamp_ns: int
    gain: float
    loss: float
    reason: str


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class _Candidate:
    doubt: Doubt
    row: int
    spread: NDArray[np.float64]
    gain: float


def suggest(
    labels: Labels, drive: Drive, *, n: int = 1, track_id: str | None = None, candidates_ns: ArrayLike | None = None
) -> list[Suggestion]:
    """Find the frames whose correction removes most expected error.

    Each gap between boxes that a person placed offers its most doubtful frame, which may be one that a detector placed.
    What a keyframe there is worth is known before anybody looks, because the sigmas of a curve do not depend on where
    the keyframe will lie: it is computed through the smoother, and the best one taken. Each further suggestion takes
    those before it as done.

    Parameters
    ----------
    labels : keyframes, or tracks completed by `sensorann.tracks.interpolate`, whose sigmas then count
    drive : the recording
    n : number of suggestions
    track_id : only this track; all when not given
    candidates_ns : instants that may be suggested, such as those that have a picture; all frames when not given

    Returns
    -------
    list of Suggestion
        At most n, the most valuable first; fewer where nothing is left between keyframes. Tracks with fewer than two
        keyframes have no curve and are not spoken of.

    Raises
    ------
    ArgumentError
        When n is below one, there is no such track, or the candidates are not integers.
    """
    if n < 1:
        raise ArgumentError(f"the number of suggestions must be 1 or more, got {n}")
    labels = labels_in_world(labels, drive.trajectory)
    tracks = labels.tracks if track_id is None else (labels.track(track_id),)
    tracks = tuple(track for track in tracks if np.isin(track.sources, KEYFRAME_SOURCES).sum() >= 2)
    if not tracks:
        return []
    instants = frame_timestamps_ns(drive)
    motions = [labels.ontology[track.category].motion for track in tracks]
    allowed = instants if candidates_ns is None else _integers(candidates_ns)
    best = _best_of_each(doubts_of(tracks, motions, instants), allowed)
    found: list[Suggestion] = []
    while len(found) < n:
        t = max(range(len(best)), key=lambda i: candidate.gain if (candidate := best[i]) else 0.0)
        chosen = best[t]
        if chosen is None or chosen.gain <= 0.0:
            break
        found.append(_told(chosen))
        best[t] = _best_of_each([chosen.doubt.corrected(chosen.row, chosen.spread)], allowed)[0]
    return found


def _integers(instants: ArrayLike) -> NDArray[np.int64]:
    given = np.asarray(instants)
    if given.size and not np.issubdtype(given.dtype, np.integer):
        raise ArgumentError(f"candidates must be integer nanoseconds, got an array of {given.dtype}")
    return as_array(given, (None,), np.int64, name="candidates")


def _best_of_each(doubts: list[Doubt], allowed_ns: NDArray[np.int64]) -> list[_Candidate | None]:
    """The best frame of each track; None where there is nothing to gain. All spreads are computed at once."""
    offers = [(t, row) for t, doubt in enumerate(doubts) for row in _doubtful_rows(doubt, allowed_ns)]
    before = [doubt.losses(doubt.curve_sigmas) for doubt in doubts]
    best: list[_Candidate | None] = [None] * len(doubts)
    for (t, row), spread in zip(offers, spreads_after([(doubts[t], row) for t, row in offers]), strict=True):
        gain = float((before[t] - doubts[t].losses(spread)).sum())
        known = best[t]
        if known is None or gain > known.gain:
            best[t] = _Candidate(doubt=doubts[t], row=row, spread=spread, gain=gain)
    return best


def _doubtful_rows(doubt: Doubt, allowed_ns: NDArray[np.int64]) -> list[int]:
    """Rows of the most doubtful box in each gap between boxes that are sure, of those allowed."""
    losses = doubt.losses(doubt.curve_sigmas)
    offered = (losses > 0) & np.isin(doubt.complete.timestamps_ns, allowed_ns)
    gaps = np.split(np.arange(len(losses)), np.flatnonzero(losses == 0))
    return [int(rows[np.argmax(losses[rows])]) for gap in gaps if len(rows := gap[offered[gap]])]


def _told(chosen: _Candidate) -> Suggestion:
    doubt, row = chosen.doubt, chosen.row
    return Suggestion(
        track_id=doubt.complete.id,
        timestamp_ns=int(doubt.complete.timestamps_ns[row]),
        gain=chosen.gain,
        loss=float(doubt.losses(doubt.curve_sigmas)[row]),
        reason=reason_for(doubt, row),
    )
