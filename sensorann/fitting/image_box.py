"""A cuboid from a 2D box on a camera picture: points seen through the box are clicked, and the best fit is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.fitting.behind_box import seeds_behind
from sensorann.fitting.clicking import MOST_APART_S, ClickedFit, chosen_lidar, into_world, sweep_near
from sensorann.fitting.proposing import Proposal, asked_categories, cuboid_from_click
from sensorann.geometry import Camera, Cuboid, Cuboids, Transform, outlines, rectangle_overlaps
from sensorann.geometry.arrays import as_array
from sensorann.scene import Drive, Ontology, check_drive, default_ontology, sync

# A fit that matches so well is the object: of the other groups, only those in it or so near to it, metres, are tried.
_SURE_MATCH, _BESIDE = 0.75, 1.0
# And one that matches fairly is not questioned by groups of so small a share of its points.
_FAIR_MATCH, _FEW = 0.6, 0.1


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
    world_from_ego, camera_from_ego = _poses(drive, camera, image_ns=image_ns, sweep_ns=sweep.timestamp_ns)
    ego_from_sensor = drive.rig[name].ego_from_sensor
    seeds = seeds_behind(
        sweep.points, ego_from_sensor=ego_from_sensor, camera_from_ego=camera_from_ego, lens=lens, box=wanted
    )
    found = _best_of(
        seeds,
        fit=lambda seed: cuboid_from_click(sweep, seed, known, category, ego_from_sensor=ego_from_sensor),
        match=lambda cuboid: _match(cuboid, lens, camera_from_ego, wanted),
    )
    if found is None:
        raise ArgumentError(f"the LiDAR points behind the box on {camera} belong to nothing that could be fitted")
    proposal = found if world_from_ego is None else into_world(found, world_from_ego)
    return ClickedFit(proposal=proposal, lidar=name, timestamp_ns=sweep.timestamp_ns)


def _best_of(
    seeds: Iterable[tuple[NDArray[np.float64], int]],
    *,
    fit: Callable[[NDArray[np.float64]], Proposal],
    match: Callable[[Cuboid], float],
) -> Proposal | None:
    """Keep the fit that matches best, less sure by the mismatch; None where no seed (3,) of a group can be fitted."""
    best, best_match, n_best = None, 0.0, 0
    for seed, n_points in seeds:
        enough = _FAIR_MATCH if n_points < _FEW * n_best else _SURE_MATCH
        if best is not None and best_match > enough and not _beside(best.cuboid, seed):
            continue
        try:
            found = fit(seed)
        except ArgumentError:
            continue  # a point of the road, or of something too large
        found_match = match(found.cuboid)
        if found_match > best_match:
            best, best_match, n_best = found, found_match, n_points
    return None if best is None else replace(best, confidence=best.confidence * best_match)


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


def _poses(drive: Drive, camera: str, *, image_ns: int, sweep_ns: int) -> tuple[Transform | None, Transform]:
    """`world_from_ego` of the sweep where that is known, and from there into the camera when it took the picture."""
    camera_from_ego = drive.rig[camera].ego_from_sensor.inverse()
    if drive.trajectory is None:
        return None, camera_from_ego
    world_from_ego = drive.trajectory.sample([image_ns, sweep_ns])
    return world_from_ego[1], camera_from_ego @ world_from_ego[0].inverse() @ world_from_ego[1]


def _beside(cuboid: Cuboid, seed: NDArray[np.float64]) -> bool:
    """Whether a point (3,) lies in a box or right beside it, and so may be of the same object."""
    local = cuboid.frame_from_cuboid.inverse().apply(seed)
    return bool((np.abs(local) <= np.asarray(cuboid.size) / 2 + _BESIDE).all())


def _match(cuboid: Cuboid, lens: Camera, camera_from_ego: Transform, box: NDArray[np.float64]) -> float:
    """Intersection over union of a box (4,) and the outline of a cuboid in the picture; 0 where it is not in sight."""
    pose = camera_from_ego @ cuboid.frame_from_cuboid
    seen = Cuboids(
        centers=pose.translation[None], sizes=np.array([cuboid.size]), rotations=pose.rotation[None], frame="camera"
    )
    return float(np.nan_to_num(rectangle_overlaps(outlines(seen, lens)[0], box)))
