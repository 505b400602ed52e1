"""`sensorann calibrate refine`: where a camera looks, by the edges of an ordinary drive."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from cyclopts import Parameter
from cyclopts.validators import Number
from numpy.typing import NDArray

from calib.edges.camera_edges import CameraTurn, refine_camera
from calib.edges.file import camera_turn_document, camera_turn_summary
from calib.report import draw_outlines, edges_page
from sensorann.cli.calibrate.answers import NOTHING_SHOWN, PRINTED, Answer, Shown, Wanted, give, show
from sensorann.cli.progress import counted
from sensorann.formats import open_drive
from sensorann.scene import Drive

_MOST_DRAWN = 3


def refine(
    drive: str,
    /,
    *,
    sensor: str,
    lidar: str,
    pictures: Annotated[int, Parameter(validator=Number(gte=1))] = 8,
    shown: Shown = NOTHING_SHOWN,
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
    opened = open_drive(drive)
    with counted(f"reading {sensor} and {lidar}") as progress:
        found = refine_camera(opened, sensor, lidar, n_pictures=pictures, progress=progress)
    show(lambda: edges_page(found, pictures=_outlines(found, opened)), shown)
    give(Answer(camera_turn_document(found), camera_turn_summary(found)), wanted)


def _outlines(found: CameraTurn, drive: Drive) -> dict[str, NDArray[np.uint8]]:
    """Draw outlines on some of the pictures that were compared, spread over the drive."""
    numbers = [view.number for view in found.views]
    chosen = numbers[:: max(len(numbers) // _MOST_DRAWN, 1)][:_MOST_DRAWN]
    images = {number: drive.image(found.camera, number) for number in chosen}
    return draw_outlines(found, images, drive.rig.camera(found.camera))
