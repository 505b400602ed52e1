"""Which sweep or image belongs to an instant."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array
from sensorann.scene.drive import Drive


def nearest_indices(sensor_timestamps_ns: ArrayLike, timestamps_ns: ArrayLike) -> NDArray[np.int64]:
    """Index of the nearest instant of a sensor for each given instant; the earlier one wins a tie.

    Parameters
    ----------
    sensor_timestamps_ns : (M,) int64, increasing, M >= 1
    timestamps_ns : (N,) int64

    Returns
    -------
    (N,) int64

    Raises
    ------
    ArgumentError
        When the sensor has no instants, or instants are no whole numbers.
    """
    own = as_array(sensor_timestamps_ns, (None,), np.int64, name="sensor_timestamps_ns")
    wanted = as_array(timestamps_ns, (None,), np.int64, name="timestamps_ns")
    if len(own) == 0:
        raise ArgumentError("the sensor has no measurement to choose from")
    right = np.clip(np.searchsorted(own, wanted), 0, len(own) - 1)
    left = np.maximum(right - 1, 0)
    return np.where(np.abs(wanted - own[left]) <= np.abs(own[right] - wanted), left, right).astype(np.int64)


def sync(drive: Drive, sensor: str, timestamp_ns: int, *, max_offset_s: float | None = None) -> int:
    """Index of the sweep or image of a sensor that is nearest to an instant.

    Parameters
    ----------
    drive : Drive
    sensor : str
    timestamp_ns : int
    max_offset_s : refuse a measurement further away than this many seconds

    Raises
    ------
    ArgumentError
        When the sensor has no measurement, or none within `max_offset_s`.
    """
    own = drive.timestamps_ns(sensor)
    index = int(nearest_indices(own, [timestamp_ns])[0])
    offset_s = abs(int(own[index]) - timestamp_ns) * 1e-9
    if max_offset_s is not None and offset_s > max_offset_s:
        raise ArgumentError(
            f"{sensor} has nothing within {max_offset_s} s of {timestamp_ns} ns, the nearest is {offset_s:.3f} s away"
        )
    return index
