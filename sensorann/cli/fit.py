"""`sensorann fit`: a cuboid from one click."""

import math
from typing import Annotated, Literal

import numpy as np
from cyclopts import Parameter
from cyclopts.validators import Number
from numpy.typing import NDArray

from sensorann.cli.output import AsJson, print_json
from sensorann.errors import ArgumentError
from sensorann.fitting import CuboidFit, fit_cuboid, grow_object
from sensorann.fitting.growing import LARGEST_OBJECT
from sensorann.formats import open_drive
from sensorann.geometry import Cuboid, Transform
from sensorann.scene import Drive, frame_timestamps_ns, sync


def fit(
    drive: str,
    /,
    *,
    at: Annotated[int, Parameter(validator=Number(gte=0))],
    point: Annotated[str, Parameter(allow_leading_hyphen=True)],
    frame: Literal["world", "ego", "sensor"] = "ego",
    sensor: str | None = None,
    size: str | None = None,
    as_json: AsJson = False,
) -> None:
    """Fit a cuboid to the object at a point.

    The object is grown from the point in the LiDAR sweep, above the ground and up to its neighbours; a box is fitted to
    it. The heading is known up to half a turn: points alone do not tell front from back. The box is printed in the
    world where the drive has ego poses, else in the ego frame.

    For example:

        sensorann fit kitti/training#0000 --at 40 --point 18,2.6,-0.3
        sensorann fit kitti/training#0000 --at 40 --point 18,2.6,-0.3 --size 4.4,1.8,1.5 --json

    Parameters
    ----------
    drive
        The recording: a path, or ROOT#NAME for one of several.
    at
        Index of the frame.
    point
        X,Y,Z in metres, at most 1 m from a measured point of the object.
    frame
        Frame of the point.
    sensor
        LiDAR whose sweep is used; the first one of the drive when not given.
    size
        Known length,width,height in metres, such as those of the object in another frame: hidden faces then follow.
    as_json
        Print the box as JSON.
    """
    recording = open_drive(drive)
    lidar = _lidar(recording, sensor)
    timestamp_ns = _instant(recording, at)
    index = sync(recording, lidar, timestamp_ns)
    sweep = recording.sweep(lidar, index)
    ego_from_sensor = recording.rig[lidar].ego_from_sensor
    world_from_ego = None if recording.trajectory is None else recording.trajectory.at(sweep.timestamp_ns)
    known_size = None if size is None else _numbers(size, name="--size")
    click = _into_ego(_numbers(point, name="--point"), frame, ego_from_sensor, world_from_ego)
    points = ego_from_sensor.apply(sweep.points)
    position = ego_from_sensor.translation
    grown = grow_object(points, click, sensor=position, max_size=known_size or LARGEST_OBJECT)
    found = fit_cuboid(points[grown.inside], ground_height=grown.ground_height, size=known_size, anchor=position)
    cuboid = found.cuboid
    if world_from_ego is not None:
        cuboid = Cuboid(frame_from_cuboid=world_from_ego @ cuboid.frame_from_cuboid, size=cuboid.size, frame="world")
    _show(found, cuboid, lidar, sweep.timestamp_ns, as_json=as_json)


def _lidar(recording: Drive, sensor: str | None) -> str:
    lidars = [candidate.name for candidate in recording.rig.of_kind("lidar")]
    name = sensor or (lidars[0] if lidars else "")
    if name not in lidars:
        raise ArgumentError(
            f"a fit needs a LiDAR; {name or 'none'} was asked for, there are: {', '.join(lidars) or 'none'}"
        )
    return name


def _instant(recording: Drive, at: int) -> int:
    times = frame_timestamps_ns(recording)
    if at >= len(times):
        raise ArgumentError(f"--at {at}: drive {recording.name} has the frames 0 to {len(times) - 1}")
    return int(times[at])


def _numbers(text: str, *, name: str) -> tuple[float, float, float]:
    try:
        first, second, third = (float(part) for part in text.split(","))
    except ValueError:
        raise ArgumentError(
            f"{name} must be three numbers with commas between, such as 12.5,3,-0.4, got {text!r}"
        ) from None
    return first, second, third


def _into_ego(
    point: tuple[float, float, float], frame: str, ego_from_sensor: Transform, world_from_ego: Transform | None
) -> NDArray[np.float64]:
    if frame == "sensor":
        return ego_from_sensor.apply(point)
    if frame == "world":
        if world_from_ego is None:
            raise ArgumentError("--frame world: the drive has no ego poses; give the point in the ego or sensor frame")
        return world_from_ego.inverse().apply(point)
    return np.array(point)


def _show(found: CuboidFit, cuboid: Cuboid, lidar: str, timestamp_ns: int, *, as_json: bool) -> None:
    period_deg = math.degrees(found.yaw_period)
    if as_json:
        document = {
            "frame": cuboid.frame,
            "timestamp_ns": timestamp_ns,
            "sensor": lidar,
            "center_m": cuboid.center.tolist(),
            "size_m": list(cuboid.size),
            "yaw_deg": math.degrees(cuboid.yaw),
            "yaw_period_deg": period_deg,
            "rotation_wxyz": cuboid.frame_from_cuboid.quaternion_wxyz.tolist(),
            "n_points": found.n_points,
            "score": found.score,
        }
        print_json(document)
        return
    x, y, z = cuboid.center
    length, width, height = cuboid.size
    print(f"centre   {x:.3f}, {y:.3f}, {z:.3f} m in {cuboid.frame}")
    print(f"size     {length:.3f} x {width:.3f} x {height:.3f} m (length, width, height)")
    print(f"yaw      {math.degrees(cuboid.yaw):.2f} deg, known up to {period_deg:.0f} deg")
    print(f"points   {found.n_points} of {lidar}, {100 * found.score:.0f} % of them on the edges")
