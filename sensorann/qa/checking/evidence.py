"""What rules look at: the labels in the world, the drive, and what is worked out of both once for all rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.qa.checking.clusters import Cluster, clusters_of
from sensorann.qa.checking.dopplers import Dopplers, read_dopplers
from sensorann.qa.checking.paths import Path, path_of
from sensorann.qa.checking.sightings import Sightings, scan
from sensorann.qa.checking.strangers import Stranger, joined
from sensorann.scene import Drive, Labels, frame_timestamps_ns, labels_in_world


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Evidence:
    """Everything known of one labelling.

    Attributes
    ----------
    labels : in the world frame where there are ego poses
    drive : the recording; None when labels alone are checked
    instants : (F,) int64, the frames
    egos : (F, 3) float64, where the ego vehicle was, metres; NaN where that is not known
    paths : of all tracks with boxes, in the order of the labels
    sightings : what the sweeps say of the boxes of each path; empty where nobody asked or there are no sweeps
    strangers : things that no box holds
    dopplers : what the radars say of the boxes of each path; empty where nobody asked or there are no scans
    """

    labels: Labels
    drive: Drive | None
    instants: NDArray[np.int64]
    egos: NDArray[np.float64]
    paths: tuple[Path, ...]
    sightings: tuple[Sightings, ...] = ()
    strangers: tuple[Stranger, ...] = ()
    dopplers: tuple[Dopplers, ...] = ()

    @property
    def in_world(self) -> bool:
        """Tell whether motion can be judged: boxes in the frame of a moving vehicle move with it."""
        return self.labels.frame == "world"

    def frame_of(self, timestamp_ns: int) -> int:
        """Number of the frame nearest to an instant."""
        right = int(np.clip(np.searchsorted(self.instants, timestamp_ns), 1, max(len(self.instants) - 1, 1)))
        if right >= len(self.instants):
            return 0
        left_ns, right_ns = (int(one) for one in self.instants[right - 1 : right + 1])
        return right if right_ns - timestamp_ns < timestamp_ns - left_ns else right - 1

    def rows_in(self, timestamps_ns: NDArray[np.int64]) -> NDArray[np.int64]:
        """Frames (N,) of instants, as `frame_of` has them."""
        return np.array([self.frame_of(int(time)) for time in timestamps_ns], np.int64)


def gather(
    labels: Labels, drive: Drive | None, *, with_points: bool, progress: Callable[[int, int], None] | None = None
) -> Evidence:
    """Work out what rules look at.

    Parameters
    ----------
    labels : Labels
    drive : the recording, or None
    with_points : read the sweeps, too
    progress : called with the number of instants read and of all instants

    Raises
    ------
    TimeRangeError
        When boxes in the ego frame lie outside the ego trajectory.
    ArgumentError
        When a category is not in the ontology.
    """
    trajectory = None if drive is None else drive.trajectory
    labels = labels_in_world(labels, trajectory)
    if drive is None:
        times = [track.timestamps_ns for track in labels.tracks]
        instants = np.unique(np.concatenate([np.zeros(0, np.int64), *times]))
    else:
        instants = np.unique(frame_timestamps_ns(drive))
    egos = _places(labels, drive, instants)
    paths = []
    for track in labels.tracks:
        if len(track):
            distances = np.hypot(*(track.cuboids.centers - _places(labels, drive, track.timestamps_ns))[:, :2].T)
            paths.append(path_of(track, labels.ontology[track.category], np.nan_to_num(distances)))
    known = Evidence(labels=labels, drive=drive, instants=instants, egos=egos, paths=tuple(paths))
    if drive is None or not with_points:
        return known
    if known.in_world:
        known = replace(known, dopplers=read_dopplers(paths, drive))
    if not drive.rig.of_kind("lidar"):
        return known
    clusters: list[Cluster] = []
    tracks = tuple(path.track for path in paths)
    sightings = scan(
        tracks,
        drive,
        velocities=[path.velocities for path in paths],
        also=lambda scene: clusters.extend(clusters_of(scene)),
        progress=progress,
    )
    return replace(known, sightings=sightings, strangers=tuple(joined(clusters)))


def _places(labels: Labels, drive: Drive | None, instants: NDArray[np.int64]) -> NDArray[np.float64]:
    """Where the ego vehicle was (N, 3) in the frame of the labels; NaN where that is not known."""
    if labels.frame == "ego":
        return np.zeros((len(instants), 3))
    places = np.full((len(instants), 3), np.nan)
    if drive is not None and drive.trajectory is not None:
        known = drive.trajectory.covers(instants)
        places[known] = drive.trajectory.sample(instants[known]).translations
    return places
