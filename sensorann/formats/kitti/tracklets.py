"""The boxes of KITTI raw: `tracklet_labels.xml`, boost's serialisation of one list of objects.

A tracklet has one size, a first frame and a pose per frame from there on, in the LiDAR's frame; tz is the bottom face.
Its number in the file becomes the id of the track. The state of a pose tells who placed it: 2 a person, 1 the labelling
tool's interpolation, anything else is unknown (`imported`). Of the poses' other values, `occlusion` and `truncation`
become the attributes `occluded` and `truncated` that KITTI's text files also have; the rest keep their names.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from defusedxml import DefusedXmlException, ElementTree
from numpy.typing import NDArray

from sensorann.errors import ArgumentError, FormatError
from sensorann.files import require_file
from sensorann.formats.kitti.calibration import MAX_NUMBER
from sensorann.formats.kitti.drive import LIDAR
from sensorann.formats.kitti.oxts import rotations_from_angles
from sensorann.formats.kitti.rows import DONT_CARE, KITTI_TYPES
from sensorann.geometry import Cuboids
from sensorann.scene import Attribute, Drive, Labels, Source, Track, frame_timestamps_ns, from_sensor, unknown_sigmas

_TYPES = {**{name: name for name in KITTI_TYPES if name != DONT_CARE}, "Person (sitting)": "Person_sitting"}
_SOURCES = {2: Source.HUMAN, 1: Source.INTERPOLATED}
_GEOMETRY = ("tx", "ty", "tz", "rx", "ry", "rz")
_ATTRIBUTES = {"occlusion": "occluded", "truncation": "truncated"}
# Values by which the labelling tool says that nobody said anything.
_UNSET = {"occlusion": -1, "truncation": 99}


def looks_like_tracklets(path: Path) -> bool:
    """Tell whether a file begins as boost's serialisation of tracklets does."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    return b"boost_serialization" in head and b"<tracklets" in head


def read_tracklets(path: Path | str, drive: Drive) -> Labels:
    """Read tracklets of one drive.

    Raises
    ------
    FormatError
        When the file is no such XML, a count does not match, a value is no finite number, a type is not one of KITTI's,
        or a frame is none of the drive's; tracklet and field are named.
    ArgumentError
        When the drive's LiDAR has no known place.
    """
    path = require_file(path)
    if LIDAR not in drive.rig:
        raise ArgumentError(f"{path}: tracklets lie in the frame of {LIDAR}, which drive {drive.name} does not place")
    times = frame_timestamps_ns(drive)
    items = _items(_parse(path), path, "tracklets")
    return Labels(
        drive_name=drive.name,
        frame="ego" if drive.trajectory is None else "world",
        tracks=tuple(_track(item, str(i), times, drive, path) for i, item in enumerate(items)),
    )


def _parse(path: Path) -> Any:
    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError as error:
        raise FormatError(path, f"line {error.position[0]}", expected="XML", found=str(error)) from error
    except DefusedXmlException as error:
        raise FormatError(path, "", expected="XML without entities", found=str(error)) from error
    except (LookupError, ValueError) as error:  # an encoding that Python does not know, or the parser cannot take
        raise FormatError(path, "line 1", expected="XML in a known encoding", found=str(error)) from error
    tracklets = root.find("tracklets")
    if tracklets is None:
        raise FormatError(path, "", expected="an element tracklets", found=f"a document of {root.tag}")
    return tracklets


def _items(element: Any, path: Path, where: str) -> list[Any]:
    items = list(element.findall("item"))
    count = _integer(element, "count", path, where)
    if count != len(items):
        raise FormatError(
            path, f"{where}, field count", expected=f"the number of items, {len(items)}", found=f"{count}"
        )
    return items


def _track(item: Any, track_id: str, times: NDArray[np.int64], drive: Drive, path: Path) -> Track:
    where = f"tracklet {track_id}"
    category = _TYPES.get(_text(item, "objectType", path, where))
    if category is None:
        found = repr(_text(item, "objectType", path, where)[:40])
        raise FormatError(path, f"{where}, field objectType", expected=f"one of {', '.join(_TYPES)}", found=found)
    poses = item.find("poses")
    if poses is None:
        raise FormatError(path, where, expected="an element poses", found="none")
    pose_items = _items(poses, path, f"{where}, poses")
    own_times = _instants(_integer(item, "first_frame", path, where), len(pose_items), times, drive, path, where)
    states = [_integer(pose, "state", path, where) for pose in pose_items]
    return Track(
        id=track_id,
        category=category,
        timestamps_ns=own_times,
        cuboids=_cuboids(item, pose_items, own_times, drive, path, where),
        sources=np.array([_SOURCES.get(state, Source.IMPORTED) for state in states], np.uint8),
        sigmas=unknown_sigmas(len(pose_items)),
        box_attributes=_box_attributes(pose_items, path, where),
    )


def _instants(
    first: int, n_poses: int, times: NDArray[np.int64], drive: Drive, path: Path, where: str
) -> NDArray[np.int64]:
    """Instants of the frames of a tracklet; each must be one of the drive's and have an ego pose."""
    if first < 0 or first + n_poses > len(times):
        expected = f"frames of drive {drive.name}, which has {len(times)}"
        found = f"{first} to {first + n_poses - 1}"
        raise FormatError(path, f"{where}, field first_frame", expected=expected, found=found)
    own = times[first : first + n_poses]
    if drive.trajectory is not None and not drive.trajectory.covers(own).all():
        expected = f"frames with an ego pose in drive {drive.name}"
        lacking = first + int(np.argmin(drive.trajectory.covers(own)))
        raise FormatError(path, f"{where}, field first_frame", expected=expected, found=f"frame {lacking} without one")
    return own


def _cuboids(
    item: Any, poses: Sequence[Any], times: NDArray[np.int64], drive: Drive, path: Path, where: str
) -> Cuboids:
    """Boxes of a tracklet in the frame of the labels."""
    length, width, height = (_number(item, name, path, where) for name in ("l", "w", "h"))
    if not min(length, width, height) > 0:
        raise FormatError(path, f"{where}, fields h w l", expected="positive", found=f"{height} {width} {length}")
    values = np.array([[_number(pose, name, path, where) for name in _GEOMETRY] for pose in poses]).reshape(-1, 6)
    cuboids = Cuboids(
        centers=values[:, :3] + [0.0, 0.0, height / 2],
        sizes=np.tile([length, width, height], (len(poses), 1)),
        rotations=rotations_from_angles(values[:, 3:]),
        frame=LIDAR,
    )
    return from_sensor(cuboids, drive.rig[LIDAR], drive.trajectory, timestamps_ns=times)


def _box_attributes(poses: Sequence[Any], path: Path, where: str) -> dict[str, tuple[Attribute | None, ...]]:
    names = dict.fromkeys(child.tag for pose in poses for child in pose if child.tag not in (*_GEOMETRY, "state"))
    columns: dict[str, tuple[Attribute | None, ...]] = {}
    for name in names:
        values = [None if pose.find(name) is None else _number(pose, name, path, where) for pose in poses]
        columns[_ATTRIBUTES.get(name, name)] = tuple(
            None if value is None or value == _UNSET.get(name) else int(value) if value.is_integer() else value
            for value in values
        )
    return columns


def _text(element: Any, name: str, path: Path, where: str) -> str:
    child = element.find(name)
    if child is None or not (child.text or "").strip():
        raise FormatError(path, f"{where}, field {name}", expected="a value", found="none")
    return str(child.text).strip()


def _number(element: Any, name: str, path: Path, where: str) -> float:
    text = _text(element, name, path, where)
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= MAX_NUMBER:
        expected = f"a finite number up to {MAX_NUMBER:g}"
        raise FormatError(path, f"{where}, field {name}", expected=expected, found=f"{text[:40]!r}")
    return value


def _integer(element: Any, name: str, path: Path, where: str) -> int:
    value = _number(element, name, path, where)
    if not value.is_integer():
        raise FormatError(path, f"{where}, field {name}", expected="a whole number", found=f"{value}")
    return int(value)
