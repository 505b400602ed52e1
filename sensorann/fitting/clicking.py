"""A cuboid from one click on a recorded drive: the sweep is chosen, the object grown, the box moved to the world."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.fitting.heading import from_stroke
from sensorann.fitting.heading_sources import radar_factor, stroke_direction, track_factor
from sensorann.fitting.proposing import Proposal, cuboid_from_click
from sensorann.fitting.surroundings import NothingThereError, nothing_there
from sensorann.geometry import Transform
from sensorann.geometry.arrays import as_array
from sensorann.geometry.rotations import wrap_angle
from sensorann.scene import Drive, Ontology, Sweep, Track, at_one_instant, check_drive, default_ontology, sync

ClickFrame = Literal["world", "ego", "sensor"]
# A sweep or picture further away in time shows another scene.
MOST_APART_S = 1.0


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
    toward: ArrayLike | None = None,
    track: Track | None = None,
) -> ClickedFit:
    """Fit a cuboid to the object at a point, in the sweep nearest to an instant.

    Parameters
    ----------
    drive : Drive
    timestamp_ns : instant on the drive; the ego pose is taken at that of the sweep
    point : (3,) metres, at most 1 m from a measured point of the object at the instant of the sweep: where points have
        times of their own, the motion of the vehicle since is taken out
    frame : frame of the point; ``sensor`` is that of the LiDAR
    lidar : sensor whose sweep is used; the first one of the drive when not given
    ontology : what there is, how large and how often; the common one when not given
    category : what was clicked, when it is known; guessed otherwise
    size : known (length, width, height), metres: hidden faces then follow
    toward : (3,) a second point, in the same frame: the object faces from the first to it, as far as a stroke goes
    track : what is known of the object at other instants, in the frame that the box will be in; its keyframes and the
        way between them tell where it faces

    Returns
    -------
    ClickedFit

    Raises
    ------
    ArgumentError
        When the drive has no such LiDAR, no sweep within a second of the instant or no pose for a point in the world,
        or nothing at the point can be fitted.
    TimeRangeError
        When the sweep lies outside the ego trajectory.
    """
    check_drive(drive)
    name = chosen_lidar(drive, lidar)
    ego_from_sensor = drive.rig[name].ego_from_sensor
    sweep = sweep_near(drive, name, timestamp_ns)
    world_from_ego = None if drive.trajectory is None else drive.trajectory.at(sweep.timestamp_ns)
    asked = as_array(point, (3,), np.float64, name="point", finite=True)
    click = _into_ego(asked, frame, ego_from_sensor=ego_from_sensor, world_from_ego=world_from_ego)
    known = default_ontology() if ontology is None else ontology
    fit = partial(cuboid_from_click, sweep, click, known, category, ego_from_sensor=ego_from_sensor, size=size)
    stroke = None
    if toward is not None:
        second = as_array(toward, (3,), np.float64, name="toward", finite=True)
        end = _into_ego(second, frame, ego_from_sensor=ego_from_sensor, world_from_ego=world_from_ego)
        stroke = from_stroke(stroke_direction(click, end))
    try:
        proposal = fit(heading=stroke)
    except NothingThereError as error:
        raise nothing_there(asked, frame=name if frame == "sensor" else frame) from error
    more = _surroundings_factor(drive, proposal, known, track, at_ns=sweep.timestamp_ns)
    if more.any():
        proposal = fit(heading=more if stroke is None else more + stroke)
    if world_from_ego is not None:
        proposal = into_world(proposal, world_from_ego)
    return ClickedFit(proposal=proposal, lidar=name, timestamp_ns=sweep.timestamp_ns)


def _surroundings_factor(
    drive: Drive, proposal: Proposal, ontology: Ontology, track: Track | None, *, at_ns: int
) -> NDArray[np.float64]:
    """What radars and the object's keyframes say of its heading, over headings in the ego frame."""
    motion = ontology[proposal.category].motion
    factor = radar_factor(drive, proposal.cuboid, at_ns=at_ns, motion=motion)
    if track is None:
        return factor
    labels_from_ego = Transform.identity() if drive.trajectory is None else drive.trajectory.at(at_ns)
    center = labels_from_ego.apply(proposal.cuboid.center)
    return factor + track_factor(track, center, at_ns=at_ns, motion=motion, ego_from_labels=labels_from_ego.inverse())


def into_world(proposal: Proposal, world_from_ego: Transform) -> Proposal:
    """Move the box of a proposal from the ego frame into the world."""
    pose = world_from_ego @ proposal.cuboid.frame_from_cuboid
    turned = float(wrap_angle(proposal.heading.yaw + world_from_ego.yaw))
    return replace(
        proposal,
        cuboid=replace(proposal.cuboid, frame_from_cuboid=pose, frame="world"),
        heading=replace(proposal.heading, yaw=turned),
    )


def sweep_near(drive: Drive, lidar: str, timestamp_ns: int) -> Sweep:
    """Sweep of a LiDAR nearest to an instant, its points where they were at its own timestamp as far as that is known.

    Raises
    ------
    ArgumentError
        When there is none within a second.
    """
    sweep = drive.sweep(lidar, sync(drive, lidar, timestamp_ns, max_offset_s=MOST_APART_S))
    return at_one_instant(sweep, ego_from_sensor=drive.rig[lidar].ego_from_sensor, trajectory=drive.trajectory)


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
