"""Which instants of a drive become samples of nuScenes, and which measurement of a sensor belongs to which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.formats.nuscenes.drive import NuScenesDrive
from sensorann.formats.nuscenes.scene import REFERENCE_CHANNEL, sample_times_ns
from sensorann.formats.nuscenes.times import frame_of
from sensorann.geometry import Trajectory, Transform, Transforms
from sensorann.scene import Drive, Labels, frame_timestamps_ns, nearest_indices, reference_sensor


class Measurement(NamedTuple):
    """One measurement of a sensor: that `number` of the drive, part of a sample, its key frame or a sweep."""

    number: int
    timestamp_ns: int
    i_sample: int
    is_key_frame: bool


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class SamplePlan:
    """The frame of the tables.

    Attributes
    ----------
    sample_times_ns : (S,) int64, increasing
    trajectory : `world_from_ego`; covers every measurement
    channels : name of a sensor in the rig to its channel in the tables
    measurements : name of a sensor to its measurements in time order
    n_without_pose : frames left out because the ego trajectory does not reach them
    n_unused : measurements of other sensors left out because another one of the sensor is nearer to each sample
    stands_still : the drive has no ego poses, `trajectory` is the identity
    """

    sample_times_ns: NDArray[np.int64]
    trajectory: Trajectory
    channels: dict[str, str]
    measurements: dict[str, list[Measurement]]
    n_without_pose: int
    n_unused: int
    stands_still: bool


def plan_samples(labels: Labels, drive: Drive) -> SamplePlan:
    """Make every frame of the drive a sample; of a nuScenes scene its own samples where the labels need no more.

    Raises
    ------
    ArgumentError
        When no frame of the drive has an ego pose.
    """
    frames = frame_timestamps_ns(drive)
    trajectory = drive.trajectory or _standing_still(drive)
    covered = trajectory.covers(frames)
    if not covered.any():
        raise ArgumentError(f"drive {drive.name} has no frame within its ego trajectory: nuScenes needs a pose at each")
    own = _own_samples(labels, drive)
    times = frames[covered] if own is None else own
    if own is not None and isinstance(drive, NuScenesDrive):
        measurements = _as_recorded(drive)
    else:
        measurements = {sensor: _nearest(drive.timestamps_ns(sensor), times, trajectory) for sensor in drive.rig}
    n_used = sum(len(chosen) for chosen in measurements.values())
    n_all = sum(len(drive.timestamps_ns(sensor)) for sensor in drive.rig)
    n_without_pose = int((~covered).sum())
    return SamplePlan(
        sample_times_ns=times,
        trajectory=trajectory,
        channels=_channels(drive),
        measurements=measurements,
        n_without_pose=n_without_pose,
        n_unused=n_all - n_used - n_without_pose,
        stands_still=drive.trajectory is None,
    )


def _own_samples(labels: Labels, drive: Drive) -> NDArray[np.int64] | None:
    """Instants of a scene's own samples; None where a box lies at a frame between them, which must not be lost."""
    if not isinstance(drive, NuScenesDrive):
        return None
    own = sample_times_ns(drive.tables, drive.samples)
    frames = frame_timestamps_ns(drive)
    for track in labels.tracks:
        between = (frame_of(track.timestamps_ns, frames) >= 0) & (frame_of(track.timestamps_ns, own) < 0)
        if between.any():
            return None
    return own


def _as_recorded(drive: NuScenesDrive) -> dict[str, list[Measurement]]:
    i_samples = {row["token"]: i for i, row in enumerate(drive.samples)}
    return {
        sensor: [
            Measurement(index, row.timestamp_ns, i_samples[row.sample_token], row.is_key_frame)
            for index, row in enumerate(rows)
        ]
        for sensor, rows in drive.recordings.items()
    }


def _nearest(own: NDArray[np.int64], times: NDArray[np.int64], trajectory: Trajectory) -> list[Measurement]:
    """Choose at most one measurement per sample and one sample per measurement, at most one frame gap apart."""
    if len(own) == 0:
        return []
    reach = int(np.median(np.diff(times))) if len(times) > 1 else 500_000_000
    chosen = nearest_indices(own, times)
    back = nearest_indices(times, own)
    return [
        Measurement(int(index), int(own[index]), i, is_key_frame=True)
        for i, index in enumerate(chosen)
        if back[index] == i and abs(int(own[index]) - int(times[i])) <= reach and trajectory.covers(own[index])
    ]


def _channels(drive: Drive) -> dict[str, str]:
    """Keep the names, but call the reference LiDAR as the devkit's evaluation does."""
    channels = {name: name for name in drive.rig}
    reference = reference_sensor(drive)
    if REFERENCE_CHANNEL not in drive.rig and drive.rig[reference].kind == "lidar":
        channels[reference] = REFERENCE_CHANNEL
    return channels


def _standing_still(drive: Drive) -> Trajectory:
    """Poses of a drive without any: the ego frame is written as the global one."""
    times = np.concatenate([drive.timestamps_ns(sensor) for sensor in drive.rig])
    if len(times) == 0:
        raise ArgumentError(f"drive {drive.name} has no measurement, so there is nothing to make samples of")
    ends = np.unique([times.min(), times.max()])
    still = Transform.identity()
    return Trajectory(ends, Transforms(np.stack([still.rotation] * len(ends)), np.zeros((len(ends), 3))))
