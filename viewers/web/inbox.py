"""What the pages ask for, from viser's thread to the one thread that works on the session."""

from __future__ import annotations

import queue
from collections.abc import Callable

from viewers.session import Session

Action = Callable[[Session], None]
Post = Callable[[Action], None]


class Inbox:
    """Actions in the order in which they came."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[Action] = queue.SimpleQueue()

    def post(self, action: Action) -> None:
        """Put an action at the end; any thread may."""
        self._waiting.put(action)

    def take(self, patience_s: float) -> list[Action]:
        """Take all actions that have come; where there are none, wait so long for one."""
        taken: list[Action] = []
        try:
            taken.append(self._waiting.get(timeout=patience_s))
            while True:
                taken.append(self._waiting.get_nowait())
        except queue.Empty:
            return taken
