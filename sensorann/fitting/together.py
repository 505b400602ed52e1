"""All frames of one object fitted together: one size, from the frames that show each edge best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import TimeRangeError
from sensorann.fitting.clicking import chosen_lidar
from sensorann.fitting.readings import place
from sensorann.fitting.refining import refine_cuboid
from sensorann.fitting.silhouettes import View
from sensorann.fitting.size_belief import Extent, joint_size
from sensorann.geometry import Cuboid, Cuboids, Transform
from sensorann.geometry.rotations import rotations_from_yaws, wrap_angle
from sensorann.scene import (
    Drive,
    Motion,
    Ontology,
    Source,
    Track,
    at_one_instant,
    check_drive,
    default_ontology,
    nearest_indices,
)

# A frame has its own sweep; points so far beside a box are still the object's, and so far above its bottom.
_SAME_INSTANT_NS, _MARGIN, _CLEARANCE = 60_000_000, 0.25, 0.2
_FEWEST_POINTS, _OUTLIERS = 12, 0.01
# Frames with this share of the most points count as the best seen; with so many points a place is half trusted.
_BEST_SHARE, _HALF_TRUST = 0.5, 60.0
# An object whose boxes all lie this near to their middle stands still; a hand errs so much more where no point helps.
_STILL, _DRAWN_BESIDE = 0.35, 0.3


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Glimpse:
    """What one frame shows of an object.

    Attributes
    ----------
    row : of the track
    cuboid : the box, moved onto its points
    extent : what the points span along its axes, around its centre
    n_points : their number
    """

    row: int
    cuboid: Cuboid
    extent: Extent
    n_points: int


def fit_together(
    drive: Drive,
    track: Track,
    *,
    ontology: Ontology | None = None,
    static: bool | None = None,
    lidar: str | None = None,
) -> Track:
    """Fit the boxes of a track on the points of all its frames.

    Each box is moved onto the points of its own frame. Every frame then says how long each edge is, whole where it is
    seen from end to end and at least so much where it is not; with the spread of the category that gives one size. It
    is laid behind the faces that each frame sees. Boxes of an object that stands still become one, the mean by the
    numbers of points.

    Parameters
    ----------
    drive : Drive
    track : boxes in the world frame, or in the ego frame where the drive has no ego poses; of any source
    ontology : the categories; the common ones when not given
    static : whether the object stands still; judged by its boxes when not given
    lidar : sensor whose sweeps are used; the first one of the drive when not given

    Returns
    -------
    Track
        The boxes of frames with enough points have the source `fitted`; the others only get the size, and those of an
        object that stands still its place. Where no frame has enough points, the track as it was.

    Raises
    ------
    ArgumentError
        When the drive has no such LiDAR, or the category is not in the ontology.
    """
    check_drive(drive)
    name = chosen_lidar(drive, lidar)
    known = default_ontology() if ontology is None else ontology
    found = (_glimpse(drive, track, row, lidar=name) for row in range(len(track)))
    glimpses = [glimpse for glimpse in found if glimpse is not None]
    if not glimpses:
        return track
    drawn = np.median(track.cuboids.sizes, axis=0)
    enough = _BEST_SHARE * max(glimpse.n_points for glimpse in glimpses)
    best = [glimpse.extent for glimpse in glimpses if glimpse.n_points >= enough]
    size = joint_size(best, known[track.category], drawn)
    poses = [_pose(glimpse, size) for glimpse in glimpses]
    still = _stands_still(track, glimpses, known[track.category].motion) if static is None else static
    centers, yaws = track.cuboids.centers.copy(), track.cuboids.yaws.copy()
    # Unseen boxes keep their place on the ground: the bottom stays, not the centre.
    centers[:, 2] += (size[2] - track.cuboids.sizes[:, 2]) / 2
    rows = np.array([glimpse.row for glimpse in glimpses])
    centers[rows], yaws[rows] = [pose.translation for pose in poses], [pose.yaw for pose in poses]
    if still:
        centers[:], yaws[:] = _mean_pose(poses, np.array([glimpse.n_points for glimpse in glimpses], np.float64))
    fitted = np.arange(len(track)) if still else rows
    sources, sigmas = track.sources.copy(), track.sigmas.copy()
    sources[fitted], sigmas[fitted] = Source.FITTED, np.nan
    boxes = Cuboids(
        centers=centers,
        sizes=np.tile(size, (len(track), 1)),
        rotations=rotations_from_yaws(yaws),
        frame=track.cuboids.frame,
    )
    return replace(track, cuboids=boxes, sources=sources, sigmas=sigmas)


def _glimpse(drive: Drive, track: Track, row: int, *, lidar: str) -> Glimpse | None:
    """Look at one frame of a track; None where it has no sweep of its own, or too few points."""
    time_ns, times = int(track.timestamps_ns[row]), drive.timestamps_ns(lidar)
    if not len(times):
        return None
    index = int(nearest_indices(times, [time_ns])[0])
    if abs(int(times[index]) - time_ns) > _SAME_INSTANT_NS:
        return None
    sweep = drive.sweep(lidar, index)
    try:
        frame_from_ego = Transform.identity() if drive.trajectory is None else drive.trajectory.at(sweep.timestamp_ns)
    except TimeRangeError:
        return None
    ego_from_sensor = drive.rig[lidar].ego_from_sensor
    sweep = at_one_instant(sweep, ego_from_sensor=ego_from_sensor, trajectory=drive.trajectory)
    pose = frame_from_ego @ ego_from_sensor
    box = refine_cuboid(sweep, track.cuboids.record(row), frame_from_sensor=pose).cuboid
    view = View.toward(box.center, sweep.points, frame_from_points=pose, sensor=pose.translation)
    into_box = box.frame_from_cuboid.inverse() @ pose
    local = into_box.apply(sweep.points)
    half = np.asarray(box.size) / 2
    reach = half + _MARGIN
    inside = (np.abs(local) <= reach).all(axis=1) & (local[:, 2] > _CLEARANCE - half[2])
    if inside.sum() < _FEWEST_POINTS:
        return None
    own = local[inside]
    ordered, rank = np.sort(own, axis=0), int(_OUTLIERS * len(own))
    extent = Extent(
        low=ordered[rank, :2],
        high=ordered[-1 - rank, :2],
        sensor=into_box.translation[:2],
        height=float(ordered[-1 - rank, 2] + half[2]),
        ends=view.ends(box.frame_from_cuboid.apply(own), bottom=float(box.center[2] - half[2])),
    )
    return Glimpse(row=row, cuboid=box, extent=extent, n_points=len(own))


def _pose(glimpse: Glimpse, size: NDArray[np.float64]) -> Transform:
    """Pose of the box of known size behind the faces of one frame, on the ground of its box."""
    # Few points end well inside of the faces: then the middle of the drawn box says as much.
    trust = glimpse.n_points / (glimpse.n_points + _HALF_TRUST)
    offset = trust * place(glimpse.extent, size[:2])
    lift = (size[2] - glimpse.cuboid.size[2]) / 2
    return glimpse.cuboid.frame_from_cuboid @ Transform(np.eye(3), np.append(offset, lift))


def _stands_still(track: Track, glimpses: Sequence[Glimpse], motion: Motion) -> bool:
    """Tell whether all boxes lie near their middle: those that were moved onto points, and the others as drawn.

    People never do: who waits shifts his weight, and who walks slowly gets no farther in a second.
    """
    if motion is Motion.PEDESTRIAN or len(glimpses) < 2:
        return False
    centers, reach = track.cuboids.centers[:, :2].copy(), np.full(len(track), _STILL + _DRAWN_BESIDE)
    rows = [glimpse.row for glimpse in glimpses]
    centers[rows], reach[rows] = [glimpse.cuboid.center[:2] for glimpse in glimpses], _STILL
    middle = np.median(centers[rows], axis=0)
    return bool((np.linalg.norm(centers - middle, axis=1) < reach).all())


def _mean_pose(poses: Sequence[Transform], weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Centre (3,) and yaw of poses, weighted; headings that point the other way count turned round."""
    centers = np.array([pose.translation for pose in poses])
    yaws = np.array([pose.yaw for pose in poses])
    turns = wrap_angle(yaws - yaws[np.argmax(weights)])
    # A line has no front: the double angle averages lines.
    line = np.arctan2((weights * np.sin(2 * turns)).sum(), (weights * np.cos(2 * turns)).sum()) / 2
    yaw = float(wrap_angle(yaws[np.argmax(weights)] + line))
    return np.asarray(np.average(centers, axis=0, weights=weights)), yaw
