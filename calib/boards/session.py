"""Camera and LiDAR from a session's pictures and clouds of a board: found in both without help."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from calib.boards.captures import Captures, described_captures
from calib.boards.clouds import CloudBoard, find_board_in_cloud
from calib.boards.pairs import calibrate_boards
from calib.boards.poses import outline_before_camera
from calib.estimation.estimate import Estimate
from calib.estimation.robust import Rejection
from calib.lenses.session import described_camera, described_views
from calib.report.overlays import Overlay
from calib.targets.detections import Floats
from calib.targets.session import Session, described_prior
from sensorann.errors import CalibrationError, MissingDataError


def has_captures(session: Session) -> bool:
    """Tell whether a session names pictures with clouds, instead of tables of targets."""
    return "drive" in session.root or "clouds" in session.root.get("lidar", {})


def calibrate_board_session(session: Session) -> Estimate:
    """Find the board in every picture and its cloud, and estimate where the camera sits in the frame of the LiDAR.

    Raises
    ------
    FormatError
        When the session does not describe pictures, clouds, board and lens.
    CalibrationError
        When the pictures have another size than the lens is for, or the boards tell no pose.
    """
    camera = described_camera(session)
    size = session.number("board", "columns_m"), session.number("board", "rows_m")
    captures = described_captures(session)
    views, rejected = described_views(session)
    if views.size != camera.size:
        raise CalibrationError(
            f"the pictures have {views.size[0]} x {views.size[1]} pixels, the lens is for "
            f"{camera.size[0]} x {camera.size[1]}"
        )
    left_out, boards = list(rejected), {}
    for name in views.names:
        board = _find(captures, name, size)
        if isinstance(board, str):
            left_out.append(Rejection(name, board))
        else:
            boards[name] = board
    seen = views.select([i for i, name in enumerate(views.names) if name in boards])
    outline = board_outline(views.board, size)
    found = calibrate_boards(
        [outline_before_camera(camera, seen.board, pixels, outline) for pixels in seen.pixels],
        list(boards.values()),
        names=[Path(name).stem for name in boards],
        prior=described_prior(session),
        frames=(session.name("camera"), session.name("lidar")),
    )
    return replace(found, rejected=(*left_out, *found.rejected))


def session_overlays(session: Session, *, most: int = 4) -> list[Overlay]:
    """Read some of a session's pictures with their clouds, to be drawn over each other; none without clouds."""
    if not has_captures(session):
        return []
    captures, overlays = described_captures(session), []
    for name in captures.names[:: max(len(captures.names) // most, 1)]:
        try:
            points, _ = captures.cloud(name)
        except MissingDataError:
            continue
        overlays.append(Overlay(Path(name).stem, captures.picture(name), points))
    return overlays[:most]


def board_outline(board: Floats, size: tuple[float, float]) -> Floats:
    """Outer corners (4, 3) of a board whose pattern (C, 3) sits in its middle."""
    half = np.array([*size, 0.0]) / 2
    return np.asarray(board.mean(axis=0) + half * np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]))


def _find(captures: Captures, name: str, size: tuple[float, float]) -> CloudBoard | str:
    """Return the board of a cloud, or why there is none."""
    try:
        points, rings = captures.cloud(name)
    except MissingDataError as error:
        return str(error)
    board = find_board_in_cloud(points, size, rings=rings)
    return board or f"no board of {size[0]:g} x {size[1]:g} m stands in its cloud"
