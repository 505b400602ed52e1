"""Where the ego vehicle was: poses at int64 ns, linear in position and spherical in rotation between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError, TimeRangeError
from sensorann.geometry.arrays import as_array, frozen
from sensorann.geometry.rotations import interpolate_rotations
from sensorann.geometry.transforms import Transform, Transforms


@dataclass(frozen=True, eq=False, slots=True)
class Trajectory:
    """`world_from_ego` over time.

    Attributes
    ----------
    timestamps_ns : (N,) int64, strictly increasing, N >= 1
    world_from_ego : N transforms, at those instants
    """

    timestamps_ns: NDArray[np.int64]
    world_from_ego: Transforms

    def __post_init__(self) -> None:
        times = as_array(self.timestamps_ns, (None,), np.int64, name="timestamps_ns")
        if len(times) == 0 or len(times) != len(self.world_from_ego):
            raise ArgumentError(
                f"a trajectory needs one pose per instant and at least one: "
                f"got {len(times)} instants and {len(self.world_from_ego)} poses"
            )
        backwards = np.flatnonzero(np.diff(times) <= 0)
        if len(backwards):
            i = int(backwards[0])
            raise ArgumentError(
                f"timestamps_ns must increase strictly: number {i + 1} is {times[i + 1]} after {times[i]}"
            )
        object.__setattr__(self, "timestamps_ns", frozen(times))

    @property
    def start_ns(self) -> int:
        """First instant."""
        return int(self.timestamps_ns[0])

    @property
    def end_ns(self) -> int:
        """Last instant."""
        return int(self.timestamps_ns[-1])

    def covers(self, timestamps_ns: ArrayLike) -> NDArray[np.bool_]:
        """Tell which instants lie between the first and the last pose, both included."""
        times = np.asarray(timestamps_ns, np.int64)
        return np.asarray((times >= self.start_ns) & (times <= self.end_ns))

    def at(self, timestamp_ns: int) -> Transform:
        """Pose `world_from_ego` at one instant; see `sample`."""
        return self.sample(np.array([timestamp_ns], np.int64))[0]

    def sample(self, timestamps_ns: ArrayLike) -> Transforms:
        """Poses `world_from_ego` at N instants.

        Raises
        ------
        TimeRangeError
            When an instant lies outside the trajectory: a pose is never invented.
        """
        times = as_array(timestamps_ns, (None,), np.int64, name="timestamps_ns")
        outside = ~self.covers(times)
        if outside.any():
            raise TimeRangeError(
                f"{int(outside.sum())} of {len(times)} instants lie outside the ego trajectory "
                f"({self.start_ns} to {self.end_ns} ns), the first is {int(times[outside][0])} ns"
            )
        right = np.clip(
            np.searchsorted(self.timestamps_ns, times, side="right"), 1, max(len(self.timestamps_ns) - 1, 1)
        )
        left = right - 1
        right = np.minimum(right, len(self.timestamps_ns) - 1)
        # Difference in int64 first: a Unix time in float64 seconds steps by 238 ns.
        span = np.maximum(self.timestamps_ns[right] - self.timestamps_ns[left], 1)
        fraction = (times - self.timestamps_ns[left]) / span
        poses = self.world_from_ego
        rotations = interpolate_rotations(poses.rotations[left], poses.rotations[right], fraction)
        start, end = poses.translations[left], poses.translations[right]
        return Transforms(rotations, start + fraction[:, None] * (end - start))
