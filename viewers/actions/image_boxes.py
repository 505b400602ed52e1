"""The 2D boxes of objects on camera pictures: put there by hand, put right, and deleted."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array
from sensorann.scene import sync
from sensorann.tracks import surgery
from viewers.pictures.shots import best_camera
from viewers.session import Session


def put_image_box(session: Session, camera: str, box: ArrayLike) -> None:
    """Give the selected object a 2D box on this frame's picture, in the place of the one it has there, if any.

    Parameters
    ----------
    session : Session
    camera : name of a camera
    box : (4,) left, top, right, bottom, pixels; what lies beyond the picture is cut off

    Raises
    ------
    ArgumentError
        When nothing is selected, or nothing of the box is on the picture.
    """
    last = np.array(session.drive.rig.camera(camera).size) - 1.0
    cut = np.clip(as_array(box, (4,), np.float64, name="box", finite=True), 0.0, np.tile(last, 2))
    instant = _instant(session, camera)
    wanted = surgery.put_image_box(session.labels, session.track.id, camera, timestamp_ns=instant, box=cut)
    session.commit(wanted, "image box")


def delete_image_box(session: Session) -> None:
    """Delete the 2D box that the selected object has on the picture that is shown large.

    Raises
    ------
    ArgumentError
        When nothing is selected, or it has none there, or there is no camera.
    """
    track_id, camera = session.track.id, session.looks.camera or best_camera(session)
    if camera is None:
        raise ArgumentError("the drive has no camera, and so no 2D boxes")
    wanted = surgery.delete_image_box(session.labels, track_id, camera, timestamp_ns=_instant(session, camera))
    session.commit(wanted, "delete image box")


def _instant(session: Session, camera: str) -> int:
    """Instant of the camera's picture nearest to this frame."""
    return int(session.drive.timestamps_ns(camera)[sync(session.drive, camera, session.timestamp_ns)])
