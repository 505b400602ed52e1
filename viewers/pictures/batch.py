"""One object in many frames side by side, each from above with its own points."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sensorann.errors import SensorannError
from sensorann.images import track_color
from sensorann.images.colors import BACKGROUND, Color
from sensorann.scene import Source
from viewers.frame_boxes import row_here
from viewers.pictures.closeup import CloseUp, Side, draw_close_up
from viewers.points import cloud_at
from viewers.session import Session

N_CELLS, N_COLUMNS = 20, 5
_GAP = 2
_CURSOR, _HUMAN = (255, 255, 255), (60, 200, 255)
# Points are kept as far around the box as it may be dragged, metres.
_AROUND = 4.0


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Page:
    """The frames that are shown of one object, with their points.

    Attributes
    ----------
    track_id : the object
    frames : up to `N_CELLS` numbers of frames in which it has a box
    points : (N, 3) of each frame around the box, in the frame of the labels; none where they cannot be read
    """

    track_id: str
    frames: tuple[int, ...]
    points: tuple[NDArray[np.float64], ...]


def frames_of_page(session: Session) -> tuple[int, ...]:
    """Numbers of the frames of the page that this frame is on, or the nearest page; empty with nothing selected."""
    if not session.selected:
        return ()
    own = np.flatnonzero(np.isin(session.frames, session.track.timestamps_ns))
    if not len(own):
        return ()
    start = int(np.argmin(np.abs(own - session.i_frame))) // N_CELLS * N_CELLS
    return tuple(int(i) for i in own[start : start + N_CELLS])


def read_page(session: Session, track_id: str, frames: tuple[int, ...]) -> Page:
    """Read the points of a page; nothing in the session changes, so that a worker may do it."""
    track = session.labels.track(track_id)
    points = []
    for i_frame in frames:
        instant = int(session.frames[i_frame])
        row = int(np.searchsorted(track.timestamps_ns, instant))
        labels_from_ego = session.frame_from_ego(instant)
        center = labels_from_ego.inverse().apply(track.cuboids.centers[row])
        reach = np.linalg.norm(track.cuboids.sizes[row, :2]) / 2 + _AROUND
        try:
            seen = cloud_at(session, instant).points
        except SensorannError:
            points.append(np.zeros((0, 3)))
            continue
        near = np.hypot(*(seen[:, :2] - center[:2]).T) <= reach
        points.append(labels_from_ego.apply(seen[near].astype(np.float64)))
    return Page(track_id=track_id, frames=frames, points=tuple(points))


def draw_page(session: Session, page: Page, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Draw a page (height, width, 3), BGR; a box placed by a person has a yellow border, this frame a white one."""
    picture = np.empty((size[1], size[0], 3), np.uint8)
    picture[:] = BACKGROUND
    for cell, i_frame in enumerate(page.frames):
        view = cell_view(session, page, cell, size)
        if view is None:
            continue
        left, top = _corner(cell, size)
        drawn, border = _cell(session, page, cell, view)
        width, height = view.size
        cv2.rectangle(drawn, (0, 0), (width - 1, height - 1), border, 2 if i_frame == session.i_frame else 1)
        picture[top : top + height, left : left + width] = drawn
    return picture


def cell_view(session: Session, page: Page, cell: int, size: tuple[int, int]) -> CloseUp | None:
    """How a cell looks at its box as it is in the labels; None where it has none any more."""
    track, instant = session.labels.track(page.track_id), int(session.frames[page.frames[cell]])
    row = row_here(track.timestamps_ns, instant)
    if row is None:
        return None
    return CloseUp(side=Side.TOP, anchor=track.cuboids.record(row), size=_cell_size(size))


def cell_at(page: Page, pixel: tuple[float, float], size: tuple[int, int]) -> tuple[int, tuple[float, float]] | None:
    """Cell under a pixel, and where in it; None where there is none."""
    width, height = _cell_size(size)
    column, row = int(pixel[0] // (width + _GAP)), int(pixel[1] // (height + _GAP))
    cell = row * N_COLUMNS + column
    if column >= N_COLUMNS or not 0 <= cell < len(page.frames):
        return None
    return cell, within(cell, pixel, size)


def within(cell: int, pixel: tuple[float, float], size: tuple[int, int]) -> tuple[float, float]:
    """Pixel of a cell that lies at a pixel of the page."""
    left, top = _corner(cell, size)
    return pixel[0] - left, pixel[1] - top


def _cell(session: Session, page: Page, cell: int, view: CloseUp) -> tuple[NDArray[np.uint8], Color]:
    track, i_frame = session.labels.track(page.track_id), page.frames[cell]
    row = int(np.searchsorted(track.timestamps_ns, session.frames[i_frame]))
    held = session.gesture if i_frame == session.i_frame else None
    color = track_color(track.id)
    drawn = draw_close_up(
        view,
        view.anchor if held is None else held.cuboid,
        page.points[cell],
        color,
        title=f"{i_frame} {Source(track.sources[row]).label}",
        sigmas=track.sigmas[row],
        handles=i_frame == session.i_frame,
    )
    if i_frame == session.i_frame:
        return drawn, _CURSOR
    return drawn, _HUMAN if track.sources[row] == Source.HUMAN else (60, 60, 60)


def _cell_size(size: tuple[int, int]) -> tuple[int, int]:
    return max(size[0] // N_COLUMNS - _GAP, 1), max(size[1] // (N_CELLS // N_COLUMNS) - _GAP, 1)


def _corner(cell: int, size: tuple[int, int]) -> tuple[int, int]:
    width, height = _cell_size(size)
    return cell % N_COLUMNS * (width + _GAP), cell // N_COLUMNS * (height + _GAP)
