"""Objects with points to follow: their paths, keyframes, and sweeps that show them, on drives whose truth is known."""

from dataclasses import replace

import numpy as np

from sensorann.geometry import Trajectory, Transform, Transforms
from sensorann.scene import Rig, Sensor, Sweep
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_track, make_trajectory

N = 31
SIZE = np.array([4.2, 1.8, 1.5])
EGO_FROM_LIDAR = Transform.from_yaw(0.0, [0.0, 0.0, 1.8])


def braking_path(n=N):
    """A car 12 m ahead that swerves and brakes between its keyframes: no curve through both ends knows."""
    seconds = np.arange(n) * 0.1
    x = 12.0 + 3.0 * seconds + 0.8 * np.sin(2 * np.pi * seconds / 3.0)
    y = 3.0 + 0.25 * (1 - np.cos(2 * np.pi * seconds / 3.0))
    yaws = np.arctan2(np.gradient(y), np.gradient(x))
    return np.column_stack([x, y, np.full(n, 0.75)]), yaws


def shell(rng, size=SIZE, n=260):
    """Points on the rear and the right side of a box in its own axes, as a vehicle behind it would see them."""
    length, width, height = size
    rear = np.column_stack([np.full(n, -length / 2), rng.uniform(-width / 2, width / 2, n)])
    side = np.column_stack([rng.uniform(-length / 2, length / 2, n), np.full(n, -width / 2)])
    heights = rng.uniform(0.3 - height / 2, height / 2, 2 * n)
    return np.column_stack([np.concatenate([rear, side]), heights]) + rng.normal(0, 0.01, (2 * n, 3))


def sweeps_of(paths, trajectory, *, slope=0.0, seed=0, hidden=(), seen=lambda points, k: points):
    """One sweep per frame: a road that rises by `slope` per metre, on it what is seen of the shells of all objects."""
    rng = np.random.default_rng(seed)
    sweeps = []
    for k in range(len(trajectory.timestamps_ns)):
        road = rng.uniform([2, -8, 0], [35, 10, 0], (6000, 3))
        parts = [road]
        for centers, yaws in paths:
            if k not in hidden:
                turned = Transform.from_yaw(yaws[k], centers[k]).apply(seen(shell(rng), k))
                parts.append(turned)
        world = np.concatenate(parts)
        world[:, 2] += slope * world[:, 0]
        points = (trajectory.at(START_NS + k * FRAME_NS) @ EGO_FROM_LIDAR).inverse().apply(world)
        sweeps.append(Sweep(sensor="LIDAR_TOP", timestamp_ns=START_NS + k * FRAME_NS, points=points))
    return sweeps


def make_drive(paths, *, n=N, **options):
    trajectory = make_trajectory(n=n, speed=1.0, yaw_rate=0.02)
    rig = Rig((Sensor(name="LIDAR_TOP", kind="lidar", ego_from_sensor=EGO_FROM_LIDAR),))
    return MemoryDrive(rig=rig, trajectory=trajectory, sweeps={"LIDAR_TOP": sweeps_of(paths, trajectory, **options)})


def keyframes(path, frames=(0, N - 1), *, slope=0.0, **changes):
    centers, yaws = path
    lifted = centers + np.column_stack([0 * yaws, 0 * yaws, slope * centers[:, 0]])
    rows = np.array(frames)
    return make_track(
        timestamps_ns=START_NS + rows * FRAME_NS, centers=lifted[rows], yaws=yaws[rows], size=SIZE, **changes
    )


def misses(track, path):
    return np.hypot(*(track.cuboids.centers - path[0])[:, :2].T)


def found_in(caplog):
    return [record.message for record in caplog.records if record.name == "sensorann.tracks.findings"]


def elsewhere(drive, world_from_here, later_ns):
    """The same drive at another place, heading another way, at another time."""
    here, moved = drive.trajectory.world_from_ego, world_from_here
    poses = Transforms(moved.rotation @ here.rotations, moved.apply(here.translations))
    sweeps = {
        name: [replace(sweep, timestamp_ns=sweep.timestamp_ns + later_ns) for sweep in own]
        for name, own in drive.sweeps.items()
    }
    trajectory = Trajectory(drive.trajectory.timestamps_ns + later_ns, poses)
    return MemoryDrive(rig=drive.rig, trajectory=trajectory, sweeps=sweeps)


def track_elsewhere(track, world_from_here, later_ns):
    boxes = track.cuboids
    centers, rotations = world_from_here.apply(boxes.centers), world_from_here.rotation @ boxes.rotations
    return replace(
        track,
        timestamps_ns=track.timestamps_ns + later_ns,
        cuboids=replace(boxes, centers=centers, rotations=rotations),
    )
