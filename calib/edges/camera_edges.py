"""A camera's direction refined without targets: outlines in the sweeps must lie on edges of the pictures.

After J. Levinson and S. Thrun (2013). Only the direction is told well by things at 4 to 60 m; the place is kept, and
the roll nearly so, for upright edges hardly tell it. Nothing is trusted that is not a peak: the share of outlines on
edges is compared with that of a camera turned by half a degree either way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calib.edges.sensitivity import covariance_of_choices
from calib.edges.turning import GATES, KNOWN, REPEATED, rows_of, share_on_edges, turned_onto_edges
from calib.edges.views import View, read_views
from calib.estimation.scatter import sandwich
from calib.estimation.tangent import rotation_from_vector
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.geometry import Camera, Transform
from sensorann.scene import Drive

# Pixels within which an outline is near an edge, in a wide look around the rig's direction.
_LOOK_PX, _LOOK_REACH, _LOOK_STEPS = 6.0, np.deg2rad(1.5), 21
_AROUND = np.deg2rad(0.5)
# A rig that is off by more leaves the true peak out of that look, and some lesser one in it.
_FAR = np.deg2rad(np.arange(1.8, 6.1, 0.3))
PROFILE = np.deg2rad(np.linspace(-1.5, 1.5, 31))
LEAST_PEAK = 1.1
AXES = ("x (pitch)", "y (yaw)", "z (roll)")
_TOLD = (0, 1)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class CameraTurn:
    """How a camera looks otherwise than its rig says.

    Attributes
    ----------
    camera : name
    ego_from_sensor : its pose, turned; the place is the rig's
    turn, sigmas : (3,) radians about x, y, z of the camera, and their standard deviations over pictures, what counts
        as an edge, and parts of the pictures; what was known before where the edges tell nothing
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
        When no picture has a sweep of its time, too few outlines fall into the pictures, or the rig is off too far.
    """
    sensor, lens = drive.rig[camera], drive.rig.camera(camera)
    views = read_views(drive, camera, lidar, n_pictures, progress)
    turn = turned_onto_edges(views, lens, _looked_around(views, lens))
    _refuse_far(views, lens, turn)
    rows, pictures = rows_of(views, lens, turn, GATES[-1])
    covariance = _covariance(rows, pictures) + covariance_of_choices(views, lens, turn)
    share = share_on_edges(views, lens, turn)
    peaks = np.array(
        [share / np.mean([share_on_edges(views, lens, turn + side) for side in _sides(k)]) for k in range(3)]
    )
    return CameraTurn(
        camera=camera,
        ego_from_sensor=sensor.ego_from_sensor @ Transform(rotation_from_vector(turn).T, np.zeros(3)),
        turn=-turn,
        # Where there is no peak the edges' own curvature means nothing.
        sigmas=np.where(peaks < LEAST_PEAK, np.sqrt(1.0 / np.diag(KNOWN)), np.sqrt(np.diag(covariance))),
        share_before=share_on_edges(views, lens, np.zeros(3)),
        share=share,
        peaks=peaks,
        profiles=np.array(
            [[share_on_edges(views, lens, turn + angle * axis) for angle in PROFILE] for axis in np.eye(3)], np.float64
        ),
        views=tuple(views),
        n_points=len(rows),
        warnings=tuple(_doubts(peaks, share, share_on_edges(views, lens, np.zeros(3)))),
    )


def _covariance(rows: Floats, pictures: NDArray[np.intp]) -> Floats:
    """Covariance (3, 3) of a turn over pictures."""
    scatter = float(np.sqrt(np.average(rows[:, 3] ** 2, weights=rows[:, 4])))
    whitened = rows[:, :4] / scatter
    information = (whitened[:, :3] * rows[:, 4:5]).T @ whitened[:, :3] + KNOWN
    pulls = whitened[:, :3] * (rows[:, 4] * whitened[:, 3])[:, None]
    return sandwich(information, pulls, pictures, known=KNOWN, alone=REPEATED)


def _looked_around(views: Sequence[View], lens: Camera) -> Floats:
    """Try pitches and yaws around the rig's: the best turn (3,)."""
    angles = np.linspace(-_LOOK_REACH, _LOOK_REACH, _LOOK_STEPS)
    turns = np.stack([*np.meshgrid(angles, angles), np.zeros((_LOOK_STEPS, _LOOK_STEPS))], axis=2).reshape(-1, 3)
    return np.asarray(max(turns, key=lambda turn: share_on_edges(views, lens, turn, gate=_LOOK_PX)))


def _refuse_far(views: Sequence[View], lens: Camera, turn: Floats) -> None:
    """Refuse a turn that left where it was looked for, or beside which one that is far from the rig fits better."""
    aside = [side * angle * np.eye(3)[axis] for axis in _TOLD for side in (-1.0, 1.0) for angle in _FAR]
    here, *far = (share_on_edges(views, lens, one, gate=_LOOK_PX) for one in (turn, *aside))
    if np.abs(turn[:2]).max() > _LOOK_REACH or max(far) > LEAST_PEAK * here:
        raise CalibrationError(
            f"outlines lie on edges best more than {np.rad2deg(_LOOK_REACH):g} deg from where the rig says that the "
            "camera looks: the rig is wrong of it or of the LiDAR, or there is too little to see: give a better rig"
        )


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
