"""Where pictures show boxes of labels, and 2D boxes drawn anew from them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry import outlines
from sensorann.scene import Drive, Labels, Sensor, Source, Track, into_sensor
from sensorann.tracks.surgery import put_image_box


def drawn_boxes(track: Track, sensor: Sensor, drive: Drive, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Pixels (K, 4) around boxes; NaN where the picture does not show them, or nobody knows where the vehicle was."""
    drawn, times = np.full((len(rows), 4), np.nan), track.timestamps_ns[rows]
    if sensor.camera is None:
        return drawn
    known = np.ones(len(rows), np.bool_)
    if track.cuboids.frame == "world":
        if drive.trajectory is None:
            return drawn
        known = drive.trajectory.covers(times)
    seen = into_sensor(track.cuboids[rows[known]], sensor, drive.trajectory, timestamps_ns=times[known])
    drawn[known] = outlines(seen, sensor.camera)
    return drawn


def draw(labels: Labels, drive: Drive, track_id: str, *, camera: str, at: Sequence[int]) -> Labels:
    """Draw the 2D boxes of an object anew, around its boxes in space as they are now.

    Parameters
    ----------
    labels : Labels
    drive : the recording, which knows the camera and where the vehicle was
    track_id : str
    camera : name of the camera
    at : instants, ns; where the picture does not show the object it stays as it is

    Raises
    ------
    ArgumentError
        When there is no such track or camera, or the object shows at none of the instants.
    """
    track = labels.track(track_id)
    rows = np.flatnonzero(np.isin(track.timestamps_ns, np.asarray(at, np.int64)))
    drawn = drawn_boxes(track, drive.rig[camera], drive, rows)
    shown = np.isfinite(drawn[:, 0])
    if not shown.any():
        raise ArgumentError(f"{camera} shows track {track_id} at none of {len(at)} instants: nothing can be drawn")
    for row, box in zip(rows[shown], drawn[shown], strict=True):
        instant = int(track.timestamps_ns[row])
        labels = put_image_box(labels, track_id, camera, timestamp_ns=instant, box=box, source=Source.INTERPOLATED)
    return labels
