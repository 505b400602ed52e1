"""A session that is shown while it is looked at, from a thread of its own."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from viewers import Session
from viewers.keymap import Keymap
from viewers.web import show


@contextmanager
def shown(session: Session, keymap: Keymap) -> Iterator[str]:
    """Show a session; the address of its page."""
    addresses: queue.Queue[str] = queue.Queue()
    thread = threading.Thread(target=show, args=(session, keymap), kwargs={"port": 0, "tell": addresses.put})
    thread.start()
    try:
        yield addresses.get(timeout=60)
    finally:
        session.left = True
        thread.join()
