"""Undo the motion of the vehicle during a sweep."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sensorann.errors import ArgumentError
from sensorann.geometry import Trajectory, Transform, deskew_points
from sensorann.scene.sweep import Sweep

TIME_FIELD = "time_offset_ns"


def deskew(sweep: Sweep, *, ego_from_sensor: Transform, trajectory: Trajectory) -> Sweep:
    """Move each point of a sweep from its own instant to the timestamp of the sweep; see `deskew_points`.

    Parameters
    ----------
    sweep : with the field ``time_offset_ns``
    ego_from_sensor : where the sensor sits
    trajectory : `world_from_ego` over time

    Returns
    -------
    Sweep
        The time offsets are zero, since every point now belongs to the timestamp.

    Raises
    ------
    ArgumentError
        When the sweep has no time per point.
    TimeRangeError
        When the trajectory does not cover every point and the timestamp.
    """
    if TIME_FIELD not in sweep.fields:
        known = ", ".join(sweep.fields) or "none"
        raise ArgumentError(f"a sweep needs the field {TIME_FIELD} to be deskewed, {sweep.sensor} has: {known}")
    offsets = sweep.fields[TIME_FIELD]
    points = deskew_points(
        sweep.points,
        offsets,
        timestamp_ns=sweep.timestamp_ns,
        ego_from_sensor=ego_from_sensor,
        trajectory=trajectory,
    )
    return replace(sweep, points=points, fields={**sweep.fields, TIME_FIELD: np.zeros_like(offsets)})


def at_one_instant(sweep: Sweep, *, ego_from_sensor: Transform, trajectory: Trajectory | None) -> Sweep:
    """Deskew a sweep where that can be done: it tells the time of each point, and poses cover them; else as it is.

    Parameters
    ----------
    sweep : Sweep
    ego_from_sensor : where the sensor sits
    trajectory : `world_from_ego` over time, None where the drive has none
    """
    offsets = sweep.fields.get(TIME_FIELD)
    if trajectory is None or offsets is None or not offsets.any():
        return sweep
    ends = sweep.timestamp_ns + np.array([min(offsets.min(), 0), max(offsets.max(), 0)], np.int64)
    if not trajectory.covers(ends).all():
        return sweep
    return deskew(sweep, ego_from_sensor=ego_from_sensor, trajectory=trajectory)
