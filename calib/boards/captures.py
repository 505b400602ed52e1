"""What a camera and a LiDAR recorded at the same time: files that a session names, or a drive.

A picture and the cloud whose name has the same word in place of the star belong together: `images/pose7.png` and
`clouds/pose7_full.pcd` of `clouds = "clouds/*_full.pcd"`. Of a drive it is the sweep nearest in time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calib.boards.pictures import read_picture
from calib.targets.detections import Floats
from calib.targets.session import Session
from sensorann.errors import FormatError, MissingDataError
from sensorann.formats import open_drive
from sensorann.formats.points.files import read_points
from sensorann.scene import Drive, nearest_indices

_PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")
# A board that is held or a rig that rolls has moved beyond that.
_SAME_TIME_NS = 60_000_000

Cloud = tuple[Floats, NDArray[np.intp] | None]


@dataclass(frozen=True, slots=True)
class Captures:
    """Pictures and clouds by name.

    Attributes
    ----------
    names : of the pictures, in their order
    picture : reads one, (height, width, 3) uint8 BGR
    cloud : reads the cloud of the same instant: points (N, 3) in metres, and their scan lines (N,) where they are
        numbered; raises MissingDataError where there is none
    """

    names: tuple[str, ...]
    picture: Callable[[str], NDArray[np.uint8]]
    cloud: Callable[[str], Cloud]


def described_captures(session: Session) -> Captures:
    """Return what a session names: its drive, or its folder of pictures and its clouds.

    Raises
    ------
    FormatError
        When it names neither.
    """
    if "drive" in session.root:
        drive = session_drive(session)
        return drive_captures(
            drive, session.name("camera"), session.name("lidar"), every=int(session.number("drive", "every", 1.0))
        )
    folder = session.path.parent / session.text("images", "folder", "the name of a folder")
    pictures = {path.name: path for path in sorted(folder.glob("*")) if path.suffix.lower() in _PICTURES}
    clouds = _clouds(session) if "clouds" in session.root.get("lidar", {}) else {}

    def cloud(name: str) -> Cloud:
        path = clouds.get(Path(name).stem)
        if path is None:
            raise MissingDataError("has no cloud of its name")
        columns = read_points(path).columns
        points = np.stack([columns[axis] for axis in "xyz"], axis=1).astype(np.float64)
        return points, np.asarray(columns["ring"], np.intp) if "ring" in columns else None

    return Captures(tuple(pictures), lambda name: read_picture(pictures[name], grey=False), cloud)


def session_drive(session: Session) -> Drive:
    """Open the drive of a session."""
    return open_drive(session.path.parent / session.text("drive", "path", "a drive, ROOT or ROOT#NAME"))


def drive_captures(drive: Drive, camera: str, lidar: str, *, every: int = 1) -> Captures:
    """Take every n-th picture of a camera of a drive with the sweep of a LiDAR nearest in time, named by its number."""
    times = drive.timestamps_ns(camera)
    numbers = {f"{index:06d}": index for index in range(0, len(times), every)}

    def cloud(name: str) -> Cloud:
        sweeps = drive.timestamps_ns(lidar)
        index = int(nearest_indices(sweeps, times[[numbers[name]]])[0]) if len(sweeps) else -1
        if index < 0 or abs(int(sweeps[index] - times[numbers[name]])) > _SAME_TIME_NS:
            raise MissingDataError(f"has no sweep of {lidar} within {_SAME_TIME_NS // 1_000_000} ms")
        sweep = drive.sweep(lidar, index)
        rings = sweep.fields.get("ring")
        # Some data sets number every point 0.
        numbered = rings is not None and len(np.unique(rings)) > 1
        return sweep.points.astype(np.float64), np.asarray(rings, np.intp) if numbered else None

    return Captures(tuple(numbers), lambda name: drive.image(camera, numbers[name]), cloud)


def _clouds(session: Session) -> dict[str, Path]:
    """Paths by the word in place of the star."""
    wanted = session.text("lidar", "clouds", "a name with a star, such as clouds/*.pcd")
    before, star, after = wanted.rpartition("*")
    if not star:
        raise FormatError(session.path, "[lidar] clouds", expected="a name with a star", found=repr(wanted))
    first = len(Path(f"{before}*").name) - 1
    whole = session.path.parent / wanted
    return {path.name[first : len(path.name) - len(after)]: path for path in sorted(whole.parent.glob(whole.name))}
