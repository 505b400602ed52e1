"""`sensorann calibrate refine`: where a camera looks, by the edges of an ordinary drive."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from calib.edges.camera_edges import refine_camera
from calib.edges.file import camera_turn_document, camera_turn_summary
from sensorann.cli.calibrate.answers import PRINTED, Answer, Wanted, give
from sensorann.cli.progress import counted
from sensorann.formats import open_drive


def refine(
    drive: str,
    /,
    *,
    sensor: str,
    lidar: str,
    pictures: Annotated[int, Parameter(validator=Number(gte=1))] = 8,
    wanted: Wanted = PRINTED,
) -> None:
    """Refine where a camera looks without targets: outlines that a LiDAR sees must lie on edges of the pictures.

    The rig must be right within a degree; the place of the camera is kept. What the edges do not tell is said.

    For example:

        sensorann calibrate refine nuscenes/v1.0-mini#scene-0061 --sensor CAM_FRONT --lidar LIDAR_TOP -o front.json

    Parameters
    ----------
    drive
        The recording: a path, or ROOT#NAME for one of several.
    sensor
        Name of the camera.
    lidar
        Name of the LiDAR.
    pictures
        How many to compare, spread over the drive.
    """
    with counted(f"reading {sensor} and {lidar}") as progress:
        found = refine_camera(open_drive(drive), sensor, lidar, n_pictures=pictures, progress=progress)
    give(Answer(camera_turn_document(found), camera_turn_summary(found)), wanted)
