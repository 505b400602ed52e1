"""Where a radar points, from the Doppler of the static world on an ordinary drive.

On a straight road the radar's own velocity shows its yaw; in bends the lever arm adds the yaw rate times its place.
Roll, pitch and height leave no trace in the plane of the radar. A radar whose clock is late by dt seems to sit farther
forward or back by the speed times dt: trust x no more than the clocks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from calib.radars.doppler import own_velocity
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.geometry import Trajectory, Transform
from sensorann.geometry.rotations import rotations_from_yaws, wrap_angle, yaws_from_rotations
from sensorann.scene import Drive

LEAST_SPEED = 5.0
_LEAST_SCANS = 20
_HALF_SPAN_NS = 100_000_000
# Errors of neighbouring scans are alike: blocks of two seconds are drawn as a whole.
_BLOCK_S = 2.0
_RESAMPLES = 400
_CAUCHY_CHI2 = 4.0
_WEAK_SIGMA = 0.2
# A rig is measured by tape: in a bend of constant curvature yaw and x look alike, and only this tells them apart.
_HELD = np.diag([0.0, 1.0, 1.0]) / 0.3**2


@dataclass(frozen=True, eq=False, slots=True)
class Scans:
    """What single scans tell.

    Attributes
    ----------
    times_s : (N,) from the first scan of the drive
    measured, whitenings : (N, 2) velocities of the radar in its own frame, m/s, and (N, 2, 2) of their noise
    ego, yaw_rates : (N, 2) velocities of the ego vehicle in its own plane, m/s, and (N,) radians a second
    """

    times_s: Floats
    measured: Floats
    whitenings: Floats
    ego: Floats
    yaw_rates: Floats

    def velocities_at(self, place: Floats) -> Floats:
        """Velocities (N, 2) of a place (2,) on the vehicle, in the ego frame: v + w x t."""
        x, y = place
        return np.asarray(self.ego + np.stack([-self.yaw_rates * y, self.yaw_rates * x], axis=1))


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class RadarEgo:
    """Yaw and place of a radar in the ego frame.

    Attributes
    ----------
    sensor : name of the radar
    yaw : radians
    place : (2,) x and y, metres
    sigmas : (3,) of yaw, x and y, by a block bootstrap, and 0.3 m of doubt about the place in the rig
    rig_pose : ego_from_sensor as the rig says
    n_scans : of the drive
    scans, residuals : those fast and rich enough, and (N, 2) what is left of each, whitened
    warnings : sentences, empty when nothing is in doubt
    """

    sensor: str
    yaw: float
    place: Floats
    sigmas: Floats
    rig_pose: Transform
    n_scans: int
    scans: Scans
    residuals: Floats
    warnings: tuple[str, ...]

    @property
    def n_used(self) -> int:
        """Count the scans that are fast and rich enough."""
        return len(self.scans.times_s)

    @property
    def ego_from_sensor(self) -> Transform:
        """The pose of the rig with yaw, x and y as found; of the rest Doppler says nothing."""
        turn = rotations_from_yaws(self.yaw - self.rig_pose.yaw)
        return Transform(turn @ self.rig_pose.rotation, np.append(self.place, self.rig_pose.translation[2]))


def calibrate_radar_ego(
    drive: Drive, sensor: str, *, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> RadarEgo:
    """Estimate the yaw and place of a radar from a drive.

    Parameters
    ----------
    drive : with an ego trajectory and radar scans that have Doppler
    sensor : name of the radar
    progress : called with the scans done and their number

    Raises
    ------
    CalibrationError
        When the sensor is no radar, the drive has no ego trajectory, the scans no Doppler, or too few are fast enough.
    """
    rig_pose = drive.rig[sensor].ego_from_sensor
    if drive.rig[sensor].kind != "radar":
        raise CalibrationError(f"{sensor} is a {drive.rig[sensor].kind}: name a radar")
    if drive.trajectory is None:
        raise CalibrationError(f"{drive.name} has no ego trajectory to compare the radar with")
    n_scans = len(drive.timestamps_ns(sensor))
    scans = _read(drive, drive.trajectory, sensor, progress)
    n_used = len(scans.yaw_rates)
    if n_used < _LEAST_SCANS:
        raise CalibrationError(
            f"{n_used} of {n_scans} scans of {sensor} show the static world at {LEAST_SPEED:g} m/s or more, "
            f"{_LEAST_SCANS} are needed: take a faster or longer drive"
        )
    start = np.array([_turned_to_fit(scans), *rig_pose.translation[:2]])
    found = _fit(scans, start, np.ones(n_used))
    sigmas = _sigmas(scans, found)
    return RadarEgo(
        sensor=sensor,
        yaw=float(wrap_angle(found[0])),
        place=found[1:],
        sigmas=sigmas,
        rig_pose=rig_pose,
        n_scans=n_scans,
        scans=scans,
        residuals=_residuals(scans, found)[0],
        warnings=_doubts(found, sigmas, start_yaw=rig_pose.yaw),
    )


def _read(drive: Drive, trajectory: Trajectory, sensor: str, progress: Callable[[int, int], None]) -> Scans:
    times_ns = drive.timestamps_ns(sensor)
    rows = []
    for index, time_ns in enumerate(times_ns):
        progress(index, len(times_ns))
        around = np.array([time_ns - _HALF_SPAN_NS, time_ns, time_ns + _HALF_SPAN_NS], np.int64)
        if not trajectory.covers(around).all():
            continue
        ego, yaw_rate = _ego_motion(trajectory, around)
        if np.linalg.norm(ego) < LEAST_SPEED:
            continue
        own = own_velocity(drive.sweep(sensor, index), seed=index)
        if own is not None:
            whitening = np.linalg.inv(np.linalg.cholesky(own.covariance))
            rows.append((1e-9 * (int(time_ns) - int(times_ns[0])), own.velocity, whitening, ego, yaw_rate))
    if not rows:
        return Scans(np.zeros(0), np.zeros((0, 2)), np.zeros((0, 2, 2)), np.zeros((0, 2)), np.zeros(0))
    return Scans(*(np.array(column) for column in zip(*rows, strict=True)))


def _ego_motion(trajectory: Trajectory, around_ns: np.ndarray) -> tuple[Floats, float]:
    """Velocity (2,) of the ego vehicle in its own plane, and its yaw rate, by what it does around an instant."""
    poses = trajectory.sample(around_ns)
    seconds = 1e-9 * float(around_ns[2] - around_ns[0])
    velocity = (poses.translations[2] - poses.translations[0]) / seconds
    turn = yaws_from_rotations(poses.rotations[0].T @ poses.rotations[2])
    return (poses.rotations[1].T @ velocity)[:2], float(turn) / seconds


def _residuals(scans: Scans, unknowns: Floats) -> tuple[Floats, Floats]:
    """Whitened residuals (N, 2) and their derivatives (N, 2, 3) by yaw, x and y."""
    yaw, x, y = unknowns
    radar_from_ego = rotations_from_yaws(-yaw)[:2, :2]
    rates = scans.yaw_rates
    expected = scans.velocities_at(np.array([x, y])) @ radar_from_ego.T
    by_yaw = np.stack([expected[:, 1], -expected[:, 0]], axis=1)
    by_x = rates[:, None] * radar_from_ego[:, 1]
    by_y = -rates[:, None] * radar_from_ego[:, 0]
    slopes = np.stack([by_yaw, by_x, by_y], axis=2)
    return np.einsum("nij,nj->ni", scans.whitenings, expected - scans.measured), scans.whitenings @ slopes


def _turned_to_fit(scans: Scans) -> float:
    """Yaw that turns the median scan onto the ego motion, wherever the rig says that the radar points."""
    headings = np.arctan2(scans.ego[:, 1], scans.ego[:, 0]) - np.arctan2(scans.measured[:, 1], scans.measured[:, 0])
    mean = np.angle(np.exp(1j * headings).mean())
    return float(wrap_angle(mean + np.median(wrap_angle(headings - mean))))


def _fit(scans: Scans, start: Floats, counts: Floats) -> Floats:
    """Gauss-Newton with Cauchy's loss per scan; each scan counts (N,) times, and the start holds the place."""
    unknowns = start.copy()
    for _ in range(20):
        information, gradient = _equations(scans, unknowns, counts)
        step = np.linalg.solve(information + _HELD, gradient + _HELD @ (unknowns - start))
        unknowns = unknowns - step
        if np.abs(step).max() < 1e-9:
            break
    return unknowns


def _equations(scans: Scans, unknowns: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Information (3, 3) and gradient (3,) of the scans, the badly fitting ones weighed down."""
    residuals, slopes = _residuals(scans, unknowns)
    weights = counts / (1.0 + (residuals**2).sum(axis=1) / _CAUCHY_CHI2)
    information = np.einsum("n,nki,nkj->ij", weights, slopes, slopes)
    return information, np.einsum("n,nki,nk->i", weights, slopes, residuals)


def _sigmas(scans: Scans, found: Floats) -> Floats:
    """Standard deviations (3,): over drives made of blocks of this one, and of the place that the rig states."""
    blocks = np.unique(np.floor(scans.times_s / _BLOCK_S), return_inverse=True)[1]
    n_blocks = int(blocks.max()) + 1
    drawn = np.random.default_rng(0).multinomial(n_blocks, np.full(n_blocks, 1 / n_blocks), _RESAMPLES)
    spread = np.cov([_fit(scans, found, counts[blocks].astype(np.float64)) for counts in drawn], rowvar=False)
    information, _ = _equations(scans, found, np.ones(len(blocks)))
    whole = np.linalg.inv(information + _HELD)
    # Few blocks scatter too little by chance: what scans would tell if each erred alone is the least.
    alone = np.diag(whole @ information @ whole)
    drawn_again = np.diag(spread) * n_blocks / max(n_blocks - 1, 1)
    return np.asarray(np.sqrt(np.maximum(drawn_again, alone) + np.diag(whole @ _HELD @ whole)))


def _doubts(found: Floats, sigmas: Floats, *, start_yaw: float) -> tuple[str, ...]:
    doubts = ["roll, pitch and z are not observable: range rates in one plane do not show them"]
    for name, sigma in zip("xy", sigmas[1:], strict=True):
        if sigma > _WEAK_SIGMA:
            doubts.append(f"{name} is known to {sigma:.2f} m only: drive bends, the lever arm shows in the yaw rate")
    if abs(wrap_angle(found[0] - start_yaw)) > np.deg2rad(90.0):
        doubts.append("the radar comes out backwards: is its range rate positive towards it?")
    return tuple(doubts)
