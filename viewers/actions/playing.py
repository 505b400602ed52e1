"""Let the drive play by itself, as fast as it was or some times faster."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from viewers.session import Session
from viewers.state import Playback

SPEEDS = (1, 2, 4, 8)


def toggle(session: Session) -> None:
    """Play from this frame on, or stop; at the end it begins anew."""
    if session.playback is not None:
        session.playback = None
        return
    if session.i_frame == len(session.frames) - 1:
        session.go_to(0)
    session.playback = _from_here(session)


def change_speed(session: Session, by: int) -> None:
    """Play faster, or slower where negative, by that many steps of `SPEEDS`."""
    step = SPEEDS.index(session.speed) + by
    session.speed = SPEEDS[min(max(step, 0), len(SPEEDS) - 1)]
    if session.playback is not None:
        session.playback = _from_here(session)
    session.message = f"speed {session.speed}x"


def advance(session: Session, now_s: float) -> bool:
    """Show the frame that it is time for; tell whether it is another one. What is late is left out.

    Parameters
    ----------
    session : Session
    now_s : seconds of any clock that goes on
    """
    playback = session.playback
    if playback is None:
        return False
    if playback.since_s is None or session.i_frame != playback.i_frame:  # just begun, or led elsewhere by hand
        session.playback = replace(_from_here(session), since_s=now_s)
        return False
    instant = playback.from_ns + round((now_s - playback.since_s) * playback.speed * 1e9)
    i_frame = int(np.searchsorted(session.frames, instant, side="right")) - 1
    if i_frame == session.i_frame:
        return False
    session.go_to(i_frame)
    at_end = i_frame == len(session.frames) - 1
    session.playback = None if at_end else replace(playback, i_frame=i_frame)
    return True


def _from_here(session: Session) -> Playback:
    return Playback(speed=session.speed, i_frame=session.i_frame, from_ns=session.timestamp_ns)
