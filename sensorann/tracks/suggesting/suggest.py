"""The frames whose correction removes most expected error, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.scene import Drive, Labels, frame_timestamps_ns, labels_in_world
from sensorann.tracks.keyframes import KEYFRAME_SOURCES
from sensorann.tracks.suggesting.doubt import Doubt, corrected, doubts_of
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
    before: Doubt
    after: Doubt
    row: int
    gain: float


def suggest(labels: Labels, drive: Drive, *, n: int = 1, track_id: str | None = None) -> list[Suggestion]:
    """Find the frames whose correction removes most expected error.

    Each gap between keyframes offers its most doubtful frame. What a keyframe there is worth is known before anybody
    looks, because the sigmas of a curve do not depend on where the keyframe will lie: it is computed through the
    smoother, and the best one taken. Each further suggestion takes those before it as done.

    Parameters
    ----------
    labels : keyframes, or tracks completed by `sensorann.tracks.interpolate`, whose sigmas then count
    drive : the recording
    n : number of suggestions
    track_id : only this track; all when not given

    Returns
    -------
    list of Suggestion
        At most n, the most valuable first; fewer where nothing is left between keyframes. Tracks with fewer than two
        keyframes have no curve and are not spoken of.

    Raises
    ------
    ArgumentError
        When n is below one or there is no such track.
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
    best = _best_of_each(doubts_of(tracks, motions, instants), instants)
    found: list[Suggestion] = []
    while len(found) < n:
        t = max(range(len(best)), key=lambda i: candidate.gain if (candidate := best[i]) else 0.0)
        chosen = best[t]
        if chosen is None or chosen.gain <= 0.0:
            break
        found.append(_told(chosen))
        best[t] = _best_of_each([chosen.after], instants)[0]
    return found


def _best_of_each(doubts: list[Doubt], instants: NDArray[np.int64]) -> list[_Candidate | None]:
    """The best frame of each track; None where every frame is a keyframe. All curves are computed at once."""
    offers = [(t, row) for t, doubt in enumerate(doubts) for row in _doubtful_rows(doubt)]
    after = corrected([(doubts[t], row) for t, row in offers], instants)
    best: list[_Candidate | None] = [None] * len(doubts)
    for (t, row), then in zip(offers, after, strict=True):
        gain = float((doubts[t].losses - then.losses).sum())
        known = best[t]
        if known is None or gain > known.gain:
            best[t] = _Candidate(before=doubts[t], after=then, row=row, gain=gain)
    return best


def _doubtful_rows(doubt: Doubt) -> list[int]:
    """Rows of the most doubtful box in each gap between keyframes."""
    times, losses = doubt.complete.timestamps_ns, doubt.losses
    keys = np.searchsorted(times, doubt.keyframes.track.timestamps_ns)
    gaps = [np.arange(first + 1, last) for first, last in pairwise(keys) if last - first > 1]
    return [int(gap[np.argmax(losses[gap])]) for gap in gaps]


def _told(chosen: _Candidate) -> Suggestion:
    before, row = chosen.before, chosen.row
    return Suggestion(
        track_id=before.complete.id,
        timestamp_ns=int(before.complete.timestamps_ns[row]),
        gain=chosen.gain,
        loss=float(before.losses[row]),
        reason=reason_for(before, row),
    )
