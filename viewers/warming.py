"""Getting ready: compiled code is made or loaded before a person waits for it."""

from __future__ import annotations

import contextlib

import numpy as np

from sensorann.errors import SensorannError
from sensorann.fitting import cuboid_from_image_box, fit_at, refine_cuboid
from viewers.actions.shaping import sweep_here
from viewers.session import Session

# Points that are tried, evenly through the sweep: not every one lies on something that can be fitted.
_N_POINTS = 20


def get_ready(session: Session) -> None:
    """Let the worker fit boxes to this frame and forget them: the first click is then as quick as the next.

    One at a point of the sweep, and one in a rectangle on a picture where there are cameras.
    """
    drive, instant = session.drive, session.timestamp_ns
    with contextlib.suppress(SensorannError):  # where there is no sweep, the frame says why
        sweep, labels_from_sensor = sweep_here(session)

        def fit_anything() -> None:
            points = sweep.points[np.isfinite(sweep.points).all(axis=1)]
            for point in points[:: max(len(points) // _N_POINTS, 1)]:
                with contextlib.suppress(SensorannError):  # nothing there that can be fitted
                    found = fit_at(drive, timestamp_ns=instant, point=point, frame="sensor", lidar=sweep.sensor)
                    refine_cuboid(sweep, found.proposal.cuboid, frame_from_sensor=labels_from_sensor)
                    break
            for camera in drive.rig.of_kind("camera")[:1]:
                whole = (0, 0, *drive.rig.camera(camera.name).size)
                with contextlib.suppress(SensorannError):
                    cuboid_from_image_box(drive, camera.name, whole, instant, lidar=sweep.sensor)

        session.worker.submit("getting ready", fit_anything, lambda _: None)
