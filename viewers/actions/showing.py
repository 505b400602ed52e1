"""Choose how things are shown; nothing here changes a label."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import TypeVar

from sensorann.errors import ArgumentError
from viewers.looks import MERGED, Coloring, Part, PointFilter
from viewers.session import Session

_Choice = TypeVar("_Choice", bound=Enum)


def switch(session: Session, part: Part) -> None:
    """Show something, or hide it again."""
    session.looks = replace(session.looks, shown=session.looks.shown ^ {part})
    session.hovered = None  # something else may be under the pointer now


def next_coloring(session: Session) -> None:
    """Let the colors of the points tell the next thing."""
    session.looks = replace(session.looks, coloring=_after(session.looks.coloring, list(Coloring)))
    session.message = f"points by {session.looks.coloring.value}"


def next_filter(session: Session) -> None:
    """Show all points, those in boxes, or those outside of them."""
    session.looks = replace(session.looks, point_filter=_after(session.looks.point_filter, list(PointFilter)))
    session.message = session.looks.point_filter.value


def merge_sweeps(session: Session) -> None:
    """Merge more sweeps into one cloud; after the most comes one again."""
    n_sweeps = MERGED[(MERGED.index(session.looks.n_sweeps) + 1) % len(MERGED)]
    session.looks = replace(session.looks, n_sweeps=n_sweeps)
    session.message = f"{n_sweeps} sweeps, moving objects aligned by their boxes" if n_sweeps > 1 else "one sweep"


def keep_the_place(session: Session) -> None:
    """Keep the 3D view at its place in the world, or let it go along with the vehicle again.

    Raises
    ------
    ArgumentError
        When there are no ego poses, and so no world.
    """
    if session.drive.trajectory is None:
        raise ArgumentError("the drive has no ego poses: nobody knows how the vehicle moves in the world")
    anchor = session.timestamp_ns if session.looks.anchor_ns is None else None
    session.looks = replace(session.looks, anchor_ns=anchor)
    session.message = "the view goes along" if anchor is None else "the view stays in the world"


def next_camera(session: Session) -> None:
    """Show the next camera large; after the last one, the one that shows the selected object best."""
    names = [None, *(sensor.name for sensor in session.drive.rig.of_kind("camera"))]
    here = names.index(session.looks.camera)
    show_camera(session, names[(here + 1) % len(names)])


def show_camera(session: Session, name: str | None) -> None:
    """Show one camera large; None for the one that shows the selected object best."""
    session.looks = replace(session.looks, camera=name)
    session.message = "the camera that shows the object best" if name is None else name


def _after(choice: _Choice, choices: list[_Choice]) -> _Choice:
    return choices[(choices.index(choice) + 1) % len(choices)]
