"""Show a session to whoever opens the address, until the person is done."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from viewers.keymap import Keymap
from viewers.session import Session
from viewers.warming import get_ready
from viewers.web.door import Door
from viewers.web.page import Page
from viewers.web.serving import serving


def show(session: Session, keymap: Keymap, *, port: int, tell: Callable[[str], None]) -> None:
    """Serve the page of a session and return when it is left.

    Parameters
    ----------
    session : Session
    keymap : its keys
    port : of the loopback interface; 0 takes a free one
    tell : takes the address to open, with its token

    Raises
    ------
    ArgumentError
        When another program has the port.
    """
    with serving(Door(), port, title=f"sensorann: {session.name}") as (server, address):
        page = Page(server, session, keymap)
        get_ready(session)
        tell(address)
        try:
            with contextlib.suppress(KeyboardInterrupt):  # the other way to be done; every edit is in the store
                page.run()
        finally:
            page.close()
