"""One step back, one step forth, without limit."""

from __future__ import annotations

from viewers.session import Session


def undo(session: Session) -> None:
    """Forget the box in the hand, or else take back the last edit; what was imported stays."""
    if session.gesture is not None or session.clicks:
        session.gesture, session.clicks = None, ()
        return
    kind = session.take_back()
    session.message = "nothing to undo" if kind is None else f"undone: {kind}"


def redo(session: Session) -> None:
    """Bring back what was undone last, unless something was edited since."""
    kind = session.take_back(redo=True)
    session.message = "nothing to redo" if kind is None else "brought back"
