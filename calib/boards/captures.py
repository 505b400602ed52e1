"""What sensors recorded at the same time: files that a session names, or a drive.

A picture and the clouds whose names have the same word in place of the star belong together: `images/pose7.png` and
`clouds/pose7_full.pcd` of `clouds = "clouds/*_full.pcd"`. Of a drive it is the sweep nearest in time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


@dataclass(frozen=True, eq=False, slots=True)
class Cloud:
    """What a LiDAR or a radar measured at once.

    Attributes
    ----------
    points : (N, 3) float64, metres, sensor frame
    fields : name to (N,)
    """

    points: Floats
    fields: Mapping[str, NDArray[np.generic]]

    @property
    def rings(self) -> NDArray[np.intp] | None:
        """Number of the scan line of each point (N,); None where they are not numbered, or all the same."""
        rings = self.fields.get("ring")
        return np.asarray(rings, np.intp) if rings is not None and len(np.unique(rings)) > 1 else None


@dataclass(frozen=True, slots=True)
class Captures:
    """Instants by name.

    Attributes
    ----------
    names : of the instants, in their order
    picture : reads the picture of the camera, (height, width, 3) uint8 BGR
    cloud : reads the cloud of `lidar` or `radar` at an instant: its kind and the name of the instant; raises
        MissingDataError where there is none
    """

    names: tuple[str, ...]
    picture: Callable[[str], NDArray[np.uint8]]
    cloud: Callable[[str, str], Cloud]


def is_captured(session: Session, kind: str) -> bool:
    """Tell whether pictures or clouds of a sensor are to be searched, instead of a table of its targets read."""
    section = session.root.get(kind, {})
    if "targets" in section:
        return False
    return "drive" in session.root or "clouds" in section or (kind == "camera" and "images" in session.root)


def described_captures(session: Session, *, lead: str = "camera") -> Captures:
    """Return what a session names: its drive, or its folder of pictures and its clouds.

    Parameters
    ----------
    session : Session
    lead : the sensor whose measurements are the instants: camera, lidar or radar

    Raises
    ------
    FormatError
        When it names neither.
    MissingDataError
        When its folder holds no pictures, or no cloud bears the name that it gives.
    """
    if "drive" in session.root:
        return _of_drive(session_drive(session), session, lead)
    pictures: dict[str, Path] = {}
    if lead == "camera":
        folder = session.path.parent / session.text("images", "folder", "the name of a folder")
        pictures = {path.name: path for path in sorted(folder.glob("*")) if path.suffix.lower() in _PICTURES}
        if not pictures:
            raise MissingDataError(f"{folder} {'holds no pictures' if folder.is_dir() else 'is no folder'}")
    kinds = [kind for kind in ("lidar", "radar") if "clouds" in session.root.get(kind, {})]
    clouds = {kind: _clouds(session, kind) for kind in kinds}

    def cloud(kind: str, name: str) -> Cloud:
        path = clouds.get(kind, {}).get(Path(name).stem)
        if path is None:
            raise MissingDataError("has no cloud of its name")
        columns = read_points(path).columns
        return Cloud(np.stack([columns[axis] for axis in "xyz"], axis=1).astype(np.float64), columns)

    names = tuple(pictures) if lead == "camera" else tuple(clouds.get(lead, {}))
    return Captures(names, lambda name: read_picture(pictures[name], grey=False), cloud)


def session_drive(session: Session) -> Drive:
    """Open the drive of a session."""
    return open_drive(session.path.parent / session.text("drive", "path", "a drive, ROOT or ROOT#NAME"))


def _of_drive(drive: Drive, session: Session, lead: str) -> Captures:
    """Take every n-th measurement of a sensor of a drive with the sweeps nearest in time, named by its number."""
    times = drive.timestamps_ns(session.name(lead))
    every = session.count("drive", "every", 1)
    numbers = {f"{index:06d}": index for index in range(0, len(times), every)}

    def nearest(kind: str, name: str, what: str) -> tuple[str, int]:
        sensor = session.name(kind)
        stamps = drive.timestamps_ns(sensor)
        index = int(nearest_indices(stamps, times[[numbers[name]]])[0]) if len(stamps) else -1
        if index < 0 or abs(int(stamps[index] - times[numbers[name]])) > _SAME_TIME_NS:
            raise MissingDataError(f"has no {what} of {sensor} within {_SAME_TIME_NS // 1_000_000} ms")
        return sensor, index

    def cloud(kind: str, name: str) -> Cloud:
        sweep = drive.sweep(*nearest(kind, name, "sweep"))
        return Cloud(sweep.points.astype(np.float64), sweep.fields)

    return Captures(tuple(numbers), lambda name: drive.image(*nearest("camera", name, "picture")), cloud)


def _clouds(session: Session, kind: str) -> dict[str, Path]:
    """Paths by the word in place of the star."""
    wanted = session.text(kind, "clouds", "a name with a star, such as clouds/*.pcd")
    before, star, after = wanted.rpartition("*")
    if not star:
        raise FormatError(session.path, f"[{kind}] clouds", expected="a name with a star", found=repr(wanted))
    first = len(Path(f"{before}*").name) - 1
    whole = session.path.parent / wanted
    found = {path.name[first : len(path.name) - len(after)]: path for path in sorted(whole.parent.glob(whole.name))}
    if not found:
        raise MissingDataError(f"no clouds are called {whole}")
    return found
