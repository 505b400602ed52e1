"""How far boxes are from the truth in metres and degrees, by class, range or source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry.assignment import best_pairs
from sensorann.qa.pairing import pair_labels
from sensorann.qa.ranges import RANGES, ranges_of
from sensorann.scene import Drive, Labels, Source, Track
from sensorann.tracks.scoring import Scores, ScoreSummary, score_boxes, summarise

Grouping = Literal["class", "range", "source"]
ALL = "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorTable:
    """Errors of boxes of the same objects at equal instants.

    Attributes
    ----------
    rows : summary by name of the group; ``all`` comes first
    n_missing : boxes of the truth without a partner
    n_extra : boxes without a partner in the truth
    """

    rows: Mapping[str, ScoreSummary]
    n_missing: int
    n_extra: int


def error_table(truth: Labels, other: Labels, *, by: Grouping | None = None, drive: Drive | None = None) -> ErrorTable:
    """Summarise the errors of centre, yaw and overlap, of all boxes and of each group.

    Objects are the same whose boxes overlap most over the whole drive, one to one and within a category, whatever their
    ids; their boxes are then compared at every common instant, however far apart they are there.

    Parameters
    ----------
    truth, other : labels in one frame
    by : ``class`` of the truth, ``range`` of the truth's box from the ego vehicle, ``source`` of the other's box
    drive : its ego poses are needed for ranges of labels in the world frame

    Raises
    ------
    ArgumentError
        When the two are not in the same frame, or ranges are asked for without ego poses.
    """
    other, n_strangers = _renamed(truth, other)
    scores = score_boxes(other, truth)
    rows = {ALL: summarise(scores)}
    if by is not None:
        names, order = _groups(scores, truth, other, by, drive)
        rows |= {name: summarise(_chosen(scores, names == name)) for name in order if (names == name).any()}
    return ErrorTable(rows=rows, n_missing=scores.n_missing, n_extra=scores.n_extra + n_strangers)


def _renamed(truth: Labels, other: Labels) -> tuple[Labels, int]:
    """Give the other's objects the ids of the truth; boxes of those that are nobody there are left out and counted."""
    pairing = pair_labels(truth, other)
    n_names = max(pairing.other.n_ids, 1)
    keys, pair_of = np.unique(
        pairing.truth.ids[pairing.rows] * n_names + pairing.other.ids[pairing.columns], return_inverse=True
    )
    overlap: NDArray[np.float64] = np.bincount(pair_of, pairing.similarities, minlength=len(keys)).astype(np.float64)
    chosen = keys[best_pairs(keys // n_names, keys % n_names, overlap)]
    names = {pairing.other.names[key % n_names]: pairing.truth.names[key // n_names] for key in chosen}
    tracks = tuple(replace(track, id=names[track.id]) for track in other.tracks if track.id in names)
    known = replace(other, tracks=tracks, image_tracks=(), relations=())
    return known, other.n_boxes - known.n_boxes


def _groups(
    scores: Scores, truth: Labels, other: Labels, by: Grouping, drive: Drive | None
) -> tuple[NDArray[np.str_], list[str]]:
    """Name the group of each pair (N,), and say in which order groups are told."""
    if by == "class":
        return scores.categories, sorted(set(scores.categories.tolist()))
    if by == "source":
        names = np.array([source.label for source in sorted(Source)], np.str_)
        return names[_at_pairs(other, scores, lambda track: track.sources.astype(np.int64))], names.tolist()
    return np.array(RANGES)[_at_pairs(truth, scores, lambda track: ranges_of(track, drive))], list(RANGES)


def _at_pairs(labels: Labels, scores: Scores, values_of: Callable[[Track], NDArray[np.int64]]) -> NDArray[np.int64]:
    """Values of the boxes of the labels' tracks at the pairs (N,)."""
    parts = [np.zeros(0, np.int64)]
    for track_id in dict.fromkeys(scores.track_ids.tolist()):
        track = labels.track(track_id)
        own = scores.timestamps_ns[scores.track_ids == track_id]
        parts.append(values_of(track[np.isin(track.timestamps_ns, own)]))
    return np.concatenate(parts)


def _chosen(scores: Scores, rows: NDArray[np.bool_]) -> Scores:
    return Scores(
        track_ids=scores.track_ids[rows],
        categories=scores.categories[rows],
        timestamps_ns=scores.timestamps_ns[rows],
        center_errors=scores.center_errors[rows],
        yaw_errors=scores.yaw_errors[rows],
        ious=scores.ious[rows],
        n_missing=0,
        n_extra=0,
    )
