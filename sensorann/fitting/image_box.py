"""A cuboid from a 2D box on a camera picture: points seen through the box are clicked, and the best fit is kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import minimum_filter

from sensorann.errors import ArgumentError
from sensorann.fitting.clicking import MOST_APART_S, ClickedFit, chosen_lidar, into_world, sweep_near
from sensorann.fitting.proposing import Proposal, asked_categories, cuboid_from_click
from sensorann.geometry import Camera, Cuboid, Cuboids, Transform, outlines, rectangle_overlaps
from sensorann.geometry.arrays import as_array
from sensorann.scene import Drive, Ontology, Sweep, check_drive, default_ontology, sync

# An object covers the middle of its box: points in so much of its width and height are tried.
_MIDDLE = 0.6
# Points that follow each other in depth by less than this are one object; so many objects are tried, the fullest first.
_DEPTH_GAP, _MOST_TRIED = 1.0, 5
_FEWEST_POINTS = 3
_CELL, _CLEARANCE = 1.0, 0.3


def cuboid_from_image_box(
    drive: Drive,
    camera: str,
    box: ArrayLike,
    timestamp_ns: int,
    *,
    ontology: Ontology | None = None,
    category: str | None = None,
    lidar: str | None = None,
) -> ClickedFit:
    """Fit a cuboid to the object in a 2D box on a camera picture.

    The sweep nearest to the picture is looked at through the box. Points in its middle, grouped by depth, are clicked
    one after the other, and the cuboid whose outline in the picture matches the box best is the result; its confidence
    falls with the mismatch.

    Parameters
    ----------
    drive : Drive
    camera : name of the camera
    box : (4,) pixels: left, top, right, bottom
    timestamp_ns : instant on the drive; the nearest picture counts, with the ego pose at its own instant
    ontology : what there is, how large and how often; the common one when not given
    category : of the object, when it is known; guessed otherwise
    lidar : sensor whose sweep is used; the first one of the drive when not given

    Returns
    -------
    ClickedFit

    Raises
    ------
    ArgumentError
        When the box is none, lies outside of the picture, or shows no LiDAR points or none that can be fitted; when the
        category is not in the ontology, or no picture and sweep lie within a second of the instant.
    """
    check_drive(drive)
    lens, name = drive.rig.camera(camera), chosen_lidar(drive, lidar)
    wanted = _checked(box, lens, camera)
    known = default_ontology() if ontology is None else ontology
    asked_categories(known, category)
    image_ns = _image_ns(drive, camera, timestamp_ns)
    sweep = sweep_near(drive, name, image_ns)
    camera_from_ego = _camera_from_ego(drive, camera, image_ns=image_ns, sweep_ns=sweep.timestamp_ns)
    ego_from_sensor = drive.rig[name].ego_from_sensor
    best, best_match = None, 0.0
    x, y, z = np.isfinite(sweep.points).T
    finite = sweep.points[x & y & z]
    for seed in _seeds(ego_from_sensor.apply(finite), lens, camera_from_ego, wanted):
        try:
            found = cuboid_from_click(sweep, seed, known, category, ego_from_sensor=ego_from_sensor)
        except ArgumentError:
            continue  # a point of the road, or of something too large
        match = _match(found.cuboid, lens, camera_from_ego, wanted)
        if match > best_match:
            best, best_match = found, match
    if best is None:
        raise ArgumentError(f"the LiDAR points behind the box on {camera} belong to nothing that could be fitted")
    sure = replace(best, confidence=best.confidence * best_match)
    return ClickedFit(proposal=_in_world(drive, sure, sweep), lidar=name, timestamp_ns=sweep.timestamp_ns)


def _image_ns(drive: Drive, camera: str, timestamp_ns: int) -> int:
    """Instant of the nearest picture; the asked one where the drive came without the pictures."""
    times = drive.timestamps_ns(camera)
    return int(times[sync(drive, camera, timestamp_ns, max_offset_s=MOST_APART_S)]) if len(times) else timestamp_ns


def _checked(box: ArrayLike, lens: Camera, camera: str) -> NDArray[np.float64]:
    """Box (4,) cut to the picture."""
    wanted = as_array(box, (4,), np.float64, name="box", finite=True)
    if not (wanted[:2] < wanted[2:]).all():
        raise ArgumentError(
            f"a box is left, top, right, bottom with left < right and top < bottom, got {wanted.tolist()}"
        )
    width, height = lens.size
    cut = _cut(wanted, lens)
    if not (cut[:2] < cut[2:]).all():
        raise ArgumentError(f"the box {wanted.tolist()} lies outside of the picture of {camera}, {width} x {height} px")
    return cut


def _cut(box: NDArray[np.float64], lens: Camera) -> NDArray[np.float64]:
    borders = np.array([*lens.size, *lens.size]) - 0.5
    return np.asarray(np.clip(box, -0.5, borders))


def _camera_from_ego(drive: Drive, camera: str, *, image_ns: int, sweep_ns: int) -> Transform:
    """From the ego frame of the sweep into the camera at the instant of the picture."""
    camera_from_ego = drive.rig[camera].ego_from_sensor.inverse()
    if drive.trajectory is None:
        return camera_from_ego
    return camera_from_ego @ drive.trajectory.at(image_ns).inverse() @ drive.trajectory.at(sweep_ns)


def _seeds(
    points: NDArray[np.float64], lens: Camera, camera_from_ego: Transform, box: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Points (S, 3) to click, out of (N, 3): of each group in depth the one nearest to the middle of the box."""
    pixels = lens.project(points, camera_from_points=camera_from_ego)
    across, along = (np.abs(pixels - (box[:2] + box[2:]) / 2) / ((box[2:] - box[:2]) / 2)).T
    offsets = np.maximum(across, along)
    behind = np.flatnonzero(offsets <= 1.0)
    if len(behind) < _FEWEST_POINTS:
        raise ArgumentError("no LiDAR points lie behind the box")
    rows = behind[offsets[behind] <= _MIDDLE]
    if not len(rows):
        rows = behind
    standing = _standing(points, rows)
    rows = rows[standing] if standing.any() else rows
    depths = camera_from_ego.apply(points[rows])[:, 2]
    order = np.argsort(depths)
    groups = np.split(rows[order], np.flatnonzero(np.diff(depths[order]) > _DEPTH_GAP) + 1)
    fullest = sorted(groups, key=len, reverse=True)[:_MOST_TRIED]
    return np.stack([points[group[np.argmin(offsets[group])]] for group in fullest])


def _standing(points: NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which points (R,) stand well above the lowest point of the square metres around them: the road does not."""
    low = points[rows, :2].min(axis=0) - 2 * _CELL
    own = np.floor((points[rows, :2] - low) / _CELL).astype(np.int64)
    shape = own.max(axis=0) + 3
    (left, right), (x, y) = (low, low + shape * _CELL), points[:, :2].T
    around = points[(x >= left[0]) & (x < right[0]) & (y >= left[1]) & (y < right[1])]
    cells = np.minimum(np.floor((around[:, :2] - low) / _CELL).astype(np.int64), shape - 1)
    lowest = np.full(shape, np.inf)
    np.minimum.at(lowest, tuple(cells.T), around[:, 2])
    ground = minimum_filter(lowest, size=3)
    return np.asarray(points[rows, 2] > ground[tuple(own.T)] + _CLEARANCE)


def _match(cuboid: Cuboid, lens: Camera, camera_from_ego: Transform, box: NDArray[np.float64]) -> float:
    """Intersection over union of a box (4,) and the outline of a cuboid in the picture; 0 where it is not in sight."""
    pose = camera_from_ego @ cuboid.frame_from_cuboid
    seen = Cuboids(
        centers=pose.translation[None], sizes=np.array([cuboid.size]), rotations=pose.rotation[None], frame="camera"
    )
    return float(np.nan_to_num(rectangle_overlaps(outlines(seen, lens)[0], box)))


def _in_world(drive: Drive, proposal: Proposal, sweep: Sweep) -> Proposal:
    return proposal if drive.trajectory is None else into_world(proposal, drive.trajectory.at(sweep.timestamp_ns))
