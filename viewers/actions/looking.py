"""Go through frames and objects, and choose what is shown; nothing here changes a label."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array
from viewers.picking import entry_into
from viewers.pictures.closeup import Side
from viewers.session import Session
from viewers.state import Tool, View


def step_frames(session: Session, n_frames: int) -> None:
    """Go some frames on, or back where negative; the last one is the end."""
    session.go_to(session.i_frame + n_frames)


def step_objects(session: Session, n_objects: int) -> None:
    """Select the next object of this frame, or the previous one where negative; after the last comes the first.

    Raises
    ------
    ArgumentError
        When no object has a box in this frame.
    """
    ids = [box.track.id for box in session.shown()]
    if session.isolated:  # what is alone on the screen would have no neighbour
        ids = [track.id for track in session.labels.tracks if session.box_here(track.id) is not None]
    if not ids:
        raise ArgumentError("no object has a box in this frame")
    here = ids.index(session.selected[-1]) if session.selected and session.selected[-1] in ids else -(n_objects > 0)
    session.select(ids[(here + n_objects) % len(ids)])


def select_along(session: Session, origin: ArrayLike, direction: ArrayLike, *, add: bool = False) -> bool:
    """Select the box that a ray meets first, nothing where it meets none; tell whether it met one.

    Parameters
    ----------
    session : Session
    origin, direction : (3,) in the frame of the labels, such as the eye and where a pixel looks
    add : to what is selected already; a selected box is then let go
    """
    start = as_array(origin, (3,), np.float64, name="origin", finite=True)
    along = as_array(direction, (3,), np.float64, name="direction", finite=True)
    hits = [(entry_into(box.cuboid, start, along), box.track.id) for box in session.shown()]
    distance, track_id = min(hits, default=(np.inf, ""))
    met = bool(np.isfinite(distance))
    select_one(session, track_id if met else None, add=add)
    return met


def select_one(session: Session, track_id: str | None, *, add: bool = False) -> None:
    """Select what was clicked, None for nothing; added to what is selected, or let go where it is that already."""
    if track_id is None:
        if not add:
            session.select()
        return
    others = tuple(one for one in session.selected if one != track_id) if add else ()
    session.select(*others, *(() if add and track_id in session.selected else (track_id,)))


def hover(session: Session, side: Side | None = None) -> None:
    """Remember in which close-up the pointer is, none where it is elsewhere: keys move a box as it is seen there."""
    session.hovered = side


def hide(session: Session) -> None:
    """Hide what is selected, in all frames.

    Raises
    ------
    ArgumentError
        When nothing is selected.
    """
    session.hidden |= {session.track.id, *session.selected}
    session.select()


def show_all(session: Session) -> None:
    """Show every object again."""
    session.hidden, session.isolated, session.wanted_words = frozenset(), False, ()


def lock(session: Session) -> None:
    """Let nobody change what is selected by mistake; the second time, unlock it.

    Raises
    ------
    ArgumentError
        When nothing is selected.
    """
    chosen = {session.track.id, *session.selected}
    unlocked = chosen <= session.locked
    session.locked = session.locked - chosen if unlocked else session.locked | chosen
    session.message = f"{', '.join(sorted(chosen))}: {'free again' if unlocked else 'locked'}"


def isolate(session: Session) -> None:
    """Show only what is selected, or everything again."""
    session.isolated = not session.isolated


def use_tool(session: Session, tool: Tool) -> None:
    """Say what clicks do from now on; the tool in hand is laid down, and a drive that plays stops."""
    session.tool = Tool.SELECT if session.tool is tool else tool
    session.clicks, session.playback = (), None


def let_go(session: Session) -> None:
    """Lay down the tool with its clicks; with none in the hand, select nothing."""
    if session.tool is Tool.SELECT:
        session.select()
    session.tool, session.clicks = Tool.SELECT, ()


def toggle_points(session: Session) -> None:
    """Let interpolation follow the points, or only the curve."""
    session.use_points = not session.use_points
    session.message = f"interpolation {'follows the points' if session.use_points else 'follows the curve alone'}"


def look_from(session: Session, view: View) -> None:
    """Look at the selected box, or the vehicle, from one side; free to turn from there on."""
    session.view = view


def change_point_size(session: Session, by: int) -> None:
    """Draw points larger or smaller, pixels."""
    session.point_size = max(1, session.point_size + by)


def toggle_paths(session: Session) -> None:
    """Draw the way of what is selected through the whole drive, or not."""
    session.paths_shown = not session.paths_shown


def toggle_help(session: Session) -> None:
    """Show what the keys do, or not."""
    session.help_shown = not session.help_shown


def leave(session: Session) -> None:
    """Be done for now; there is nothing to save."""
    session.left = True
