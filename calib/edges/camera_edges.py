"""A camera's direction refined without targets: outlines in the sweeps must lie on edges of the pictures.

After J. Levinson and S. Thrun (2013). Only the direction is told well by things at 4 to 60 m; the place is kept, and
the roll nearly so, for upright edges hardly tell it. Nothing is trusted that is not a peak: the share of outlines on
edges is compared with that of a camera turned by half a degree either way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from calib.edges.edges import edge_distances, edge_points
from calib.estimation.scatter import sandwich
from calib.estimation.tangent import cross_matrices, rotation_from_vector, vector_from_rotation
from calib.lenses.models import lens_parameters, project_with_derivatives
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.geometry import Camera, Transform
from sensorann.scene import Drive, nearest_indices

# Pixels within which an outline is near an edge: a wide look around the rig's direction, then finer and finer.
_LOOK_PX, _LOOK_REACH, _LOOK_STEPS = 6.0, np.deg2rad(1.5), 21
_GATES = (6.0, 5.0, 4.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0)
_SAME_TIME_NS = 100_000_000
_LEAST_EDGES = 300
_AROUND = np.deg2rad(0.5)
PROFILE = np.deg2rad(np.linspace(-1.5, 1.5, 31))
LEAST_PEAK = 1.1
# Outlines of one thing say the same.
_REPEATED = 5.0
_MARGIN = 2
# How well a rig is known before: pitch and yaw to a degree, roll to a fifth.
_KNOWN = np.diag(1.0 / np.deg2rad([1.0, 1.0, 0.2]) ** 2)
AXES = ("x (pitch)", "y (yaw)", "z (roll)")
_TOLD = (0, 1)


@dataclass(frozen=True, eq=False, slots=True)
class View:
    """One picture, and outlines of the same instant.

    Attributes
    ----------
    number : of the picture in the drive
    distances : (height, width) pixels to the nearest edge
    points : (N, 3), metres, in the frame of the camera as the rig places it
    """

    number: int
    distances: NDArray[np.float32]
    points: Floats


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class CameraTurn:
    """How a camera looks otherwise than its rig says.

    Attributes
    ----------
    camera : name
    ego_from_sensor : its pose, turned; the place is the rig's
    turn, sigmas : (3,) radians about x, y, z of the camera, and their standard deviations over pictures, or what was
        known before where the edges tell nothing
    share_before, share : of outlines within a few pixels of an edge, by the rig and as found
    peaks : (3,) that share over the share half a degree to either side, about each axis; 1 tells nothing
    profiles : (3, K) that share when turned farther about each axis by the angles of PROFILE
    views : pictures and outlines compared
    n_points : outlines near edges
    warnings : sentences, empty when nothing is in doubt
    """

    camera: str
    ego_from_sensor: Transform
    turn: Floats
    sigmas: Floats
    share_before: float
    share: float
    peaks: Floats
    profiles: Floats
    views: tuple[View, ...]
    n_points: int
    warnings: tuple[str, ...]

    @property
    def n_pictures(self) -> int:
        """Count the pictures."""
        return len(self.views)


def refine_camera(
    drive: Drive,
    camera: str,
    lidar: str,
    *,
    n_pictures: int = 8,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> CameraTurn:
    """Refine where a camera looks by the outlines that a LiDAR sees.

    Parameters
    ----------
    drive : its rig is right within a degree or two
    camera, lidar : names of the sensors
    n_pictures : spread over the drive
    progress : called with the pictures read and their number

    Raises
    ------
    CalibrationError
        When no picture has a sweep of its time, or too few outlines fall into the pictures.
    """
    sensor, lens = drive.rig[camera], drive.rig.camera(camera)
    views = _views(drive, camera, lidar, n_pictures, progress)
    turn = _looked_around(views, lens)
    for gate in _GATES:
        rows, _ = _rows(views, lens, turn, gate)
        if len(rows) < _LEAST_EDGES:
            raise CalibrationError(
                f"{len(rows)} outlines of {lidar} fall near edges of {camera}, {_LEAST_EDGES} are needed: take more "
                "pictures, by day, of a street with poles, cars and houses"
            )
        weighted = rows[:, :3] * rows[:, 4:5]
        held = _KNOWN * _REPEATED * gate**2
        step = -np.linalg.solve(weighted.T @ rows[:, :3] + held, weighted.T @ rows[:, 3] + held @ turn)
        turn = vector_from_rotation(rotation_from_vector(step) @ rotation_from_vector(turn))
    rows, pictures = _rows(views, lens, turn, _GATES[-1])
    scatter = float(np.sqrt(np.average(rows[:, 3] ** 2, weights=rows[:, 4])))
    whitened = rows[:, :4] / scatter
    information = (whitened[:, :3] * rows[:, 4:5]).T @ whitened[:, :3] + _KNOWN
    pulls = whitened[:, :3] * (rows[:, 4] * whitened[:, 3])[:, None]
    covariance = sandwich(information, pulls, pictures, known=_KNOWN, alone=_REPEATED)
    share = _share(views, lens, turn)
    peaks = np.array([share / np.mean([_share(views, lens, turn + side) for side in _sides(k)]) for k in range(3)])
    return CameraTurn(
        camera=camera,
        ego_from_sensor=sensor.ego_from_sensor @ Transform(rotation_from_vector(turn).T, np.zeros(3)),
        turn=-turn,
        # Where there is no peak the edges' own curvature means nothing.
        sigmas=np.where(peaks < LEAST_PEAK, np.sqrt(1.0 / np.diag(_KNOWN)), np.sqrt(np.diag(covariance))),
        share_before=_share(views, lens, np.zeros(3)),
        share=share,
        peaks=peaks,
        profiles=np.array(
            [[_share(views, lens, turn + angle * axis) for angle in PROFILE] for axis in np.eye(3)], np.float64
        ),
        views=tuple(views),
        n_points=len(rows),
        warnings=tuple(_doubts(peaks, share, _share(views, lens, np.zeros(3)))),
    )


def _views(drive: Drive, camera: str, lidar: str, n_pictures: int, progress: Callable[[int, int], None]) -> list[View]:
    times, sweeps = drive.timestamps_ns(camera), drive.timestamps_ns(drive.rig.ranging(lidar).name)
    nearest = nearest_indices(sweeps, times) if len(sweeps) else np.zeros(len(times), np.intp)
    usable = [i for i in range(len(times)) if len(sweeps) and abs(int(sweeps[nearest[i]] - times[i])) < _SAME_TIME_NS]
    if not usable:
        raise CalibrationError(f"no picture of {camera} was taken within a tenth of a second of a sweep of {lidar}")
    camera_from_ego = drive.rig[camera].ego_from_sensor.inverse()
    views = []
    chosen = [usable[i] for i in np.unique(np.linspace(0, len(usable) - 1, n_pictures).round().astype(int))]
    for done, i in enumerate(chosen):
        progress(done, len(chosen))
        sweep = drive.sweep(lidar, int(nearest[i]))
        instants = np.array([int(times[i]), sweep.timestamp_ns])
        moved = Transform.identity()
        if drive.trajectory is not None and drive.trajectory.covers(instants).all():
            moved = drive.trajectory.at(int(instants[0])).inverse() @ drive.trajectory.at(int(instants[1]))
        camera_from_lidar = camera_from_ego @ moved @ drive.rig[lidar].ego_from_sensor
        outlines = camera_from_lidar.apply(edge_points(sweep.points.astype(np.float64)))
        views.append(View(i, edge_distances(drive.image(camera, i)), outlines))
    return views


def _rows(views: Sequence[View], lens: Camera, turn: Floats, gate: float) -> tuple[Floats, NDArray[np.intp]]:
    """Rows (N, 5): derivatives of the distance by a further turn, the distance, its weight; and the picture of each."""
    parts, numbers = [], []
    for number, view in enumerate(views):
        points, pixels = _imaged(view, lens, turn)
        distance = _at(view.distances, pixels)
        sides = [_at(view.distances, pixels + sign * step) for step in np.eye(2) for sign in (0.5, -0.5)]
        slope = np.stack([sides[0] - sides[1], sides[2] - sides[3]], axis=1)
        _, by_points, _ = project_with_derivatives(points, lens_parameters(lens), model=lens.model)
        by_turn = np.einsum("ni,nij,njk->nk", slope, by_points, -cross_matrices(points))
        weight = np.exp(-0.5 * (distance / gate) ** 2)
        near = distance < 3 * gate
        parts.append(np.column_stack([by_turn, distance, weight])[near])
        numbers.append(np.full(int(near.sum()), number, np.intp))
    return np.concatenate(parts), np.concatenate(numbers)


def _imaged(view: View, lens: Camera, turn: Floats) -> tuple[Floats, Floats]:
    """Points that fall well into the picture, and their pixels."""
    points = view.points @ rotation_from_vector(turn).T
    pixels = lens.project(points)
    height, width = view.distances.shape
    inside = (pixels >= _MARGIN).all(axis=1) & (pixels < [width - 1 - _MARGIN, height - 1 - _MARGIN]).all(axis=1)
    return points[inside], pixels[inside]


def _at(distances: NDArray[np.float32], pixels: Floats) -> Floats:
    u, v = pixels.astype(np.float32).T
    # OpenCV maps at most 32,767 columns: pixels are laid out in rows of a thousand.
    n = len(u)
    rows = max(-(-n // 1000), 1)
    padded = [np.pad(part, (0, rows * 1000 - n)).reshape(rows, 1000) for part in (u, v)]
    sampled = cv2.remap(distances, padded[0], padded[1], cv2.INTER_LINEAR)
    return np.asarray(sampled.ravel()[:n], np.float64)


def _looked_around(views: Sequence[View], lens: Camera) -> Floats:
    """Try pitches and yaws around the rig's: the best turn (3,)."""
    angles = np.linspace(-_LOOK_REACH, _LOOK_REACH, _LOOK_STEPS)
    turns = np.stack([*np.meshgrid(angles, angles), np.zeros((_LOOK_STEPS, _LOOK_STEPS))], axis=2).reshape(-1, 3)
    return np.asarray(max(turns, key=lambda turn: _share(views, lens, turn, gate=_LOOK_PX)))


def _share(views: Sequence[View], lens: Camera, turn: Floats, *, gate: float = _GATES[-1]) -> float:
    """Share of outlines on edges, those within a few pixels counting by how near they are."""
    distances = np.concatenate([_at(view.distances, _imaged(view, lens, turn)[1]) for view in views])
    return float(np.exp(-0.5 * (distances / gate) ** 2).mean()) if len(distances) else 0.0


def _sides(axis: int) -> list[Floats]:
    return [side * _AROUND * np.eye(3)[axis] for side in (-1.0, 1.0)]


def _doubts(peaks: Floats, share: float, before: float) -> list[str]:
    doubts = []
    flat = [AXES[k] for k in _TOLD if peaks[k] < LEAST_PEAK]
    if flat:
        doubts.append(f"edges do not tell the turn about {' and '.join(flat)}: half a degree either way fits as well")
    if share < before:
        doubts.append("the rig fits the edges better than what was found: keep it")
    return doubts
