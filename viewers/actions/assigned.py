"""What is left to look at: objects in the span of a task that nobody decided about, or that changed since."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.scene import Track
from sensorann.store import Store
from sensorann.store.reviewing import decisions
from sensorann.store.roles import roles
from sensorann.store.tasks import Task, tasks
from viewers.session import Session


def step_assigned(session: Session, n_objects: int) -> None:
    """Select the next object that is left to look at, or the previous one where negative, in a frame of its task.

    Raises
    ------
    ArgumentError
        When none is left.
    """
    left = left_to_look_at(session)
    if not left:
        raise ArgumentError("no object is left to look at: all are decided about, and none changed since")
    ids = [track.id for track, _ in left]
    here = ids.index(session.selected[-1]) if session.selected and session.selected[-1] in ids else -(n_objects > 0)
    row = (here + n_objects) % len(left)
    track, instants = left[row]
    if session.timestamp_ns not in instants:
        session.go_to_instant(int(instants[0]))
    session.select(track.id)
    session.message = f"object {track.id}: {row + 1} of {len(left)} to look at"


def left_to_look_at(session: Session) -> list[tuple[Track, NDArray[np.int64]]]:
    """Objects without a verdict, or changed since, each with the instants of its boxes that a task spans.

    The tasks are those of the drive that are assigned to the person, and those that wait for his review; without tasks,
    the whole drive.
    """
    decided, spans = decisions(session.store, session.name), spanned(session)
    left = []
    for track in session.labels.tracks:
        times = track.timestamps_ns
        inside = np.zeros(len(times), np.bool_)
        for start, end in spans:
            inside |= (times >= start) & (times <= end)
        verdict = decided.get(track.id)
        if inside.any() and (verdict is None or session.version(track.id) > verdict["version"]):
            left.append((track, times[inside]))
    return left


def spanned(session: Session) -> list[tuple[int, int]]:
    """First and last instant of every task that is the person's to look at."""
    every = tasks(session.store, session.name)
    whole = int(session.frames[0]), int(session.frames[-1])
    if not every:
        return [whole]
    return [_span(task, whole) for task in every if _to_look_at(session.store, task)]


def _to_look_at(store: Store, task: Task) -> bool:
    """Tell whether a task is the person's: to label his own, to review all but his own where people have roles."""
    own = task.assignee == store.actor
    return not (own and roles(store)) if task.state == "review" else own


def _span(task: Task, whole: tuple[int, int]) -> tuple[int, int]:
    if task.start_ns is None or task.end_ns is None:
        return whole
    return task.start_ns, task.end_ns
