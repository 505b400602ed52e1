"""Drives in nuScenes v1.0 tables: one per scene, with several LiDARs, cameras and radars.

Layout (H. Caesar et al., nuScenes: a multimodal dataset for autonomous driving, CVPR 2020): `ROOT/v1.0-*/*.json` are
the tables, file names in them are relative to ROOT.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import FormatError
from sensorann.files import require_file
from sensorann.formats.encoded_images import decode_image
from sensorann.formats.nuscenes import tables
from sensorann.formats.nuscenes.poses import scene_trajectory
from sensorann.formats.nuscenes.rig import scene_rig
from sensorann.formats.nuscenes.scene import Recording, find_scene, scene_recordings, scene_samples, scenes
from sensorann.formats.nuscenes.sweeps import read_lidar, read_radar
from sensorann.formats.nuscenes.tables import Row
from sensorann.geometry import Trajectory
from sensorann.scene import Rig, Sweep, check_index, one_line

LAYOUT_NAME = "nuscenes"
LANDMARK = "a folder v1.0-* with scene.json"


def recognises(path: Path) -> bool:
    """Tell whether a path holds nuScenes tables."""
    return bool(tables.version_folders(path))


def drive_names(path: Path) -> list[str]:
    """Names of all scenes, sorted; `VERSION/SCENE` where several versions lie side by side."""
    return sorted(scenes(path))


def open_drive(path: Path, name: str) -> NuScenesDrive:
    """Open one scene: its tables are read, no sensor file is."""
    folder, scene = find_scene(path, name)
    samples = tables.read_table(folder, "sample")
    calibrated = tables.read_table(folder, "calibrated_sensor")
    sensors = tables.read_table(folder, "sensor")
    recordings = scene_recordings(folder / "sample_data.json", scene, samples, calibrated, sensors)
    measurements = [(row.timestamp_ns, row.ego_pose_token) for rows in recordings.values() for row in rows]
    return NuScenesDrive(
        name=name,
        root=folder.parent,
        tables=folder,
        rig=scene_rig(folder / "sample_data.json", recordings, calibrated, sensors),
        trajectory=scene_trajectory(folder, measurements),
        samples=scene_samples(folder, scene, samples),
        recordings=recordings,
    )


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class NuScenesDrive:
    """One scene; the instants of a sensor are all its keyframes and sweeps.

    Attributes
    ----------
    name, rig, trajectory : see `sensorann.scene.Drive`
    root : folder that the file names of the tables are relative to
    tables : folder of the tables
    samples : rows of the table `sample`, in time order
    recordings : rows of `sample_data` by channel, in time order; the reference channel first
    """

    name: str
    root: Path
    tables: Path
    rig: Rig
    trajectory: Trajectory
    samples: tuple[Row, ...]
    recordings: Mapping[str, tuple[Recording, ...]]

    def __repr__(self) -> str:
        return one_line(self)

    def timestamps_ns(self, sensor: str) -> NDArray[np.int64]:
        """Instants (N,) of a sensor, increasing."""
        return np.array([recording.timestamp_ns for recording in self._of(sensor)], np.int64)

    def sweep(self, sensor: str, index: int) -> Sweep:
        """Read one LiDAR sweep or radar scan."""
        kind = self.rig.ranging(sensor).kind
        path = self.path(sensor, index)
        timestamp_ns = self._of(sensor)[index].timestamp_ns
        points, fields = read_lidar(path) if kind == "lidar" else read_radar(path)
        return Sweep(sensor=sensor, timestamp_ns=timestamp_ns, points=points, fields=fields)

    def image(self, sensor: str, index: int) -> NDArray[np.uint8]:
        """Decode one image (height, width, 3), uint8, BGR, which must have the size of its camera."""
        encoded, path, size = self.image_bytes(sensor, index), self.path(sensor, index), self.rig.camera(sensor).size
        image = decode_image(encoded, path=path, where="")
        if (image.shape[1], image.shape[0]) != size:
            found = f"{image.shape[1]} x {image.shape[0]}"
            raise FormatError(path, "", expected=f"{size[0]} x {size[1]} pixels, as sample_data says", found=found)
        return image

    def image_bytes(self, sensor: str, index: int) -> bytes:
        """Return one image as it is stored."""
        self.rig.camera(sensor)  # says so when the sensor is no camera
        return require_file(self.path(sensor, index)).read_bytes()

    def path(self, sensor: str, index: int) -> Path:
        """Return the file of one measurement, whether it is there or not."""
        recordings = self._of(sensor)
        check_index(sensor, index, len(recordings))
        return self.root / recordings[index].filename

    def _of(self, sensor: str) -> tuple[Recording, ...]:
        self.rig[sensor]  # says which sensors there are when this one is not
        return self.recordings[sensor]
