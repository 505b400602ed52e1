"""Camera and LiDAR from a session's pictures and clouds of a board: found in both without help.

A picture and the cloud whose name has the same word in place of the star belong together: `images/pose7.png` and
`clouds/pose7_full.pcd` of `clouds = "clouds/*_full.pcd"`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calib.board_clouds import CloudBoard, find_board_in_cloud
from calib.board_pairs import calibrate_boards
from calib.board_pictures import read_picture
from calib.board_poses import outline_before_camera
from calib.detections import Floats
from calib.estimate import Estimate
from calib.report.overlays import Overlay
from calib.robust import Rejection
from calib.session import Session, described_prior
from calib.session_pictures import described_camera, described_views, picture_paths
from sensorann.errors import CalibrationError, FormatError
from sensorann.formats.points.files import read_points


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
    clouds = _clouds(session)
    views, rejected = described_views(session)
    if views.size != camera.size:
        raise CalibrationError(
            f"the pictures have {views.size[0]} x {views.size[1]} pixels, the lens is for "
            f"{camera.size[0]} x {camera.size[1]}"
        )
    left_out, boards = list(rejected), {}
    for name in views.names:
        board = _find(clouds.get(Path(name).stem), size)
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
    if "clouds" not in session.root.get("lidar", {}):
        return []
    clouds = _clouds(session)
    paths = [path for path in picture_paths(session) if path.stem in clouds]
    chosen = paths[:: max(len(paths) // most, 1)][:most]
    return [Overlay(path.stem, read_picture(path, grey=False), _points(clouds[path.stem])[0]) for path in chosen]


def board_outline(board: Floats, size: tuple[float, float]) -> Floats:
    """Outer corners (4, 3) of a board whose pattern (C, 3) sits in its middle."""
    half = np.array([*size, 0.0]) / 2
    return np.asarray(board.mean(axis=0) + half * np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]))


def _clouds(session: Session) -> dict[str, Path]:
    """Paths by the word in place of the star."""
    wanted = session.text("lidar", "clouds", "a name with a star, such as clouds/*.pcd")
    before, star, after = wanted.rpartition("*")
    if not star:
        raise FormatError(session.path, "[lidar] clouds", expected="a name with a star", found=repr(wanted))
    first = len(Path(f"{before}*").name) - 1
    whole = session.path.parent / wanted
    paths = sorted(whole.parent.glob(whole.name))
    return {path.name[first : len(path.name) - len(after)]: path for path in paths}


def _find(path: Path | None, size: tuple[float, float]) -> CloudBoard | str:
    """Return the board of a cloud, or why there is none."""
    if path is None:
        return "has no cloud of its name"
    points, rings = _points(path)
    board = find_board_in_cloud(points, size, rings=rings)
    return board or f"no board of {size[0]:g} x {size[1]:g} m stands in {path.name}"


def _points(path: Path) -> tuple[Floats, NDArray[np.intp] | None]:
    """Points (N, 3) of a cloud, and their scan lines where it numbers them."""
    columns = read_points(path).columns
    points = np.stack([columns[axis] for axis in "xyz"], axis=1).astype(np.float64)
    return points, np.asarray(columns["ring"], np.intp) if "ring" in columns else None
