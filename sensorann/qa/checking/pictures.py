"""Boxes in space beside boxes in pictures: the same object must be in the same place in both, and in both at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import rectangle_overlaps
from sensorann.qa.checking.drawing import drawn_boxes
from sensorann.qa.checking.evidence import Evidence
from sensorann.qa.checking.finding import Edit, Suspicion
from sensorann.qa.checking.leaps import is_off_path
from sensorann.qa.checking.paths import Path
from sensorann.qa.checking.putting_back import back_on_path
from sensorann.qa.checking.spans import how_long, spans_of
from sensorann.scene import ImageTrack, Motion, Sensor

# Boxes of one object in a picture overlap at least by this; those of people in space hold their swinging limbs.
_OVERLAP, _OVERLAP_OF_PEOPLE = 0.5, 0.3
# What is narrower than this in a picture is on its way out of it, pixels.
_NARROWEST_PX = 10.0
# Objects lower than this in the picture, or nearer to its border, need not be labelled; pixels.
_LOWEST_PX, _BORDER_PX = 40.0, 2.0
# A box that covers so much of another hides it.
_HIDING = 0.6
# So many frames say that it was forgotten.
_FEWEST = 3
# So many points in each box, and this share of all around it, say that a box in space is right.
_FEWEST_HELD, _SHARE_HELD = 10, 0.9
# Regions that are labelled so that nobody looks there.
_IGNORED = frozenset({"DontCare", "ignore", "Ignore"})


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class _Pair:
    """One object in space and in the picture of one camera.

    Attributes
    ----------
    path, pictured : of the object
    rows, pictured_rows : (K,) int64, boxes of one instant
    drawn : (K, 4) float64, pixels around the boxes in space; NaN where the picture does not show them
    size : of the picture
    """

    path: Path
    pictured: ImageTrack
    rows: NDArray[np.int64]
    pictured_rows: NDArray[np.int64]
    drawn: NDArray[np.float64]
    size: tuple[int, int]

    @property
    def boxes(self) -> NDArray[np.float64]:
        """Boxes (K, 4) in the picture, pixels."""
        return self.pictured.boxes[self.pictured_rows]

    @property
    def whole(self) -> NDArray[np.bool_]:
        """Tell which boxes in space (K,) the picture shows whole."""
        return _is_whole(self.drawn, self.size)


def mismatched(evidence: Evidence) -> Iterator[Suspicion]:
    """Boxes in space that the picture shows elsewhere than their box in the picture."""
    for pair in _pairs(evidence):
        # At the border of the picture nobody can say where a box would go on.
        overlaps = np.where(pair.whole, rectangle_overlaps(pair.drawn, pair.boxes), np.nan)
        limit = _OVERLAP_OF_PEOPLE if pair.path.motion is Motion.PEDESTRIAN else _OVERLAP
        for span in spans_of(overlaps < limit):
            worst = int(span[np.argmin(overlaps[span])])
            yield Suspicion(
                object=pair.path.track.id,
                timestamp_ns=int(pair.path.track.timestamps_ns[pair.rows[worst]]),
                value=float(overlaps[worst]),
                limit=limit,
                message=f"overlaps its box in {pair.pictured.camera} by {overlaps[worst]:.0%} "
                f"{how_long(pair.rows[span], pair.path.track)}",
                excess=limit / max(float(overlaps[worst]), 0.05),
                repair=_reconciled(evidence, pair, span),
            )


def _reconciled(evidence: Evidence, pair: _Pair, span: NDArray[np.int64]) -> tuple[Edit, ...]:
    """Put a box in space back on its path where it is off, else draw the one in the picture anew.

    Where most boxes of an object disagree, its points have to say that those in space are right.
    """
    rows, path = pair.rows[span], pair.path
    if is_off_path(path)[rows].any():
        return back_on_path(path, rows[is_off_path(path)[rows]])
    if 2 * len(span) < len(pair.rows) or _is_held(evidence, path, rows):
        return _drawn_anew(path, pair.pictured.camera, rows)
    return ()


def _removed_from_picture(evidence: Evidence, pair: _Pair, span: NDArray[np.int64]) -> tuple[Edit, ...]:
    """Take away 2D boxes of an object whose points are in its boxes in space: there it is, and not in the picture."""
    if not _is_held(evidence, pair.path, pair.rows[span]):
        return ()
    where = {"track_id": pair.path.track.id, "camera": pair.pictured.camera}
    instants = pair.path.track.timestamps_ns[pair.rows[span]]
    return tuple(
        Edit(action="delete_image_box", arguments={**where, "timestamp_ns": int(instant)}) for instant in instants
    )


def _labelled_in_space(evidence: Evidence, pictured: ImageTrack, row: int) -> tuple[Edit, ...]:
    """Look for the object behind its best 2D box; without points nobody could tell where it is."""
    if not evidence.sightings:
        return ()
    at_ns = int(pictured.timestamps_ns[row])
    where = {"track_id": pictured.id, "camera": pictured.camera, "at_ns": at_ns}
    return (Edit(action="label_from_picture", arguments=where),)


def _drawn_anew(path: Path, camera: str, rows: NDArray[np.int64]) -> tuple[Edit, ...]:
    at = tuple(int(instant) for instant in path.track.timestamps_ns[rows])
    return (Edit(action="draw", arguments={"track_id": path.track.id, "camera": camera, "at": at}),)


def _is_held(evidence: Evidence, path: Path, rows: NDArray[np.int64]) -> bool:
    """Tell whether boxes hold points of their object, and nearly all that there are of it."""
    for other, seen in zip(evidence.paths, evidence.sightings, strict=False):
        if other is path:
            n_inside, n_own = seen.n_inside[rows].sum(), seen.n_own[rows].sum()
            return bool(n_inside >= _FEWEST_HELD * len(rows) and n_inside >= _SHARE_HELD * n_own)
    return False


def not_in_picture(evidence: Evidence) -> Iterator[Suspicion]:
    """Boxes in space behind a camera or beside its picture, though there is a box in the picture."""
    for pair in _pairs(evidence):
        wide = pair.boxes[:, 2] - pair.boxes[:, 0] > _NARROWEST_PX
        for span in spans_of(np.isnan(pair.drawn[:, 0]) & wide):
            rows = pair.rows[span]
            yield Suspicion(
                object=pair.path.track.id,
                timestamp_ns=int(pair.path.track.timestamps_ns[rows[0]]),
                value=float(len(rows)),
                limit=1.0,
                message=f"is labelled in {pair.pictured.camera} "
                f"{how_long(rows, pair.path.track)}, where it cannot be seen",
                repair=_removed_from_picture(evidence, pair, span),
            )


def only_in_picture(evidence: Evidence) -> Iterator[Suspicion]:
    """Objects with boxes in a picture and none in space, where others have both."""
    both = {(pair.pictured.camera, pair.pictured.id) for pair in _pairs(evidence)}
    cameras = {camera for camera, _ in both}
    in_space = np.unique(np.concatenate([np.zeros(0, np.int64), *(p.track.timestamps_ns for p in evidence.paths)]))
    for pictured in evidence.labels.image_tracks:
        ignored = pictured.category in _IGNORED
        if pictured.camera not in cameras or (pictured.camera, pictured.id) in both or ignored:
            continue
        heights = pictured.boxes[:, 3] - pictured.boxes[:, 1]
        rows = np.flatnonzero(np.isin(pictured.timestamps_ns, in_space) & (heights > _LOWEST_PX))
        if len(rows) < _FEWEST:
            continue
        best = int(rows[np.argmax(heights[rows])])
        yield Suspicion(
            object=pictured.id,
            timestamp_ns=int(pictured.timestamps_ns[best]),
            value=float(heights[best]),
            limit=_LOWEST_PX,
            message=f"a {pictured.category} is labelled in {pictured.camera} in {len(rows)} frames, and not in space",
            excess=len(rows) / _FEWEST,
            repair=_labelled_in_space(evidence, pictured, best),
        )


def only_in_space(evidence: Evidence) -> Iterator[Suspicion]:
    """Objects plainly in a picture that have boxes there in none of its frames, where others have both."""
    pairs = list(_pairs(evidence))
    labelled = {camera: set[int]() for camera in {pair.pictured.camera for pair in pairs}}
    for pictured in evidence.labels.image_tracks:
        labelled.get(pictured.camera, set()).update(pictured.timestamps_ns.tolist())
    known = {(pictured.camera, pictured.id) for pictured in evidence.labels.image_tracks}
    for camera, instants in labelled.items():
        views = [_View.of(evidence, path, camera, instants) for path in evidence.paths]
        for number, view in enumerate(views):
            if (camera, view.path.track.id) in known:
                continue
            kept = [k for k in np.flatnonzero(view.plain) if not _is_covered(views, number, int(k))]
            rows = view.rows[kept]
            if len(rows) < _FEWEST:
                continue
            nearest = int(rows[np.argmin(view.path.distances[rows])])
            yield Suspicion(
                object=view.path.track.id,
                timestamp_ns=int(view.path.track.timestamps_ns[nearest]),
                value=float(len(rows)),
                limit=float(_FEWEST),
                message=f"is in plain view of {camera} {how_long(rows, view.path.track)}, and not labelled there",
                repair=_drawn_anew(view.path, camera, rows),
            )


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class _View:
    """What one camera sees of one track.

    Attributes
    ----------
    path : Path
    rows : (K,) int64, boxes at instants of which the picture is labelled
    drawn : (K, 4) float64, pixels around them
    size : of the picture
    """

    path: Path
    rows: NDArray[np.int64]
    drawn: NDArray[np.float64]
    size: tuple[int, int]

    @classmethod
    def of(cls, evidence: Evidence, path: Path, camera: str, instants: set[int]) -> _View:
        assert evidence.drive is not None
        sensor = evidence.drive.rig[camera]
        rows = np.flatnonzero(np.isin(path.track.timestamps_ns, np.array(sorted(instants), np.int64)))
        drawn = _drawn(evidence, path, sensor, rows)
        rows, drawn = rows[np.isfinite(drawn[:, 0])], drawn[np.isfinite(drawn[:, 0])]
        return cls(path=path, rows=rows, drawn=drawn, size=evidence.drive.rig.camera(camera).size)

    @property
    def plain(self) -> NDArray[np.bool_]:
        """Tell which boxes (K,) are large enough and whole in the picture."""
        return _is_whole(self.drawn, self.size) & (self.drawn[:, 3] - self.drawn[:, 1] > _LOWEST_PX)


def _is_whole(boxes: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.bool_]:
    """Tell which boxes (K, 4) keep away from the border of a picture; NaN does not."""
    inside = (boxes[:, :2] > _BORDER_PX).all(axis=1)
    return np.asarray(inside & (boxes[:, 2:] < np.array(size) - 1 - _BORDER_PX).all(axis=1))


def _is_covered(views: list[_View], number: int, k: int) -> bool:
    """Tell whether a nearer box hides box k of one track."""
    view = views[number]
    row = view.rows[k]
    time_ns, distance = view.path.track.timestamps_ns[row], view.path.distances[row]
    left, top, right, bottom = view.drawn[k]
    for other in views:
        if other is view:
            continue
        times = other.path.track.timestamps_ns[other.rows]
        at = int(np.searchsorted(times, time_ns))
        if at == len(times) or times[at] != time_ns or other.path.distances[other.rows[at]] >= distance:
            continue
        x0, y0, x1, y1 = other.drawn[at]
        shared = max(0.0, min(right, x1) - max(left, x0)) * max(0.0, min(bottom, y1) - max(top, y0))
        if shared > _HIDING * (right - left) * (bottom - top):
            return True
    return False


def _pairs(evidence: Evidence) -> Iterator[_Pair]:
    """Objects that are labelled in space and in a picture; none without a drive, which knows the cameras."""
    drive = evidence.drive
    if drive is None:
        return
    paths = {path.track.id: path for path in evidence.paths}
    for pictured in evidence.labels.image_tracks:
        if pictured.id not in paths or pictured.camera not in drive.rig:
            continue
        path, size = paths[pictured.id], drive.rig.camera(pictured.camera).size
        _, rows, own = np.intersect1d(path.track.timestamps_ns, pictured.timestamps_ns, return_indices=True)
        if len(rows):
            drawn = _drawn(evidence, path, drive.rig[pictured.camera], rows)
            yield _Pair(path=path, pictured=pictured, rows=rows, pictured_rows=own, drawn=drawn, size=size)


def _drawn(evidence: Evidence, path: Path, sensor: Sensor, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Pixels (K, 4) around boxes; NaN without a drive, and where the picture does not show them."""
    if evidence.drive is None:
        return np.full((len(rows), 4), np.nan)
    return drawn_boxes(path.track, sensor, evidence.drive, rows)
