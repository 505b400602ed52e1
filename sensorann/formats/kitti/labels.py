"""KITTI tracking labels: text rows in the rectified camera, read to and written from the world frame.

A row's frame number counts the frames of the drive (`frame_timestamps_ns`). Boxes go through the drive's own
calibration and poses, never through a swap of axes. What a row says beside its box (truncated, occluded, alpha, score)
becomes an attribute of the box; its 2D box an image track of the same id. DontCare regions, which have no id, become
image tracks `DontCare-0`, `DontCare-1` ... by their order in a frame. When one id stands for two categories, the
category that comes first keeps the id and the other's track is called `17:Van`; both are written as 17 again.

Tracklets of KITTI raw (`tracklet_labels.xml`) are read too.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError, FormatError
from sensorann.formats.kitti import export as kitti_export
from sensorann.formats.kitti.boxes import cuboids_from_rows, picture_camera, rectified_camera
from sensorann.formats.kitti.rows import DONT_CARE, KittiRow, looks_like_rows, read_rows, write_rows
from sensorann.formats.kitti.tracklets import looks_like_tracklets, read_tracklets
from sensorann.formats.written import Written, count_written
from sensorann.geometry import Cuboids
from sensorann.scene import (
    Attribute,
    Drive,
    ImageTrack,
    Labels,
    Motion,
    Source,
    Track,
    default_ontology,
    frame_timestamps_ns,
    from_sensor,
    sources_of,
    unknown_sigmas,
)

_log = logging.getLogger(__name__)


def recognises(path: Path) -> bool:
    """Tell whether a path is a KITTI label file: a .txt that begins with frame, id and type, or is empty; tracklets."""
    if not path.is_file():
        return False
    return looks_like_rows(path) if path.suffix.lower() == ".txt" else _is_xml(path) and looks_like_tracklets(path)


def read(path: Path, drive: Drive | None) -> Labels:
    """Read labels of one drive.

    Parameters
    ----------
    path : label file
    drive : the recording whose calibration and poses carry the boxes

    Raises
    ------
    ArgumentError
        When no drive is given, or it lacks the calibration.
    FormatError
        When a row is damaged, or its frame is none of the drive's; file, line and field are named.
    """
    path = Path(path)
    if _is_xml(path):
        return read_tracklets(path, _require_drive(drive, path))
    drive = _require_camera(drive, path)
    rows = read_rows(path)
    times = frame_timestamps_ns(drive)
    _check_frames(rows, len(times), drive, path)
    groups = _by_object(rows)
    tracks = [
        _track(track_id, boxed, _place(boxed, times, drive), times)
        for track_id, group in groups.items()
        if (boxed := [row for row in group if row.has_cuboid])
    ]
    _report_flat_rows(rows, path)
    ontology = default_ontology()
    if any(row.type == DONT_CARE for row in rows):
        ontology = ontology.extended(DONT_CARE, motion=Motion.STATIC)
    return Labels(
        drive_name=drive.name,
        frame="ego" if drive.trajectory is None else "world",
        tracks=tuple(tracks),
        ontology=ontology,
        image_tracks=tuple(_image_tracks(rows, groups, times, picture_camera(drive.rig).name)),
    )


def write(labels: Labels, path: Path, drive: Drive | None) -> Written:
    """Write labels of one drive, ordered by frame, with DontCare first and then by id, and tell how much is written.

    Raises
    ------
    ArgumentError
        When no drive is given, it lacks the calibration, none of the boxes is at a frame of it, or labels in the world
        frame meet a drive without ego poses.
    """
    path = Path(path)
    if _is_xml(path):
        raise ArgumentError(f"{path}: KITTI labels are written as text (.txt), tracklets are only read")
    drive = _require_camera(drive, path)
    camera = picture_camera(drive.rig).name
    written = count_written(
        labels,
        path,
        drive=drive,
        holds=partial(np.isin, test_elements=frame_timestamps_ns(drive)),
        image_tracks=[track for track in labels.image_tracks if track.camera == camera],
    )
    write_rows(kitti_export.rows_from_labels(labels, drive), path)
    return written


def _is_xml(path: Path) -> bool:
    return path.suffix.lower() == ".xml"


def _require_drive(drive: Drive | None, path: Path) -> Drive:
    if drive is None:
        raise ArgumentError(f"{path}: KITTI labels lie in a sensor's frame, name the drive they belong to (--drive)")
    return drive


def _require_camera(drive: Drive | None, path: Path) -> Drive:
    """Return a drive that can carry KITTI's rows: one with a calibrated camera."""
    drive = _require_drive(drive, path)
    if not drive.rig.of_kind("camera"):
        raise ArgumentError(
            f"{path}: KITTI labels lie in a camera's frame, and drive {drive.name} has no calibrated camera "
            "(for KITTI tracking that is calib/NNNN.txt with R_rect, Tr_velo_cam, Tr_imu_velo and P2)"
        )
    return drive


def _check_frames(rows: Sequence[KittiRow], n_frames: int, drive: Drive, path: Path) -> None:
    """Refuse rows of frames that the drive does not have, or whose ego pose is unknown."""
    posed = np.ones(n_frames, np.bool_)
    if drive.trajectory is not None:
        posed = drive.trajectory.covers(frame_timestamps_ns(drive))
    for row in rows:
        where = f"line {row.i_line}, field frame"
        if row.frame >= n_frames:
            expected = f"a frame of drive {drive.name}, which has {n_frames}"
            raise FormatError(path, where, expected=expected, found=f"{row.frame}")
        if row.has_cuboid and not posed[row.frame]:
            expected = f"a frame with an ego pose in drive {drive.name} ({int(posed.sum())} of {n_frames} have one)"
            raise FormatError(path, where, expected=expected, found=f"{row.frame}")


def _by_object(rows: Sequence[KittiRow]) -> dict[str, list[KittiRow]]:
    """Rows by the id of their track, in order of frame; one id with two categories makes two tracks."""
    groups: dict[str, list[KittiRow]] = defaultdict(list)
    first_type: dict[int, str] = {}
    for row in sorted(rows, key=lambda row: row.frame):
        if row.type == DONT_CARE:
            continue
        owner = first_type.setdefault(row.track_id, row.type)
        groups[str(row.track_id) if row.type == owner else f"{row.track_id}:{row.type}"].append(row)
    split = [name for name in groups if ":" in name]
    if split:
        _log.warning("one id stands for two categories: read as the separate tracks %s", ", ".join(split))
    return dict(groups)


def _place(rows: Sequence[KittiRow], times: NDArray[np.int64], drive: Drive) -> Cuboids:
    """Boxes of rows in the frame of the labels."""
    sensor = rectified_camera(drive.rig)
    cuboids = cuboids_from_rows(rows, frame=sensor.name)
    return from_sensor(cuboids, sensor, drive.trajectory, timestamps_ns=times[[row.frame for row in rows]])


def _track(track_id: str, rows: Sequence[KittiRow], cuboids: Cuboids, times: NDArray[np.int64]) -> Track:
    said = [row.box_attributes() for row in rows]
    names = list(dict.fromkeys(name for attributes in said for name in attributes))
    columns: Mapping[str, tuple[Attribute | None, ...]] = {
        name: tuple(attributes.get(name) for attributes in said) for name in names
    }
    return Track(
        id=track_id,
        category=rows[0].type,
        timestamps_ns=times[[row.frame for row in rows]],
        cuboids=cuboids,
        sources=sources_of(len(rows), Source.IMPORTED),
        sigmas=unknown_sigmas(len(rows)),
        box_attributes=columns,
    )


def _image_tracks(
    rows: Sequence[KittiRow], groups: Mapping[str, Sequence[KittiRow]], times: NDArray[np.int64], camera: str
) -> list[ImageTrack]:
    named: dict[str, list[KittiRow]] = {
        track_id: [row for row in group if row.has_image_box] for track_id, group in groups.items()
    }
    n_in_frame: Counter[int] = Counter()
    for row in sorted((row for row in rows if row.type == DONT_CARE), key=lambda row: row.frame):
        named.setdefault(f"{DONT_CARE}-{n_in_frame[row.frame]}", []).append(row)
        n_in_frame[row.frame] += 1
    return [
        ImageTrack(
            id=track_id,
            camera=camera,
            category=group[0].type,
            timestamps_ns=times[[row.frame for row in group]],
            boxes=np.array([row.image_box for row in group], np.float64),
            sources=sources_of(len(group), Source.IMPORTED),
        )
        for track_id, group in named.items()
        if group
    ]


def _report_flat_rows(rows: Sequence[KittiRow], path: Path) -> None:
    flat = [row for row in rows if row.type != DONT_CARE and not row.has_cuboid]
    if flat:
        _log.warning(
            "%s: %d rows have no 3D box: their 2D boxes are kept, truncation, occlusion, alpha and score are not",
            path,
            len(flat),
        )
