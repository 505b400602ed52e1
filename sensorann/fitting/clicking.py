"""A cuboid from one click on a recorded drive: the sweep is chosen, the object grown, the box moved to the world."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.fitting.proposing import Proposal, cuboid_from_click
from sensorann.fitting.surroundings import NothingThereError, nothing_there
from sensorann.geometry import Transform
from sensorann.geometry.arrays import as_array
from sensorann.scene import Drive, Ontology, check_drive, default_ontology, sync

ClickFrame = Literal["world", "ego", "sensor"]


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class ClickedFit:
    """A fitted cuboid and the sweep that it comes from.

    Attributes
    ----------
    proposal : its cuboid is in the world frame where the drive has ego poses, else in the ego frame
    lidar : name of the sensor
    timestamp_ns : instant of the sweep
    """

    proposal: Proposal
    lidar: str
    timestamp_ns: int


def fit_at(
    drive: Drive,
    *,
    timestamp_ns: int,
    point: ArrayLike,
    frame: ClickFrame = "ego",
    lidar: str | None = None,
    ontology: Ontology | None = None,
    category: str | None = None,
    size: tuple[float, float, float] | None = None,
) -> ClickedFit:
    """Fit a cuboid to the object at a point, in the sweep nearest to an instant.

    Parameters
    ----------
    drive : Drive
    timestamp_ns : instant on the drive; the ego pose is taken at that of the sweep
    point : (3,) metres, at most 1 m from a measured point of the object
    frame : frame of the point; ``sensor`` is that of the LiDAR
    lidar : sensor whose sweep is used; the first one of the drive when not given
    ontology : what there is, how large and how often; the common one when not given
    category : what was clicked, when it is known; guessed otherwise
    size : known (length, width, height), metres: hidden faces then follow

    Returns
    -------
    ClickedFit

    Raises
    ------
    ArgumentError
        When the drive has no such LiDAR or no pose for a point in the world, or nothing at the point can be fitted.
    TimeRangeError
        When the sweep lies outside the ego trajectory.
    """
    check_drive(drive)
    name = chosen_lidar(drive, lidar)
    sweep = drive.sweep(name, sync(drive, name, timestamp_ns))
    ego_from_sensor = drive.rig[name].ego_from_sensor
    world_from_ego = None if drive.trajectory is None else drive.trajectory.at(sweep.timestamp_ns)
    asked = as_array(point, (3,), np.float64, name="point", finite=True)
    click = _into_ego(asked, frame, ego_from_sensor=ego_from_sensor, world_from_ego=world_from_ego)
    known = default_ontology() if ontology is None else ontology
    try:
        proposal = cuboid_from_click(sweep, click, known, category, ego_from_sensor=ego_from_sensor, size=size)
    except NothingThereError as error:
        raise nothing_there(asked, frame=name if frame == "sensor" else frame) from error
    if world_from_ego is not None:
        proposal = into_world(proposal, world_from_ego)
    return ClickedFit(proposal=proposal, lidar=name, timestamp_ns=sweep.timestamp_ns)


def into_world(proposal: Proposal, world_from_ego: Transform) -> Proposal:
    """Move the box of a proposal from the ego frame into the world."""
    pose = world_from_ego @ proposal.cuboid.frame_from_cuboid
    return replace(proposal, cuboid=replace(proposal.cuboid, frame_from_cuboid=pose, frame="world"))


def chosen_lidar(drive: Drive, asked: str | None) -> str:
    """Name the LiDAR that was asked for, or else the first one of the drive; there has to be one."""
    names = [sensor.name for sensor in drive.rig.of_kind("lidar")]
    name = asked or (names[0] if names else "")
    if name not in names:
        raise ArgumentError(
            f"a fit needs a LiDAR; {name or 'none'} was asked for, there are: {', '.join(names) or 'none'}"
        )
    return name


def _into_ego(
    point: NDArray[np.float64], frame: ClickFrame, *, ego_from_sensor: Transform, world_from_ego: Transform | None
) -> NDArray[np.float64]:
    if frame == "sensor":
        return ego_from_sensor.apply(point)
    if frame == "world":
        if world_from_ego is None:
            raise ArgumentError("the drive has no ego poses, so no point in the world: give it in ego or sensor frame")
        return world_from_ego.inverse().apply(point)
    return point
