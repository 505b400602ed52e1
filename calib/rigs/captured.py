"""What pictures, clouds and scans show of a rig's targets: outer corners of boards, and reflectors behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calib.boards.captures import described_captures
from calib.boards.clouds import CloudBoard
from calib.boards.pairs import LEAST_BOARDS, corner_covariances, order_of_corners, pose_of_boards
from calib.boards.poses import outline_before_camera
from calib.boards.reflectors import detected_returns, pose_to_look_from, reflectors_in_scans
from calib.boards.session import board_of_cloud, board_outline, described_finder, refuse_other_size
from calib.estimation.problem import Prior
from calib.estimation.robust import Rejection
from calib.lenses.session import described_camera, described_views
from calib.rigs.sightings import Kind, seen_reflectors
from calib.targets.detections import Detections, Floats, PointDetections
from calib.targets.session import Session, described_prior
from sensorann.errors import CalibrationError
from sensorann.geometry import Transform

_CORNERS = 4


@dataclass(frozen=True, eq=False, slots=True)
class Seen:
    """What one sensor saw.

    Attributes
    ----------
    targets : name of the target of each detection; the points of a board stand together, in their order
    detections : Detections
    rejected : pictures, clouds and scans without a target, and why
    """

    targets: tuple[str, ...]
    detections: Detections
    rejected: tuple[Rejection, ...] = ()

    @property
    def has_corners(self) -> bool:
        """Tell whether it is the four corners of boards, in space."""
        counts = {len(rows) for rows in self.rows().values()}
        return isinstance(self.detections, PointDetections) and counts == {_CORNERS}

    def rows(self) -> dict[str, NDArray[np.intp]]:
        """Rows of each target."""
        targets = np.array(self.targets)
        return {name: np.flatnonzero(targets == name) for name in dict.fromkeys(self.targets)}


def lead_of(session: Session, kind: Kind) -> str:
    """Whose measurements name the targets: of a drive the LiDAR's or camera's, of folders the sensor's own files."""
    if "drive" not in session.root:
        return kind
    return "lidar" if "lidar" in session.root else "camera"


def boards_in_pictures(session: Session, *, progress: Callable[[int, int], None]) -> Seen:
    """Find the boards in the pictures of a session's camera.

    Raises
    ------
    FormatError
        When the session does not describe pictures, board and lens.
    CalibrationError
        When no picture shows the board, or they have another size than the lens is for.
    """
    camera = described_camera(session)
    views, rejected = described_views(session, lead=lead_of(session, "camera"), progress=progress)
    refuse_other_size(views, camera)
    sized = "columns_m" in session.root.get("board", {}) or session.root["images"].get("pattern") == "holes"
    span = np.ptp(views.board, axis=0)
    outline = (
        described_finder(session).outline(views.board) if sized else board_outline(views.board, (span[0], span[1]))
    )
    boards = {
        Path(name).stem: outline_before_camera(camera, views.board, pixels, outline)
        for name, pixels in zip(views.names, views.pixels, strict=True)
    }
    return _seen(boards, tuple(replace(item, name=Path(item.name).stem) for item in rejected))


def boards_in_clouds(session: Session, *, progress: Callable[[int, int], None]) -> Seen:
    """Find the boards in the clouds of a session's LiDAR.

    Raises
    ------
    FormatError
        When the session does not describe clouds and board.
    CalibrationError
        When no cloud shows the board.
    """
    captures, finder = described_captures(session, lead=lead_of(session, "lidar")), described_finder(session)
    boards, rejected = {}, []
    for done, name in enumerate(captures.names):
        progress(done, len(captures.names))
        board = board_of_cloud(captures, name, finder)
        if isinstance(board, CloudBoard):
            boards[name] = PointDetections(board.corners, corner_covariances(board))
        else:
            rejected.append(Rejection(name, board))
    if not boards:
        raise CalibrationError(f"{finder.wanted} in any of {len(captures.names)} clouds")
    return _seen(boards, tuple(rejected))


def reflectors_behind_boards(session: Session, boards: Mapping[Kind, Seen]) -> Seen:
    """Find the reflectors of boards in the scans of a session's radar.

    Parameters
    ----------
    session : Session
    boards : what its camera and its LiDAR saw

    Raises
    ------
    FormatError
        When the session does not say how deep reflectors stand behind their boards.
    CalibrationError
        When there is no pose to look from, or no scan shows a reflector.
    """
    depth, expected = session.number("board", "reflector_depth_m"), dict[str, Floats]()
    for kind, seen in boards.items():
        prior = described_prior(session, kind, "radar")
        if prior is None and "prior" in session.root:
            continue
        expected |= _expected(session, kind, seen, prior, depth)
    captures = described_captures(session, lead=lead_of(session, "radar"))
    returns, missed = reflectors_in_scans(session, captures, expected)
    if not returns:
        why = "; ".join(f"{item.name} {item.reason}" for item in missed[:3]) or "no board was found"
        raise CalibrationError(f"no reflector was found in a scan of {session.name('radar')}: {why}")
    return Seen(tuple(returns), detected_returns(session, returns), tuple(missed))


def _expected(session: Session, kind: Kind, seen: Seen, prior: Prior | None, depth: float) -> dict[str, Floats]:
    """Where the radar should see the reflectors (3,) of boards."""
    assert isinstance(seen.detections, PointDetections)
    radar_from_sensor = pose_to_look_from(session, kind, prior)
    placed = seen_reflectors(seen.detections, n_points=_CORNERS, depth=depth)
    return dict(zip(dict.fromkeys(seen.targets), radar_from_sensor.apply(placed.points), strict=True))


def count_corners_alike(seen: Mapping[str, Seen]) -> dict[str, Seen]:
    """Bring the corners of every board into the order in which the first sensor counts them.

    Parameters
    ----------
    seen : name of each sensor that saw boards, the ones whose order stays first

    Raises
    ------
    CalibrationError
        When two sensors share too few boards to tell which corner is which, or no pose brings theirs together.
    """
    waiting, placed, ordered = dict(seen), dict[str, Floats](), {}
    while waiting:
        name = max(waiting, key=lambda one: len(placed.keys() & waiting[one].rows().keys()))
        ordered[name] = _counted(name, waiting.pop(name), placed)
    return ordered


def _counted(name: str, seen: Seen, placed: dict[str, Floats]) -> Seen:
    """Order the corners of a sensor as those that are placed, and place the others beside them."""
    assert isinstance(seen.detections, PointDetections)
    boards = {target: seen.detections.points[rows] for target, rows in seen.rows().items()}
    shared = [target for target in boards if target in placed]
    pose = Transform.identity()
    if placed and not shared:
        # Only radars join it to the others: they see reflectors, and no corners.
        return seen
    if placed:
        if len(shared) < LEAST_BOARDS:
            raise CalibrationError(
                f"{len(shared)} boards were found by both {name} and another sensor of the rig, {LEAST_BOARDS} are "
                "needed, turned differently"
            )
        pose = pose_of_boards(
            [boards[one] for one in shared], [placed[one] for one in shared], (name, "the other sensors")
        )
    order = []
    for target, rows in seen.rows().items():
        here = pose.apply(boards[target])
        order.append(rows[order_of_corners(here, placed.setdefault(target, here))])
    return replace(seen, detections=seen.detections.select(np.concatenate(order)))


def _seen(boards: Mapping[str, PointDetections], rejected: tuple[Rejection, ...]) -> Seen:
    points = np.concatenate([board.points for board in boards.values()])
    covariances = np.concatenate([board.covariances for board in boards.values()])
    targets = tuple(name for name in boards for _ in range(_CORNERS))
    return Seen(targets, PointDetections(points, covariances), rejected)
