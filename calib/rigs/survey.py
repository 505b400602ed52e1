"""A rig checked on an ordinary drive, without targets and without labels: each sensor by what its own kind sees.

Cameras by outlines of a LiDAR on edges of their pictures, LiDARs by surfaces that both see, radars by the Doppler of
the static world. Every way has errors of its own that do not average out: only what exceeds them is called moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from calib.edges.camera_edges import AXES as CAMERA_AXES
from calib.edges.camera_edges import LEAST_PEAK, refine_camera
from calib.estimation.tangent import AXES, difference
from calib.lidars.drive import calibrate_lidars_of_drive
from calib.radars.radar_ego import calibrate_radar_ego
from sensorann.errors import CalibrationError, MissingDataError
from sensorann.geometry.rotations import wrap_angle
from sensorann.scene import Drive

Verdict = Literal["as the rig says", "moved", "not told"]
# A lens or beams that are off move all outlines and surfaces of a drive alike: below this nothing is called moved.
LEAST_TURN, LEAST_SHIFT = np.deg2rad(0.5), 0.1
_SIGMAS = 3.0
_NOTHING_SHOWS = "no axis shows in what it sees: too little to see, or off by more than is looked for"


@dataclass(frozen=True, slots=True)
class Axis:
    """By how much one axis is off from what the rig says, radians or metres.

    A camera's turn is about its own axes, that of a LiDAR or radar about those of the frame that it is compared in.
    """

    name: str
    off: float
    sigma: float

    @property
    def is_place(self) -> bool:
        """Tell metres from radians."""
        return self.name in AXES[3:]

    @property
    def moved(self) -> bool:
        """Tell whether it is off by three sigmas, and by more than such a comparison is good for."""
        return abs(self.off) > max(LEAST_SHIFT if self.is_place else LEAST_TURN, _SIGMAS * self.sigma)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a drive says of one sensor of its rig.

    Attributes
    ----------
    sensor, by : its name, and what it was compared by
    axes : those that are told
    reason : why none is
    beside : name of the LiDAR that it was compared with, none of Doppler
    """

    sensor: str
    by: str
    axes: tuple[Axis, ...] = ()
    reason: str = ""
    beside: str = ""

    @property
    def verdict(self) -> Verdict:
        """Say whether any axis has moved."""
        if not self.axes:
            return "not told"
        return "moved" if any(axis.moved for axis in self.axes) else "as the rig says"


def survey_rig(
    drive: Drive, *, only: str | None = None, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> tuple[Checked, ...]:
    """Check the sensors of a rig.

    Parameters
    ----------
    drive : Drive
    only : name of one sensor; all where None
    progress : called with the sensors done and their number

    Raises
    ------
    CalibrationError
        When there is nothing to compare them with.
    """
    if only is not None:
        drive.rig[only]
    checks = [check for check in _checks(drive) if only in (None, check[0])]
    if not checks:
        raise CalibrationError(
            f"{only or drive.name} has no LiDAR beside another LiDAR or a camera, and no radar: nothing can be "
            "compared without --labels"
        )
    checked = []
    for done, (sensor, beside, by, way) in enumerate(checks):
        progress(done, len(checks))
        try:
            axes = way()
            checked.append(Checked(sensor, by, axes, "" if axes else _NOTHING_SHOWS, beside))
        except (CalibrationError, MissingDataError) as error:
            checked.append(Checked(sensor, by, reason=str(error), beside=beside))
    return tuple(checked)


def doubts_of_survey(checked: Sequence[Checked]) -> tuple[str, ...]:
    """Say of which LiDAR it may be that has moved: one of two or more sensors that have all moved beside it."""
    verdicts: dict[str, list[Verdict]] = {}
    for one in checked:
        if one.beside and one.axes:
            verdicts.setdefault(one.beside, []).append(one.verdict)
    moved = [name for name, said in verdicts.items() if len(said) > 1 and set(said) == {"moved"}]
    return tuple(f"all that {name} was compared with has moved: it may be {name} that did" for name in moved)


def _checks(drive: Drive) -> Iterator[tuple[str, str, str, Callable[[], tuple[Axis, ...]]]]:
    lidars = [sensor.name for sensor in drive.rig.of_kind("lidar")]
    for name in lidars[1:]:
        yield name, lidars[0], f"surfaces that {lidars[0]} sees", partial(_lidar, drive, name, lidars[0])
    for camera in drive.rig.of_kind("camera") if lidars else ():
        yield camera.name, lidars[0], f"outlines of {lidars[0]}", partial(_camera, drive, camera.name, lidars[0])
    for radar in drive.rig.of_kind("radar"):
        yield radar.name, "", "Doppler of the static world", partial(_radar, drive, radar.name)


def _camera(drive: Drive, sensor: str, lidar: str) -> tuple[Axis, ...]:
    found = refine_camera(drive, sensor, lidar)
    # A turn that fits the edges no better is none; roll is held to the rig and told by nothing.
    turn = found.turn if found.share > found.share_before else np.zeros(3)
    columns = zip(CAMERA_AXES[:2], turn.tolist(), found.sigmas.tolist(), found.peaks.tolist(), strict=False)
    return tuple(Axis(name, off, sigma) for name, off, sigma, peak in columns if peak >= LEAST_PEAK)


def _lidar(drive: Drive, sensor: str, beside: str) -> tuple[Axis, ...]:
    found = calibrate_lidars_of_drive(drive, sensor, beside)
    rig = drive.rig[beside].ego_from_sensor.inverse() @ drive.rig[sensor].ego_from_sensor
    off, sigmas = difference(found.target_from_source, rig), np.sqrt(np.diag(found.covariance))
    columns = zip(AXES, off.tolist(), sigmas.tolist(), strict=True)
    return tuple(Axis(name, off, sigma) for name, off, sigma in columns if name not in found.seen.weak_axes)


def _radar(drive: Drive, sensor: str) -> tuple[Axis, ...]:
    found = calibrate_radar_ego(drive, sensor)
    return (Axis("yaw", float(wrap_angle(found.yaw - found.rig_pose.yaw)), float(found.sigmas[0])),)
