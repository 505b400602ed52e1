"""Rows of a KITTI label file out of labels, with a count of everything that KITTI cannot say."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.formats.kitti.boxes import (
    alphas,
    bottom_centers,
    picture_camera,
    rectified_camera,
    rotations_y,
    tilts,
)
from sensorann.formats.kitti.rows import (
    DONT_CARE,
    KITTI_TYPES,
    NO_IMAGE_BOX,
    SMALLEST_EDGE_M,
    UNKNOWN_OCCLUSION,
    UNKNOWN_TRUNCATION,
    KittiRow,
)
from sensorann.geometry import Cuboids, outlines
from sensorann.scene import (
    Attribute,
    Drive,
    ImageTrack,
    Labels,
    Ontology,
    Source,
    Track,
    frame_timestamps_ns,
    into_sensor,
)

TILT_WORTH_SAYING_DEG = 1.0

_log = logging.getLogger(__name__)
ImageBox = tuple[float, float, float, float]


@dataclass(eq=False, slots=True)
class _Export:
    """What all tracks share while one document is turned into rows, and what gets lost on the way."""

    drive: Drive
    ontology: Ontology
    frames: Mapping[int, int]
    ids: Mapping[str, int]
    image_boxes: Mapping[tuple[str, int], ImageBox]
    losses: Counter[str] = field(default_factory=Counter)


def rows_from_labels(labels: Labels, drive: Drive) -> list[KittiRow]:
    """Turn labels into rows, ordered by frame, with DontCare first and then by id.

    A category that KITTI has no word for becomes Misc; an id that is no whole number gets the next free one; a box or
    2D box whose instant is no frame of the drive is left out; a rotation keeps its turn about the camera's y axis
    only. All of these are counted and said. Where the 2D box or alpha is unknown it is computed from the 3D box, and a
    box that the camera does not see gets the 2D box -1 -1 -1 -1.

    Raises
    ------
    ArgumentError
        When labels in the world frame meet a drive without ego poses.
    """
    if labels.frame == "world" and drive.trajectory is None:
        raise ArgumentError(
            f"labels of {labels.drive_name} are in the world frame, but drive {drive.name} has no ego poses"
        )
    camera = picture_camera(drive.rig).name
    pictured = [track for track in labels.image_tracks if track.camera == camera]
    objects: list[Track | ImageTrack] = [*labels.tracks, *pictured]
    export = _Export(
        drive=drive,
        ontology=labels.ontology,
        frames={int(time): frame for frame, time in enumerate(frame_timestamps_ns(drive))},
        ids=_numbered([track for track in objects if track.category != DONT_CARE]),
        image_boxes={(track.id, int(time)): _image_box(track.boxes[i]) for track, i, time in _boxes_of(pictured)},
    )
    _count_unsaid(labels, pictured, export.losses)
    rows = [row for track in labels.tracks for row in _rows_of_track(track, export)]
    rows += _rows_without_cuboid(labels, pictured, export)
    for loss, count in export.losses.items():
        if count:
            _log.warning("KITTI labels: %d %s", count, loss)
    return sorted(rows, key=lambda row: (row.frame, row.type != DONT_CARE, row.track_id))


def _rows_of_track(track: Track, export: _Export) -> Iterator[KittiRow]:
    frames = [export.frames.get(int(time)) for time in track.timestamps_ns]
    on_frame = np.array([frame is not None for frame in frames], np.bool_)
    export.losses["boxes left out: their instant is no frame of the drive"] += int((~on_frame).sum())
    track = track[on_frame]
    if not len(track):
        return
    rig, trajectory, times = export.drive.rig, export.drive.trajectory, track.timestamps_ns
    sensor = picture_camera(rig)
    in_rect = into_sensor(track.cuboids, rectified_camera(rig), trajectory, timestamps_ns=times)
    in_picture = into_sensor(track.cuboids, sensor, trajectory, timestamps_ns=times)
    drawn = outlines(in_picture, rig.camera(sensor.name))
    _count_tilted(in_rect, export.losses)
    name = _spelled(track.category, len(track), export)
    locations, angles, own_alphas = bottom_centers(in_rect), rotations_y(in_rect), alphas(in_rect)
    for i, frame in enumerate(frame for frame in frames if frame is not None):
        said = {key: values[i] for key, values in track.box_attributes.items()}
        # A held or edited box carries the angle of another one: only an untouched row's alpha is its own.
        known_alpha = _number(said.get("alpha")) if track.sources[i] == Source.IMPORTED else None
        length, width, height = (max(float(edge), SMALLEST_EDGE_M) for edge in in_rect.sizes[i])
        x, y, z = (float(value) for value in locations[i])
        computed = _image_box(drawn[i])
        yield KittiRow(
            frame=frame,
            track_id=export.ids[track.id],
            type=name,
            truncated=_or(_number(said.get("truncated")), UNKNOWN_TRUNCATION),
            occluded=round(_or(_number(said.get("occluded")), UNKNOWN_OCCLUSION)),
            alpha=_or(known_alpha, float(own_alphas[i])),
            image_box=export.image_boxes.get((track.id, int(track.timestamps_ns[i])), computed),
            size=(height, width, length),
            location=(x, y, z),
            rotation_y=float(angles[i]),
            score=_number(said.get("score")),
        )


def _rows_without_cuboid(labels: Labels, pictured: list[ImageTrack], export: _Export) -> Iterator[KittiRow]:
    """DontCare regions, and objects that were only drawn in the picture."""
    boxed = {(track.id, int(time)) for track in labels.tracks for time in track.timestamps_ns}
    for track, i, time in _boxes_of(pictured):
        if (track.id, time) in boxed:
            continue
        frame = export.frames.get(time)
        if frame is None:
            export.losses["2D boxes left out: their instant is no frame of the drive"] += 1
            continue
        is_region = track.category == DONT_CARE
        yield KittiRow(
            frame=frame,
            track_id=-1 if is_region else export.ids[track.id],
            type=DONT_CARE if is_region else _spelled(track.category, 1, export),
            occluded=-1 if is_region else UNKNOWN_OCCLUSION,
            image_box=_image_box(track.boxes[i]),
        )


def _numbered(tracks: Sequence[Track | ImageTrack]) -> dict[str, int]:
    """KITTI's numbers of ids: a whole number stays, any other id gets the next free number.

    `17:Van`, the second category of an id, is 17 again unless another track 17 has a box at the same instant.
    """
    numbers = {track.id: int(track.id) for track in tracks if _is_whole(track.id)}
    taken = {(numbers[track.id], int(time)) for track in tracks if track.id in numbers for time in track.timestamps_ns}
    others = []
    for track in tracks:
        head, _, category = track.id.partition(":")
        if track.id in numbers:
            continue
        claims = {(int(head), int(time)) for time in track.timestamps_ns} if _is_whole(head) else taken
        if category in KITTI_TYPES and taken.isdisjoint(claims):
            numbers[track.id] = int(head)
        elif track.id not in others:
            others.append(track.id)
    first_free = max(numbers.values(), default=-1) + 1
    if others:
        _log.warning(
            "KITTI labels: %d ids are no free whole numbers and were numbered from %d on, the first is %r",
            len(others),
            first_free,
            others[0],
        )
    return {**numbers, **{name: first_free + i for i, name in enumerate(others)}}


def _is_whole(text: str) -> bool:
    return re.fullmatch(r"0|[1-9]\d{0,14}", text, flags=re.ASCII) is not None


def _spelled(category: str, n_boxes: int, export: _Export) -> str:
    name = export.ontology.spelled(category, "kitti") if category in export.ontology else None
    if name is None:
        export.losses[f"boxes of {category} written as Misc: KITTI has no word for it"] += n_boxes
        return "Misc"
    return name


def _boxes_of(tracks: list[ImageTrack]) -> Iterator[tuple[ImageTrack, int, int]]:
    for track in tracks:
        for i, time in enumerate(track.timestamps_ns):
            yield track, i, int(time)


def _image_box(edges: NDArray[np.float64]) -> ImageBox:
    """Take (4,) pixel edges as a record; NaN, a box that no picture shows, has its own sign in KITTI."""
    if not np.isfinite(edges).all():
        return NO_IMAGE_BOX
    left, top, right, bottom = (float(edge) for edge in edges)
    return left, top, right, bottom


def _count_tilted(in_rect: Cuboids, losses: Counter[str]) -> None:
    loss = f"boxes keep their turn about the camera's y axis alone and lose over {TILT_WORTH_SAYING_DEG:g} deg"
    losses[loss] += int((np.degrees(tilts(in_rect)) > TILT_WORTH_SAYING_DEG).sum())


def _count_unsaid(labels: Labels, pictured: list[ImageTrack], losses: Counter[str]) -> None:
    """Count what has no place in KITTI's columns at all."""
    n_sources = sum(int((track.sources != Source.IMPORTED).sum()) for track in labels.tracks)
    n_sigmas = sum(int(np.isfinite(track.sigmas).any(axis=1).sum()) for track in labels.tracks)
    if n_sources or n_sigmas:
        _log.warning("KITTI labels: the source of %d boxes and the sigma of %d are lost", n_sources, n_sigmas)
    n_other = sum(len(track.timestamps_ns) for track in labels.image_tracks) - sum(
        len(track.timestamps_ns) for track in pictured
    )
    losses["2D boxes of other cameras left out"] += n_other
    for name in ("events", "relations", "tags"):
        losses[f"{name} left out"] += len(getattr(labels, name))


def _number(value: Attribute | None) -> float | None:
    return float(value) if isinstance(value, int | float) and np.isfinite(value) else None


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
