"""The ego trajectory of a nuScenes scene: the poses of all its measurements, at their own instants.

Cameras, LiDARs and radars fire at different times, and each row of sample_data has its own ego pose. All of them are
points of one trajectory, so that the pose at a measurement's time is exactly the pose that the data set gives it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import FormatError
from sensorann.formats.nuscenes import tables
from sensorann.geometry import Trajectory, Transforms
from sensorann.geometry.rotations import rotations_from_quaternions

# Poses at one instant that differ by less are the same pose, rounded on two ways.
SAME_POSITION = 1e-3
SAME_ROTATION = 1e-4
# nuScenes gives a pose at the time of each measurement; one further away belongs to another instant.
SAME_INSTANT_NS = 1_000_000

logger = logging.getLogger(__name__)


def scene_trajectory(folder: Path, measurements: Sequence[tuple[int, str]]) -> Trajectory:
    """Merge the poses of a scene's measurements.

    Parameters
    ----------
    folder : tables
    measurements : instant in ns and token of the ego pose, the reference sensor's first; where two measurements of one
        instant have different poses the first one counts, with a warning

    Raises
    ------
    FormatError
        When a pose is absent or none.
    """
    tokens = [token for _, token in measurements]
    quaternions, translations, pose_times = _poses(folder, tokens)
    rotations = rotations_from_quaternions(quaternions)
    times, first, group = np.unique(
        np.array([time for time, _ in measurements], np.int64), return_index=True, return_inverse=True
    )
    moved = np.linalg.norm(translations - translations[first][group], axis=1)
    turned = np.abs(rotations - rotations[first][group]).max(axis=(1, 2))
    differ = int(((moved > SAME_POSITION) | (turned > SAME_ROTATION)).sum())
    if differ:
        logger.warning(
            "%s: %d of %d measurements have another ego pose (up to %.3f m away) than one of the same instant before "
            "them; the first one is used",
            folder / "ego_pose.json",
            differ,
            len(measurements),
            moved.max(),
        )
    _warn_of_late_poses(folder, times[group] - pose_times)
    return Trajectory(times, Transforms(rotations[first], translations[first]))


def _poses(folder: Path, tokens: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Quaternions (N, 4), translations (N, 3) and instants (N,) of N pose tokens, in one pass over the table."""
    path = folder / "ego_pose.json"
    places: dict[str, int] = {}
    for token in tokens:
        places.setdefault(token, len(places))
    quaternions, translations = np.zeros((len(places), 4)), np.zeros((len(places), 3))
    times = np.full(len(places), -1, np.int64)
    for row in tables.stream_rows(path):
        place = places.get(tables.text(row, "token", path=path))
        if place is not None:
            quaternions[place] = tables.quaternion(row, path=path)
            translations[place] = tables.numbers(row, "translation", 3, path=path)
            times[place] = tables.timestamp_ns(row, path=path)
    for token, place in places.items():
        if times[place] < 0:
            where = "field ego_pose_token"
            raise FormatError(folder / "sample_data.json", where, expected=f"a token of {path.name}", found=repr(token))
    order = np.array([places[token] for token in tokens])
    return quaternions[order], translations[order], times[order]


def _warn_of_late_poses(folder: Path, late_ns: NDArray[np.int64]) -> None:
    n_late = int((np.abs(late_ns) > SAME_INSTANT_NS).sum())
    if n_late:
        logger.warning(
            "%s: %d of %d measurements refer to an ego pose of another time (up to %.3f s away); it is taken as the "
            "pose at the measurement",
            folder / "sample_data.json",
            n_late,
            len(late_ns),
            np.abs(late_ns).max() * 1e-9,
        )
