"""From a session file to an estimate, for each pair of sensors."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from calib.boards.reflectors import reflector_session
from calib.boards.session import calibrate_board_session, has_captures
from calib.estimation.estimate import Estimate
from calib.lenses.session import described_lens
from calib.lenses.spread import estimated_with
from calib.targets.boards import reflectors_behind, split_boards
from calib.targets.camera_lidar import calibrate_camera_lidar
from calib.targets.camera_radar import calibrate_camera_radar
from calib.targets.columns import Table, common_rows
from calib.targets.described import described_pixels, described_points, described_radar
from calib.targets.detections import PointDetections
from calib.targets.lidar_radar import calibrate_lidar_radar
from calib.targets.pixel_detections import PixelDetections
from calib.targets.session import Session, described_prior
from sensorann.errors import CalibrationError

Pair = Literal["camera-radar", "lidar-radar", "camera-lidar"]
_logger = logging.getLogger(__name__)


def calibrate_session(
    session: Session, pair: Pair, *, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> Estimate:
    """Estimate the pose between the two sensors of a session.

    Parameters
    ----------
    session : Session
    pair : names of what the sensors are
    progress : called with the pictures or clouds searched for boards and their number

    Raises
    ------
    FormatError
        When the session or a table does not hold what the pair needs.
    CalibrationError
        When the targets tell no pose.
    """
    source_kind, target_kind = pair.split("-")
    if has_captures(session, source_kind, target_kind):
        if target_kind == "lidar":
            return calibrate_board_session(session, progress=progress)
        return reflector_session(session, source_kind, progress=progress)
    source, target, alone = _paired(session, source_kind, target_kind)
    if alone:
        _logger.warning("%d targets were seen by one sensor only: %s", len(alone), ", ".join(alone))
    prior = described_prior(session, source_kind, target_kind)
    names = tuple(dict.fromkeys(source.targets))
    frames = session.name(source_kind), session.name(target_kind)
    if not names:
        raise CalibrationError(f"no target was seen by both {frames[0]} and {frames[1]}")
    if pair == "lidar-radar":
        lidar, radar = _reflectors(session, "lidar", source), described_radar(session, target)
        return calibrate_lidar_radar(lidar, radar, names=names, prior=prior, frames=frames)

    def of_camera(camera: PointDetections | PixelDetections) -> Estimate:
        if pair == "camera-radar":
            radar = described_radar(session, target)
            return calibrate_camera_radar(camera, radar, names=names, prior=prior, frames=frames)
        lidar, boards = described_points(session, "lidar", target), split_boards(source.targets)
        return calibrate_camera_lidar(camera, lidar, boards=boards, names=names, prior=prior, frames=frames)

    if source.has("x_m"):
        places = _reflectors if pair == "camera-radar" else described_points
        return of_camera(places(session, "camera", source))
    seen = described_pixels(session, source)
    return estimated_with(described_lens(session), lambda camera: of_camera(replace(seen, camera=camera)))


def _paired(session: Session, source: str, target: str) -> tuple[Table, Table, tuple[str, ...]]:
    """Pair the rows of two sensors; a radar sees one reflector of a board, whose points stay together."""
    first, second = session.table(source), session.table(target)
    if "board" in session.root and target == "radar":
        shared = [name for name in dict.fromkeys(first.targets) if name in second.targets]
        alone = tuple(sorted(set(first.targets) ^ set(second.targets)))
        rows = [row for name in shared for row, target in enumerate(first.targets) if target == name]
        return first.select(rows), second.select([second.targets.index(name) for name in shared]), alone
    return common_rows(first, second)


def _reflectors(session: Session, sensor: str, table: Table) -> PointDetections:
    """Return the reflectors themselves, or those behind boards."""
    if "board" not in session.root:
        return described_points(session, sensor, table)
    return reflectors_behind(
        table.columns("x_m", "y_m", "z_m"),
        split_boards(table.targets),
        depth=session.number("board", "reflector_depth_m"),
        sigma=session.number(sensor, "sigma_m"),
    )
