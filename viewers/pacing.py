"""Which pictures are due: the 3D view first, the panels behind it, and some pictures more for what came late."""

from __future__ import annotations

# So many pictures are drawn after a change, and one more so much later each, seconds.
_N_PICTURES, _AGAIN_S = 3, (0.5, 1.5, 4.0)


class Pacing:
    """Counts pictures: a person waits for the first one of what he did, so that nothing else is drawn before it.

    The renderer takes new textures over beside the drawing, and the picture after a change may still show old ones.
    """

    def __init__(self) -> None:
        self._n_due = 0
        self._again_at: list[float] = []
        self._until_panels: int | None = None

    def changed(self, now_s: float) -> None:
        """Ask for pictures until what changed is surely on the screen."""
        self._n_due, self._again_at = _N_PICTURES, [now_s + later for later in _AGAIN_S]

    def moves(self, now_s: float) -> None:
        """Ask for pictures when what moves has come to rest: its events are drawn anyhow, and more would only delay."""
        self._again_at = [now_s + later for later in _AGAIN_S]

    def panels_wait(self, *, for_picture: bool) -> None:
        """Let the panels be drawn when the next picture is, or at once where none is due."""
        self._until_panels = int(for_picture) if self._until_panels is None else self._until_panels

    def drawn(self) -> None:
        """Count a picture."""
        self._n_due = max(self._n_due - 1, 0)
        if self._until_panels is not None:
            self._until_panels = max(self._until_panels - 1, 0)

    def panels_due(self) -> bool:
        """Tell, once, whether the panels are to be drawn now."""
        due = self._until_panels == 0
        if due:
            self._until_panels = None
        return due

    def picture_due(self, now_s: float) -> bool:
        """Tell whether a picture is to be drawn now."""
        if self._again_at and self._again_at[0] <= now_s:
            self._n_due, self._again_at = max(self._n_due, 1), self._again_at[1:]
        return self._n_due > 0
