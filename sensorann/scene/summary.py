"""What a drive holds, in figures: sensors, instants, gaps, offsets, points, path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError, FormatError, MissingDataError
from sensorann.scene.drive import Drive, reference_sensor
from sensorann.scene.rig import Sensor, SensorKind
from sensorann.scene.sync import nearest_indices

# A pause this many times the usual one is a gap.
GAP_FACTOR = 1.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """A pause in a sensor's instants.

    Attributes
    ----------
    index : number of the measurement before the pause
    timestamp_ns : its instant
    duration_s : until the next one
    """

    index: int
    timestamp_ns: int
    duration_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Samples:
    """What a few measurements of a sensor, spread over the drive, look like.

    Attributes
    ----------
    n_read, n_missing : measurements looked at, and absent ones among those tried
    first_missing : what the drive says of the first absent one; names its file
    damaged : what was wrong with those that could not be read
    n_points : points of each sweep read
    n_without_position : points with NaN or infinity in all of them
    furthest : largest distance of a point from the sensor, metres; None without points
    image_sizes : (width, height) of each image read
    """

    n_read: int = 0
    n_missing: int = 0
    first_missing: str = ""
    damaged: tuple[str, ...] = ()
    n_points: tuple[int, ...] = ()
    n_without_position: int = 0
    furthest: float | None = None
    image_sizes: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SensorSummary:
    """One sensor over the drive.

    Attributes
    ----------
    name, kind : of the sensor
    n : measurements
    start_ns, end_ns : first and last instant; None without any
    rate_hz : of the usual pause; None for fewer than two measurements
    gaps : pauses of more than 1.5 times the usual one
    n_not_increasing : instants that are not after the one before them
    offset_s : median of own instant minus the nearest of the reference sensor; None for the reference itself
    offset_spread_s : range of the middle half of those offsets
    samples : a few measurements
    """

    name: str
    kind: SensorKind
    n: int
    start_ns: int | None
    end_ns: int | None
    rate_hz: float | None
    gaps: tuple[Gap, ...]
    n_not_increasing: int
    offset_s: float | None
    offset_spread_s: float | None
    samples: Samples

    @property
    def span_s(self) -> float:
        """Seconds from the first to the last instant."""
        return 0.0 if self.start_ns is None or self.end_ns is None else (self.end_ns - self.start_ns) * 1e-9


@dataclass(frozen=True, kw_only=True, slots=True)
class DriveSummary:
    """A drive in figures.

    Attributes
    ----------
    name : of the drive
    reference : the sensor whose instants are the frames; None without sensors
    n_poses : ego poses, 0 without a trajectory
    path_length : metres that the ego vehicle travelled; None without a trajectory
    sensors : in the order of the rig
    """

    name: str
    reference: str | None
    n_poses: int
    path_length: float | None
    sensors: tuple[SensorSummary, ...]

    @property
    def n_frames(self) -> int:
        """Measurements of the reference sensor; of a drive without sensors its ego poses."""
        return next((sensor.n for sensor in self.sensors if sensor.name == self.reference), self.n_poses)


def summarise(drive: Drive, *, n_samples: int = 5) -> DriveSummary:
    """Look at a drive: all of its instants and poses, a few of its measurements.

    Parameters
    ----------
    drive : Drive
    n_samples : measurements to read per sensor, spread evenly over the drive

    Raises
    ------
    ArgumentError
        When n_samples is negative.
    """
    if n_samples < 0:
        raise ArgumentError(f"n_samples must not be negative, got {n_samples}")
    reference = reference_sensor(drive) if len(drive.rig) else None
    poses = drive.trajectory
    steps = np.diff(poses.world_from_ego.translations, axis=0) if poses is not None else None
    return DriveSummary(
        name=drive.name,
        reference=reference,
        n_poses=0 if poses is None else len(poses.timestamps_ns),
        path_length=None if steps is None else float(np.linalg.norm(steps, axis=1).sum()),
        sensors=tuple(_summarise_sensor(drive, sensor, reference, n_samples) for sensor in drive.rig.sensors),
    )


def _summarise_sensor(drive: Drive, sensor: Sensor, reference: str | None, n_samples: int) -> SensorSummary:
    times = drive.timestamps_ns(sensor.name)
    pauses = np.diff(times)
    usual = float(np.median(pauses[pauses > 0])) if (pauses > 0).any() else None
    offset_s, spread_s = None, None
    if reference is not None and reference != sensor.name:
        offset_s, spread_s = _offsets(times, drive.timestamps_ns(reference))
    return SensorSummary(
        name=sensor.name,
        kind=sensor.kind,
        n=len(times),
        start_ns=int(times[0]) if len(times) else None,
        end_ns=int(times[-1]) if len(times) else None,
        rate_hz=None if usual is None else 1e9 / usual,
        gaps=() if usual is None else _gaps(times, usual),
        n_not_increasing=int((pauses <= 0).sum()),
        offset_s=offset_s,
        offset_spread_s=spread_s,
        samples=_samples(drive, sensor, len(times), n_samples),
    )


def _gaps(times: NDArray[np.int64], usual: float) -> tuple[Gap, ...]:
    pauses = np.diff(times)
    return tuple(
        Gap(index=int(i), timestamp_ns=int(times[i]), duration_s=int(pauses[i]) * 1e-9)
        for i in np.flatnonzero(pauses > GAP_FACTOR * usual)
    )


def _offsets(own: NDArray[np.int64], reference: NDArray[np.int64]) -> tuple[float | None, float | None]:
    if len(own) == 0 or len(reference) == 0:
        return None, None
    # Seen from the sensor with fewer instants: the other one's surplus says nothing about how they are aligned.
    if len(own) <= len(reference):
        differences = own - reference[nearest_indices(reference, own)]
    else:
        differences = own[nearest_indices(own, reference)] - reference
    low, high = np.percentile(differences, [25, 75])
    return float(np.median(differences)) * 1e-9, float(high - low) * 1e-9


def _samples(drive: Drive, sensor: Sensor, n: int, n_samples: int) -> Samples:
    n_read = n_missing = n_without = 0
    first_missing = ""
    damaged: list[str] = []
    n_points: list[int] = []
    furthest: list[float] = []
    sizes: list[tuple[int, int]] = []
    for index in np.unique(np.linspace(0, n - 1, min(n, n_samples)).round().astype(int)):
        try:
            if sensor.kind == "camera":
                height, width = drive.image(sensor.name, int(index)).shape[:2]
                sizes.append((width, height))
            else:
                points = drive.sweep(sensor.name, int(index)).points
                held = points[np.isfinite(points).all(axis=1)]
                n_points.append(len(points))
                n_without += len(points) - len(held)
                furthest += [float(np.linalg.norm(held.astype(np.float64), axis=1).max())] if len(held) else []
            n_read += 1
        except MissingDataError as error:
            n_missing += 1
            first_missing = first_missing or str(error)
        except FormatError as error:
            damaged.append(str(error))
    return Samples(
        n_read=n_read,
        n_missing=n_missing,
        first_missing=first_missing,
        damaged=tuple(damaged),
        n_points=tuple(n_points),
        n_without_position=n_without,
        furthest=max(furthest, default=None),
        image_sizes=tuple(sizes),
    )
