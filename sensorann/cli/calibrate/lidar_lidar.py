"""`sensorann calibrate lidar-lidar`: one LiDAR in the frame of another, on an ordinary drive."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from calib.lidars.drive import calibrate_lidars_of_drive
from calib.lidars.file import lidar_lidar_document, lidar_lidar_summary
from calib.report import lidars_page
from sensorann.cli.calibrate.answers import NOTHING_SHOWN, PRINTED, Answer, Shown, Wanted, give, show
from sensorann.cli.progress import counted
from sensorann.formats import open_drive


def lidar_lidar(
    drive: str,
    /,
    *,
    sensor: str,
    target: str,
    instants: Annotated[int, Parameter(validator=Number(gte=1))] = 5,
    shown: Shown = NOTHING_SHOWN,
    wanted: Wanted = PRINTED,
) -> None:
    """Estimate where a LiDAR sits in the frame of another, from what both see; no targets and no guess are needed.

    For example:

        sensorann calibrate lidar-lidar recordings/monday.drive.h5 --sensor LIDAR_FRONT --target LIDAR_TOP

    Parameters
    ----------
    drive
        The recording: a path, or ROOT#NAME for one of several.
    sensor
        Name of the LiDAR that is placed.
    target
        Name of the LiDAR in whose frame.
    instants
        Sweeps to compare, spread over the drive.
    """
    opened = open_drive(drive)
    with counted(f"reading {sensor} and {target}") as progress:
        found = calibrate_lidars_of_drive(opened, sensor, target, n_instants=instants, progress=progress)
    rig_pose = opened.rig[target].ego_from_sensor.inverse() @ opened.rig[sensor].ego_from_sensor
    show(lambda: lidars_page(found, rig_pose=rig_pose), shown)
    give(Answer(lidar_lidar_document(found), lidar_lidar_summary(found)), wanted)
