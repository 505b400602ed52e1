"""Pictures of a rig's sessions with what the other sensors measured, where it fell before and where it falls now."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from calib.boards.captures import is_captured, session_drive
from calib.boards.session import session_overlays
from calib.lenses.session import described_camera
from calib.report.overlays import draw_between
from calib.rigs.rig import RigEstimate
from calib.targets.session import Session, described_prior
from sensorann.geometry import Transform

_EACH = 2


def draw_rig(found: RigEstimate, sessions: Sequence[Session]) -> dict[str, NDArray[np.uint8]]:
    """Draw points of LiDARs and radars on pictures of the cameras that saw the same targets.

    Parameters
    ----------
    found : where the sensors of the sessions sit
    sessions : those with pictures and clouds; of the others nothing is drawn

    Returns
    -------
    name to picture (height, 1100, 3) uint8, BGR; red by the drawing or the rig of the drive, green as found
    """
    root_from = {found.root: Transform.identity(), **found.root_from}
    drawn: dict[str, NDArray[np.uint8]] = {}
    for session, kind in product(sessions, ("lidar", "radar")):
        if not all(one in session.root and is_captured(session, one) for one in ("camera", kind)):
            continue
        names = session.name("camera"), session.name(kind)
        pictures = draw_between(
            session_overlays(session, kind, most=_EACH),
            described_camera(session),
            before=_before(session, kind),
            after=root_from[names[0]].inverse() @ root_from[names[1]],
        )
        drawn |= {f"{names[1]} on {names[0]}, {name}": picture for name, picture in pictures.items()}
    return drawn


def _before(session: Session, kind: str) -> Transform | None:
    """Pose camera_from_sensor that was known before."""
    prior = described_prior(session, "camera", kind)
    if prior is not None:
        return prior.target_from_source.inverse()
    if "drive" not in session.root:
        return None
    rig = session_drive(session).rig
    return rig[session.name("camera")].ego_from_sensor.inverse() @ rig[session.name(kind)].ego_from_sensor
