"""Pictures that take long are drawn beside the person; of several that were asked for only the newest is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from viewers.worker import Worker

_Drawn = TypeVar("_Drawn")


class RenderingQueue(Generic[_Drawn]):
    """One picture in the making, and at most one that waits."""

    def __init__(self, name: str) -> None:
        self._worker = Worker(name)
        self._next: Callable[[], _Drawn] | None = None
        self._done: list[_Drawn] = []

    def ask(self, draw: Callable[[], _Drawn]) -> None:
        """Ask for a picture; one that waits is forgotten."""
        if self._worker.pending:
            self._next = draw
        else:
            self._worker.submit("drawing", draw, self._done.append)

    def collect(self) -> _Drawn | None:
        """The newest picture that is done; None where there is none since the last time.

        Raises
        ------
        SensorannError
            What went wrong while it was drawn.
        """
        try:
            self._worker.collect()
        finally:
            if self._next is not None and not self._worker.pending:
                draw, self._next = self._next, None
                self.ask(draw)
        return self._done.pop() if self._done else None

    def close(self) -> None:
        """Stop; what waits is never drawn."""
        self._worker.close()
