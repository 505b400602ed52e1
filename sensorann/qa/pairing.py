"""Which boxes of two labellings could be the same, frame by frame: what every tracking metric starts from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry import Cuboids
from sensorann.geometry.assignment import near_pairs, numbered
from sensorann.geometry.overlap import paired_iou_3d
from sensorann.scene import Labels


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Boxes:
    """The boxes of one side as columns, in order of their frame.

    Attributes
    ----------
    frames : (N,) int64, rising
    ids : (N,) int64, objects counted from 0
    names : what each object is called where it comes from
    """

    frames: NDArray[np.int64]
    ids: NDArray[np.int64]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def n_ids(self) -> int:
        """Number of objects."""
        return len(self.names)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Pairing:
    """The boxes of truth and other, and the pairs of one frame that are alike at all.

    Attributes
    ----------
    truth, other : Boxes
    rows, columns : (P,) int64, box of the truth and box of the other
    similarities : (P,) float64, above 0 and at most 1
    n_frames : frames that were looked at, those without boxes too
    """

    truth: Boxes
    other: Boxes
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    similarities: NDArray[np.float64]
    n_frames: int

    @classmethod
    def of_frames(
        cls,
        truth_ids: Sequence[ArrayLike],
        other_ids: Sequence[ArrayLike],
        similarities: Sequence[NDArray[np.float64]],
    ) -> Pairing:
        """Pair up what a matrix per frame says.

        Parameters
        ----------
        truth_ids, other_ids : F lists of ids, counted from 0, none twice in a frame
        similarities : F matrices (boxes of the truth, boxes of the other) float64, 0 to 1

        Raises
        ------
        ArgumentError
            When a matrix has the wrong shape or a value outside 0 to 1 (so NaN), or an id comes twice in a frame.
        """
        truth, other = _boxes(truth_ids, "truth"), _boxes(other_ids, "other")
        shapes = [(np.size(ours), np.size(theirs)) for ours, theirs in zip(truth_ids, other_ids, strict=True)]
        values = _joined(similarities, shapes)
        # Numbers of the first box of the truth, of the first box of the other and of the first value of each frame.
        first = np.cumsum([(0, 0, 0), *((n, m, n * m) for n, m in shapes)], axis=0, dtype=np.int64)
        _check_values(values, first[:, 2])
        alike = np.flatnonzero(values)
        frames = np.repeat(np.arange(len(shapes)), np.diff(first[:, 2]))[alike]
        places, n_columns = alike - first[frames, 2], np.diff(first[:, 1])[frames]
        return cls(
            truth=truth,
            other=other,
            rows=first[frames, 0] + places // n_columns,
            columns=first[frames, 1] + places % n_columns,
            similarities=values[alike],
            n_frames=len(shapes),
        )


def pair_labels(truth: Labels, other: Labels, *, categories: Collection[str] | None = None) -> Pairing:
    """Pair the boxes of two labellings by the overlap of their volumes, at the instants that the truth labels.

    Only boxes of one category (as the truth's ontology has it) can be the same. Where the truth has no box at all, it
    says nothing: boxes of the other at such instants are left out.

    Parameters
    ----------
    truth, other : labels in one frame
    categories : only these categories of the truth's ontology; all when not given

    Raises
    ------
    ArgumentError
        When the two are not in the same frame.
    """
    if truth.frame != other.frame:
        raise ArgumentError(
            f"labels in the {other.frame} frame cannot be compared with truth in the {truth.frame} frame"
        )
    instants = labelled_instants_ns(truth)
    ours, our_names, our_boxes = _columns(truth, truth, instants, categories)
    theirs, their_names, their_boxes = _columns(other, truth, instants, categories)
    rows, columns = near_pairs(ours.frames, our_boxes, theirs.frames, their_boxes)
    same = our_names[rows] == their_names[columns]
    rows, columns = rows[same], columns[same]
    overlaps = paired_iou_3d(our_boxes[rows], their_boxes[columns])
    alike = overlaps > 0
    return Pairing(
        truth=ours,
        other=theirs,
        rows=rows[alike],
        columns=columns[alike],
        similarities=np.minimum(overlaps[alike], 1.0),
        n_frames=len(instants),
    )


def labelled_instants_ns(truth: Labels) -> NDArray[np.int64]:
    """Instants (F,) at which the truth has a box, rising."""
    return np.unique(np.concatenate([np.zeros(0, np.int64), *(track.timestamps_ns for track in truth.tracks)]))


def category_name(truth: Labels, category: str) -> str:
    """Name of a category in the truth's ontology; one that it does not know stays as it is."""
    return truth.ontology[category].name if category in truth.ontology else category


def _joined(matrices: Sequence[NDArray[np.float64]], shapes: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    """Values of all matrices one after the other, row by row."""
    parts = [np.zeros(0)]
    for matrix, shape in zip(matrices, shapes, strict=True):
        given = np.asarray(matrix, np.float64)
        if given.shape != shape and given.size + shape[0] * shape[1] > 0:
            raise ArgumentError(f"similarities must have shape {shape}, got {given.shape}")
        parts.append(given.reshape(-1))
    return np.concatenate(parts)


def _check_values(values: NDArray[np.float64], first: NDArray[np.int64]) -> None:
    if not ((values >= 0) & (values <= 1)).all():
        wrong = np.flatnonzero(~((values >= 0) & (values <= 1)))[0]
        frame = int(np.searchsorted(first, wrong, side="right")) - 1
        raise ArgumentError(f"frame {frame}: similarities must lie between 0 and 1")


def _boxes(ids: Sequence[ArrayLike], side: str) -> Boxes:
    lists = [np.asarray(own, np.int64).reshape(-1) for own in ids]
    frames = np.repeat(np.arange(len(lists)), [len(own) for own in lists])
    given = np.concatenate([np.zeros(0, np.int64), *lists])
    wrong = given < 0
    if not wrong.any():
        names, numbers = numbered(given)
        keys = frames * max(len(names), 1) + numbers
        wrong = np.bincount(keys)[keys] > 1 if len(keys) else wrong
    if wrong.any():
        raise ArgumentError(f"frame {frames[np.argmax(wrong)]}: ids of the {side} must differ and count from 0")
    return Boxes(frames=frames, ids=numbers, names=tuple(str(name) for name in names))


def _columns(
    labels: Labels, truth: Labels, instants: NDArray[np.int64], categories: Collection[str] | None
) -> tuple[Boxes, NDArray[np.str_], Cuboids]:
    """Boxes at the instants as columns, with their categories and cuboids, in order of their frame."""
    names = [category_name(truth, track.category) for track in labels.tracks]
    tracks = [
        (name, track.id, track[np.isin(track.timestamps_ns, instants)])
        for name, track in zip(names, labels.tracks, strict=True)
        if categories is None or name in categories
    ]
    counts = [len(track) for _, _, track in tracks]
    empty = Cuboids.from_yaws(np.zeros((0, 3)), np.ones((0, 3)), np.zeros(0), frame=labels.frame)
    cuboids = Cuboids.concatenate([empty, *(track.cuboids for _, _, track in tracks)])
    times = np.concatenate([np.zeros(0, np.int64), *(track.timestamps_ns for _, _, track in tracks)])
    frames = np.searchsorted(instants, times)
    order = np.argsort(frames, kind="stable")
    # Objects without a box at any of the instants have no number.
    seen, ids = np.unique(np.repeat(np.arange(len(tracks)), counts), return_inverse=True)
    owners = np.repeat(np.array([name for name, _, _ in tracks], np.str_), counts)
    boxes = Boxes(frames=frames[order], ids=ids[order].astype(np.int64), names=tuple(tracks[i][1] for i in seen))
    return boxes, owners[order], cuboids[order]
