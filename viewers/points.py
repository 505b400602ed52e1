"""The points of a frame, of all LiDARs, where the vehicle is then; and of several frames as one cloud."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import SensorannError
from sensorann.geometry import Cuboids, Transform, points_in_cuboids
from sensorann.scene import Sweep, at_one_instant, sync
from viewers.session import Session


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Cloud:
    """Points with what their colors may tell.

    Attributes
    ----------
    points : (N, 3) float32, metres, in the ego frame at the instant of the frame
    intensities : (N,) float32; NaN where a LiDAR measures none
    lidars : (N,) uint8, number of the LiDAR in the rig
    ages : (N,) float32, seconds before the frame; negative after it
    """

    points: NDArray[np.float32]
    intensities: NDArray[np.float32]
    lidars: NDArray[np.uint8]
    ages: NDArray[np.float32]

    def __getitem__(self, rows: NDArray[np.int64]) -> Cloud:
        return Cloud(
            points=self.points[rows],
            intensities=self.intensities[rows],
            lidars=self.lidars[rows],
            ages=self.ages[rows],
        )

    @classmethod
    def joined(cls, parts: Sequence[Cloud]) -> Cloud:
        """One cloud of several; no parts are an empty one."""
        names = ("points", "intensities", "lidars", "ages")
        empty = (np.zeros((0, 3), np.float32), np.zeros(0, np.float32), np.zeros(0, np.uint8), np.zeros(0, np.float32))
        columns = {
            name: np.concatenate([none, *(getattr(part, name) for part in parts)])
            for name, none in zip(names, empty, strict=True)
        }
        return cls(**columns)


def points_here(session: Session) -> NDArray[np.float32]:
    """Points (N, 3) of every LiDAR's sweep nearest to this frame, in the ego frame at its instant.

    Raises
    ------
    SensorannError
        When a sweep cannot be read, or lies outside the ego trajectory.
    """
    return cloud_at(session, session.timestamp_ns).points


def cloud_at(session: Session, timestamp_ns: int, *, seen_from_ns: int | None = None) -> Cloud:
    """Points of every LiDAR's sweep nearest to an instant.

    Parameters
    ----------
    session : read from here, nothing in it changes
    timestamp_ns : instant of a frame
    seen_from_ns : instant whose ego frame they are put in; that of the frame when not given

    Raises
    ------
    SensorannError
        When a sweep cannot be read, or lies outside the ego trajectory.
    """
    drive, now = session.drive, timestamp_ns if seen_from_ns is None else seen_from_ns
    ego_from_labels = session.frame_from_ego(now).inverse()
    parts = []
    for number, sensor in enumerate(drive.rig.of_kind("lidar")):
        if not len(drive.timestamps_ns(sensor.name)):
            continue
        measured = drive.sweep(sensor.name, sync(drive, sensor.name, timestamp_ns))
        sweep = at_one_instant(measured, ego_from_sensor=sensor.ego_from_sensor, trajectory=drive.trajectory)
        ego_from_sensor = ego_from_labels @ session.frame_from_ego(sweep.timestamp_ns) @ sensor.ego_from_sensor
        placed = ego_from_sensor.apply(sweep.points).astype(np.float32)
        part = Cloud(
            points=placed,
            intensities=_intensities(sweep),
            lidars=np.full(len(placed), number, np.uint8),
            ages=np.full(len(placed), (now - sweep.timestamp_ns) * 1e-9, np.float32),
        )
        parts.append(part[np.flatnonzero(np.isfinite(placed).all(axis=1))])
    return Cloud.joined(parts)


def merged_cloud(session: Session, i_frame: int, n_sweeps: int) -> Cloud:
    """One cloud of the frames around one, in its ego frame: what stands by the ego poses, objects by their tracks.

    Points in the box of an object that has a box in the middle frame too are where the object is then, so that a moving
    car is as sharp as a parked one. A frame that cannot be read is left out, unless it is the middle one.

    Parameters
    ----------
    session : read from here, nothing in it changes
    i_frame : the middle frame
    n_sweeps : an odd number of frames

    Raises
    ------
    SensorannError
        When the frame in the middle cannot be read.
    """
    frames, now = session.frames, int(session.frames[i_frame])
    reach = n_sweeps // 2
    parts = []
    for i in range(max(i_frame - reach, 0), min(i_frame + reach + 1, len(frames))):
        try:
            part = cloud_at(session, int(frames[i]), seen_from_ns=now)
        except SensorannError:
            if i == i_frame:
                raise
            continue
        parts.append(part if i == i_frame else _carried(session, part, int(frames[i]), now))
    return Cloud.joined(parts)


def _carried(session: Session, cloud: Cloud, then_ns: int, now_ns: int) -> Cloud:
    """Move the points in the boxes of one frame to where the boxes are in another."""
    ego_from_labels = session.frame_from_ego(now_ns).inverse()
    then, now = [], []
    for track in session.labels.tracks:
        rows = np.searchsorted(track.timestamps_ns, [then_ns, now_ns])
        if (rows < len(track)).all() and (track.timestamps_ns[rows] == [then_ns, now_ns]).all():
            then.append(track.cuboids[rows[:1]])
            now.append(track.cuboids[rows[1:]])
    if not then:
        return cloud
    before = Cuboids.concatenate(then).moved(ego_from_labels, frame="ego")
    after = Cuboids.concatenate(now).moved(ego_from_labels, frame="ego")
    points = cloud.points.copy()
    groups = points_in_cuboids(cloud.points, before)
    for row in range(len(before)):
        inside = groups[row]
        moved = after.record(row).frame_from_cuboid @ before.record(row).frame_from_cuboid.inverse()
        points[inside] = moved.apply(cloud.points[inside])
    return Cloud(points=points, intensities=cloud.intensities, lidars=cloud.lidars, ages=cloud.ages)


def boxes_in_ego(session: Session) -> tuple[tuple[str, ...], Cuboids | None]:
    """Ids and boxes of what is shown, in the ego frame at this instant; None where nothing is."""
    shown = session.shown()
    if not shown:
        return (), None
    ego_from_labels: Transform = session.frame_from_ego(session.timestamp_ns).inverse()
    poses = [ego_from_labels @ box.cuboid.frame_from_cuboid for box in shown]
    cuboids = Cuboids(
        centers=np.array([pose.translation for pose in poses]),
        sizes=np.array([box.cuboid.size for box in shown]),
        rotations=np.array([pose.rotation for pose in poses]),
        frame="ego",
    )
    return tuple(box.track.id for box in shown), cuboids


def _intensities(sweep: Sweep) -> NDArray[np.float32]:
    measured = sweep.fields.get("intensity")
    return np.full(len(sweep), np.nan, np.float32) if measured is None else measured.astype(np.float32)
