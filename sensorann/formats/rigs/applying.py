"""Another calibration for a drive: sensors moved, lenses exchanged, measurements as they were."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sensorann.errors import ArgumentError, FormatError
from sensorann.formats.rigs.document import EGO, RigDocument
from sensorann.geometry import Transform
from sensorann.scene import Rig, Sensor

_logger = logging.getLogger(__name__)


def recalibrated(rig: Rig, document: RigDocument, path: Path) -> Rig:
    """Put the poses and lenses of a document in place of those of a rig.

    Frames that the document joins to `ego` are placed by it alone. Of those that it only joins to each other, the
    topmost one that the rig knows stays where it is, and the others follow.

    Parameters
    ----------
    rig : the sensors of a drive
    document : what a calibration file says
    path : the file, for messages

    Raises
    ------
    FormatError
        When no frame of the document bears the name of a sensor, or a lens is for pictures of another size.
    """
    shared = [name for name in rig if name in document.frames]
    if not shared:
        found = f"{', '.join(document.frames) or 'no frames'} (`sensorann calibrate convert` renames frames)"
        raise FormatError(path, "", expected=f"frames that are sensors of the drive: {', '.join(rig)}", found=found)
    poses = dict(_new_poses(rig, document))
    changed = [name for name in shared if name in poses or name in document.lenses]
    if not changed:
        expected = f"a lens, or a frame beside {', '.join(shared)} that is {EGO!r} or another sensor of the drive"
        raise FormatError(path, "", expected=expected, found=", ".join(document.frames))
    _logger.info("%s: recalibrates %s", path, ", ".join(changed))
    return Rig(tuple(_changed(sensor, poses.get(sensor.name), document, path) for sensor in rig.sensors))


def _new_poses(rig: Rig, document: RigDocument) -> Iterator[tuple[str, Transform]]:
    """Poses `ego_from_sensor` of the sensors that the document moves."""
    below: dict[str, list[str]] = {}
    for name in dict.fromkeys([EGO, *document.frames]):
        below.setdefault(document.root_from(name)[0], []).append(name)
    for frames in below.values():
        anchor = next((name for name in frames if name == EGO or name in rig), None)
        if anchor is None:
            continue
        ego_from_anchor = Transform.identity() if anchor == EGO else rig[anchor].ego_from_sensor
        for name in frames:
            anchor_from_sensor = document.transform(anchor, name)
            if name != anchor and name in rig and anchor_from_sensor is not None:
                yield name, ego_from_anchor @ anchor_from_sensor


def _changed(sensor: Sensor, pose: Transform | None, document: RigDocument, path: Path) -> Sensor:
    lens, camera = document.lenses.get(sensor.name), sensor.camera
    if lens is not None:
        if camera is None:
            raise FormatError(path, sensor.name, expected=f"no lens for a {sensor.kind}", found="one")
        try:
            camera = lens.camera(camera.size)
        except ArgumentError as error:
            raise FormatError(
                path, sensor.name, expected="a lens for the drive's pictures", found=f"{error}"
            ) from error
    return replace(sensor, ego_from_sensor=pose or sensor.ego_from_sensor, camera=camera)
