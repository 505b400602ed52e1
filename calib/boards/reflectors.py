"""Boards with a reflector, found in pictures or clouds and in the scans of a radar without help.

The board tells where its reflector is; the pose of a drawing, or that of the drive's rig, tells where to look for it in
the scan: of the returns near that place the strongest is taken. A wrong one is left out by the estimate, as any is. A
table of the radar's reflectors, by the names of the captures, does instead of scans.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from calib.boards.captures import Captures, Cloud, described_captures, session_drive
from calib.boards.clouds import CloudBoard
from calib.boards.poses import outline_before_camera
from calib.boards.session import board_of_cloud, described_finder, refuse_other_size
from calib.estimation.estimate import Estimate
from calib.estimation.problem import Prior
from calib.estimation.robust import Rejection
from calib.lenses.session import described_lens, described_views
from calib.lenses.spread import estimated_with
from calib.targets.camera_radar import calibrate_camera_radar
from calib.targets.described import described_radar
from calib.targets.detections import Floats, PointDetections
from calib.targets.lidar_radar import calibrate_lidar_radar
from calib.targets.radar_detections import RadarDetections
from calib.targets.session import Session, described_prior
from sensorann.errors import CalibrationError, MissingDataError
from sensorann.geometry import Camera, Transform

# Radars call it one or the other; a return of a corner reflector outshines what stands around it.
_STRENGTHS = ("rcs", "power", "magnitude", "intensity", "snr")
_SEARCH_M = 1.5


@dataclass(frozen=True, eq=False, slots=True)
class _Reflector:
    """A reflector (3,) in the frame of the camera or LiDAR, and its covariance (3, 3)."""

    point: Floats
    covariance: Floats


def reflector_session(
    session: Session, source: str, *, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> Estimate:
    """Find boards with reflectors, and estimate where the camera or LiDAR sits in the frame of the radar.

    Parameters
    ----------
    session : Session
    source : camera or lidar
    progress : called with the pictures or clouds searched and their number

    Raises
    ------
    FormatError
        When the session does not describe the boards, or says nothing of how they are found.
    CalibrationError
        When there is no pose to look from, or the reflectors tell none.
    """
    depth = session.number("board", "reflector_depth_m")
    lens = described_lens(session) if source == "camera" else None
    if lens is None:
        found, left_out = _before_lidar(session, depth, progress)
    else:
        placed_by, left_out = _before_camera(session, lens.camera, depth, progress)
        found = placed_by(lens.camera)
    prior = described_prior(session, source, "radar")
    listed = "targets" in session.root.get("radar", {})
    names, radar = _listed(session, found) if listed else _scanned(session, source, found, prior, left_out)
    if not names:
        raise CalibrationError("no reflector was found in a scan of the radar: " + _why(left_out))

    def estimate_of(reflectors: Mapping[str, _Reflector]) -> Estimate:
        kept = [reflectors[name] for name in names]
        points = PointDetections(np.stack([one.point for one in kept]), np.stack([one.covariance for one in kept]))
        calibrate = calibrate_camera_radar if source == "camera" else calibrate_lidar_radar
        frames = session.name(source), session.name("radar")
        return calibrate(points, radar, names=[Path(name).stem for name in names], prior=prior, frames=frames)

    if lens is None:
        estimate = estimate_of(found)
    else:
        estimate = estimated_with(lens, lambda camera: estimate_of(placed_by(camera)))
    return replace(estimate, rejected=(*left_out, *estimate.rejected))


def _listed(session: Session, found: dict[str, _Reflector]) -> tuple[list[str], RadarDetections]:
    """Take what a table says that the radar saw of the boards that were found."""
    table = session.table("radar")
    rows = {target: row for row, target in enumerate(table.targets)}
    names = [name for name in found if Path(name).stem in rows]
    return names, described_radar(session, table.select([rows[Path(name).stem] for name in names]))


def _scanned(
    session: Session, source: str, found: dict[str, _Reflector], prior: Prior | None, left_out: list[Rejection]
) -> tuple[list[str], RadarDetections]:
    """Look for the reflector of each board in its scan; what shows none is added to what is left out."""
    captures = described_captures(session, lead=source)
    radar_from_source = pose_to_look_from(session, source, prior)
    expected = {name: radar_from_source.apply(reflector.point) for name, reflector in found.items()}
    returns, missed = reflectors_in_scans(session, captures, expected)
    left_out.extend(missed)
    return list(returns), detected_returns(session, returns)


def reflectors_in_scans(
    session: Session, captures: Captures, expected: dict[str, Floats]
) -> tuple[dict[str, Floats], list[Rejection]]:
    """Find reflectors (3,) near where they are expected in the radar's frame, and name the scans that show none."""
    reach = session.number("radar", "search_m", _SEARCH_M)
    returns, missed = {}, []
    for name, place in expected.items():
        try:
            strongest = _strongest(captures.cloud("radar", name), place, reach)
        except MissingDataError as error:
            missed.append(Rejection(name, str(error)))
            continue
        if strongest is None:
            missed.append(Rejection(name, f"no return of the radar lies within {reach:g} m of its reflector"))
        else:
            returns[name] = strongest
    return returns, missed


def _before_camera(
    session: Session, camera: Camera, depth: float, progress: Callable[[int, int], None]
) -> tuple[Callable[[Camera], dict[str, _Reflector]], list[Rejection]]:
    """Find the boards of pictures: how a lens places their reflectors, and the pictures left out."""
    views, rejected = described_views(session, progress=progress)
    refuse_other_size(views, camera)
    # Corners are counted so that the third axis of a board points away from the camera.
    behind = views.board.mean(axis=0) + np.array([0.0, 0.0, depth])

    def placed_by(lens: Camera) -> dict[str, _Reflector]:
        placed = [outline_before_camera(lens, views.board, pixels, behind[None]) for pixels in views.pixels]
        reflectors = [_Reflector(one.points[0], one.covariances[0]) for one in placed]
        return dict(zip(views.names, reflectors, strict=True))

    return placed_by, list(rejected)


def _before_lidar(
    session: Session, depth: float, progress: Callable[[int, int], None]
) -> tuple[dict[str, _Reflector], list[Rejection]]:
    captures, finder = described_captures(session, lead="lidar"), described_finder(session)
    boards = {}
    for done, name in enumerate(captures.names):
        progress(done, len(captures.names))
        boards[name] = board_of_cloud(captures, name, finder)
    rejected = [Rejection(name, board) for name, board in boards.items() if isinstance(board, str)]
    return {name: _behind(board, depth) for name, board in boards.items() if isinstance(board, CloudBoard)}, rejected


def _behind(board: CloudBoard, depth: float) -> _Reflector:
    normal = np.cross(board.corners[1] - board.corners[0], board.corners[3] - board.corners[0])
    normal = normal / np.linalg.norm(normal) * np.sign(normal @ board.center)
    across = np.outer(normal, normal)
    # Of four corners the middle is twice as well known as one.
    covariance = (board.sigma_flat**2 * across + board.sigma_edge**2 * (np.eye(3) - across)) / 4
    return _Reflector(board.center + depth * normal, covariance)


def pose_to_look_from(session: Session, source: str, prior: Prior | None) -> Transform:
    """Return radar_from_source to look from: that of the drawing, else that of the drive's rig."""
    if prior is not None:
        return prior.target_from_source
    if "drive" not in session.root:
        raise CalibrationError("without a drive, whose rig says where to look for reflectors, a prior is needed")
    rig = session_drive(session).rig
    return rig[session.name("radar")].ego_from_sensor.inverse() @ rig[session.name(source)].ego_from_sensor


def _strongest(scan: Cloud, expected: Floats, reach: float) -> Floats | None:
    """Return (3,) of the strongest return within reach of a place, seen from above; the nearest without strengths."""
    away = np.linalg.norm(scan.points[:, :2] - expected[:2], axis=1)
    near = np.flatnonzero(away < reach)
    if not len(near):
        return None
    strength = next((scan.fields[name] for name in _STRENGTHS if name in scan.fields), -away)
    return np.asarray(scan.points[near[int(np.argmax(strength[near]))]])


def detected_returns(session: Session, returns: dict[str, Floats]) -> RadarDetections:
    """Return what returns (3,) say, with the noise that the session states."""
    points = np.reshape(list(returns.values()), (-1, 3))
    x, y, z = points.T
    return RadarDetections(
        ranges=np.linalg.norm(points, axis=1),
        azimuths=np.arctan2(y, x),
        # A radar that measures no elevation puts all returns into its plane.
        elevations=np.arctan2(z, np.hypot(x, y)) if z.any() else None,
        sigma_range=session.number("radar", "sigma_range_m"),
        sigma_azimuth=np.deg2rad(session.number("radar", "sigma_azimuth_deg")),
        sigma_elevation=np.deg2rad(session.number("radar", "sigma_elevation_deg", 1.0)),
    )


def _why(left_out: list[Rejection]) -> str:
    return "; ".join(f"{item.name} {item.reason}" for item in left_out[:3]) or "no board was found"
