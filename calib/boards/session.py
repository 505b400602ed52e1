"""Camera and LiDAR from a session's pictures and clouds of a board: found in both without help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from calib.boards.captures import Captures, Cloud, described_captures, is_captured
from calib.boards.clouds import CloudBoard, find_board_in_cloud
from calib.boards.holes import Holes, find_holes_in_cloud
from calib.boards.pairs import calibrate_boards
from calib.boards.poses import outline_before_camera
from calib.estimation.estimate import Estimate
from calib.estimation.robust import Rejection
from calib.lenses.camera import BoardViews
from calib.lenses.session import described_board, described_lens, described_views
from calib.lenses.spread import estimated_with
from calib.report.overlays import Overlay
from calib.targets.detections import Floats
from calib.targets.session import Session, described_prior
from sensorann.errors import CalibrationError, MissingDataError
from sensorann.geometry import Camera


def has_captures(session: Session, *kinds: str) -> bool:
    """Tell whether a session names pictures or clouds of any of these sensors, instead of tables of targets."""
    return any(is_captured(session, kind) for kind in kinds)


def calibrate_board_session(
    session: Session, *, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> Estimate:
    """Find the board in every picture and its cloud, and estimate where the camera sits in the frame of the LiDAR.

    Parameters
    ----------
    session : Session
    progress : called with the pictures, and then the clouds, searched and their number

    Raises
    ------
    FormatError
        When the session does not describe pictures, clouds, board and lens.
    CalibrationError
        When the pictures have another size than the lens is for, or the boards tell no pose.
    """
    lens = described_lens(session)
    finder = described_finder(session)
    captures = described_captures(session)
    views, rejected = described_views(session, progress=progress)
    refuse_other_size(views, lens.camera)
    left_out, boards = list(rejected), {}
    for done, name in enumerate(views.names):
        progress(done, len(views.names))
        board = board_of_cloud(captures, name, finder)
        if isinstance(board, str):
            left_out.append(Rejection(name, board))
        else:
            boards[name] = board
    seen = views.select([i for i, name in enumerate(views.names) if name in boards])
    outline = finder.outline(views.board)

    def by_lens(camera: Camera) -> Estimate:
        return calibrate_boards(
            [outline_before_camera(camera, seen.board, pixels, outline) for pixels in seen.pixels],
            list(boards.values()),
            names=[Path(name).stem for name in boards],
            prior=described_prior(session, "camera", "lidar"),
            frames=(session.name("camera"), session.name("lidar")),
        )

    found = estimated_with(lens, by_lens)
    return replace(found, rejected=(*left_out, *found.rejected))


def refuse_other_size(views: BoardViews, camera: Camera) -> None:
    """Refuse pictures of another size than the lens is for."""
    if views.size != camera.size:
        raise CalibrationError(
            f"the pictures have {views.size[0]} x {views.size[1]} pixels, the lens is for "
            f"{camera.size[0]} x {camera.size[1]}"
        )


def session_overlays(session: Session, kind: str, *, most: int = 4) -> list[Overlay]:
    """Read some of a session's pictures with clouds of a LiDAR or radar, to be drawn on them; none without clouds."""
    if not has_captures(session, kind):
        return []
    captures, overlays = described_captures(session), []
    for name in captures.names[:: max(len(captures.names) // most, 1)]:
        try:
            cloud = captures.cloud(kind, name)
        except MissingDataError:
            continue
        overlays.append(Overlay(Path(name).stem, captures.picture(name), cloud.points))
    return overlays[:most]


def board_outline(board: Floats, size: tuple[float, float]) -> Floats:
    """Outer corners (4, 3) of a board whose pattern (C, 3) sits in its middle."""
    half = np.array([*size, 0.0]) / 2
    return np.asarray(board.mean(axis=0) + half * np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]))


@dataclass(frozen=True, slots=True)
class Finder:
    """How a board is found in clouds.

    Attributes
    ----------
    find : returns the board of a cloud; None where there is none
    outline : returns the points (4, 3) that it places, in the frame of the board, from the pattern in pictures
    wanted : what is looked for
    """

    find: Callable[[Cloud], CloudBoard | None]
    outline: Callable[[Floats], Floats]
    wanted: str


def described_finder(session: Session) -> Finder:
    """Return how a session's board is found in clouds: by its size, or by its holes."""
    if session.root.get("images", {}).get("pattern") == "holes":
        board = described_board(session)
        holes = Holes(board.spacing, board.hole)
        return Finder(
            find=lambda cloud: find_holes_in_cloud(cloud.points, holes, rings=cloud.rings),
            # Row by row in pictures, around the square in clouds.
            outline=lambda points: points[[0, 1, 3, 2]],
            wanted=f"no square of holes {holes.spacing:g} m apart is seen",
        )
    size = session.number("board", "columns_m"), session.number("board", "rows_m")
    return Finder(
        find=lambda cloud: find_board_in_cloud(cloud.points, size, rings=cloud.rings),
        outline=lambda points: board_outline(points, size),
        wanted=f"no board of {size[0]:g} x {size[1]:g} m stands",
    )


def board_of_cloud(captures: Captures, name: str, finder: Finder) -> CloudBoard | str:
    """Return the board of a cloud, or why there is none."""
    try:
        return finder.find(captures.cloud("lidar", name)) or f"{finder.wanted} in its cloud"
    except MissingDataError as error:
        return str(error)
