"""The simulated recording: sweeps, scans and pictures computed when asked for, always the same."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Trajectory
from sensorann.scene import Rig, Sweep, check_index, one_line
from sensorann.simulate.camera import encode_picture, take_picture
from sensorann.simulate.lidar import LidarModel, cast_sweep
from sensorann.simulate.radar import scan
from sensorann.simulate.world import World

_Value = TypeVar("_Value")
_KEPT_SWEEPS, _KEPT_PICTURES = 4, 16


class Recent:
    """The last few computed things; safe between threads, which at worst compute the same thing twice."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = Lock()
        self._values: OrderedDict[tuple[str, int], object] = OrderedDict()

    def get(self, key: tuple[str, int], compute: Callable[[], _Value]) -> _Value:
        """Return the value of a key, computed when it is not among the last ones."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]  # type: ignore[return-value]
        value = compute()
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._size:
                self._values.popitem(last=False)
        return value

    def __getstate__(self) -> int:
        return self._size  # a copy in another process starts empty: everything can be computed again

    def __setstate__(self, size: int) -> None:
        self.__init__(size)  # type: ignore[misc]


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class SimulatedDrive:
    """A drive through a simulated world; see `sensorann.scene.Drive`.

    Attributes
    ----------
    name : the seed is part of it
    rig : LIDAR_TOP, four cameras and RADAR_FRONT
    world : what there is to see, with its truth
    lidar : properties of the LiDAR
    times : sensor to instants (N,) int64
    """

    name: str
    rig: Rig
    world: World
    lidar: LidarModel
    times: Mapping[str, NDArray[np.int64]]
    _sweeps: Recent = field(default_factory=lambda: Recent(_KEPT_SWEEPS))
    _pictures: Recent = field(default_factory=lambda: Recent(_KEPT_PICTURES))

    @property
    def trajectory(self) -> Trajectory:
        """`world_from_ego` over time, at 100 Hz."""
        return self.world.trajectory

    def __repr__(self) -> str:
        return one_line(self)

    def timestamps_ns(self, sensor: str) -> NDArray[np.int64]:
        """Instants (N,) of a sensor, increasing."""
        return self.times[self.rig[sensor].name]

    def sweep(self, sensor: str, index: int) -> Sweep:
        """Compute one LiDAR sweep or radar scan."""
        return self.sweep_with_owners(sensor, index)[0]

    def sweep_with_owners(self, sensor: str, index: int) -> tuple[Sweep, NDArray[np.int32]]:
        """Compute one sweep with the truth of every point.

        Returns
        -------
        sweep, and the owner (N,) of each point: k for the track with id str(k + 1), then the boxes of
        `world.town`; -1 road, -2 pavement, -4 a radar's false alarm
        """
        measuring = self.rig.ranging(sensor)
        pose, timestamp_ns = measuring.ego_from_sensor, self._instant(sensor, index)
        if measuring.kind == "radar":
            return self._sweeps.get(
                (sensor, index), lambda: scan(self.world, pose, index=index, timestamp_ns=timestamp_ns)
            )
        return self._sweeps.get(
            (sensor, index),
            lambda: cast_sweep(self.world, self.lidar, pose, index=index, timestamp_ns=timestamp_ns),
        )

    def image(self, sensor: str, index: int) -> NDArray[np.uint8]:
        """Return one picture (height, width, 3), uint8, BGR, as it decodes from its JPEG."""
        encoded = np.frombuffer(self.image_bytes(sensor, index), np.uint8)
        return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)

    def image_bytes(self, sensor: str, index: int) -> bytes:
        """Render one picture and return it as JPEG."""
        self.rig.camera(sensor)
        timestamp_ns = self._instant(sensor, index)
        return self._pictures.get(
            (sensor, index),
            lambda: encode_picture(take_picture(self.world, self.rig[sensor], timestamp_ns=timestamp_ns)),
        )

    def _instant(self, sensor: str, index: int) -> int:
        times = self.timestamps_ns(sensor)
        check_index(sensor, index, len(times))
        return int(times[index])
