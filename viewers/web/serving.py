"""viser on this machine alone, behind a door, and without its own way out."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import viser
import websockets.asyncio.server

from sensorann.errors import ArgumentError, SensorannError
from viewers.web.document import amended
from viewers.web.door import Door

HOST = "127.0.0.1"


class LocalServer(viser.ViserServer):
    """A viser server that never asks its makers for a public address."""

    def request_share_url(self, verbose: bool = True) -> str | None:  # noqa: ARG002 - viser's own signature
        """Refuse: what is labelled here stays on this machine."""
        return None


@contextlib.contextmanager
def serving(door: Door, port: int, *, title: str) -> Iterator[tuple[LocalServer, str]]:
    """Serve on the loopback interface while the context lasts.

    Parameters
    ----------
    door : what every request passes first
    port : 0 takes a free one
    title : of the panel

    Returns
    -------
    the server, and the address to open, with its token

    Raises
    ------
    ArgumentError
        When another program has the port.
    """
    server = _start(door, port, title)
    try:
        own = server.get_port()
        if port not in (0, own):  # viser takes the next one in silence
            raise ArgumentError(f"port {port} of {HOST} is taken by another program: give another one, or 0 for any")
        yield server, f"http://{HOST}:{own}/?{urlencode({'token': door.token})}"
    finally:
        with _quiet():
            server.stop()


def _start(door: Door, port: int, title: str) -> LocalServer:
    """Start viser with the door before it: viser has no place for one, the library below it has."""
    plain, doors = websockets.asyncio.server.serve, []

    def behind_the_door(*arguments: Any, process_request: Any, **options: Any) -> Any:
        doors.append(door)
        answer = door.before(amended(process_request, title=title))
        return plain(*arguments, process_request=answer, **options)

    websockets.asyncio.server.serve = behind_the_door  # type: ignore[assignment, misc]
    try:
        with _quiet():
            server = LocalServer(host=HOST, port=port, label=title, verbose=False)
    finally:
        websockets.asyncio.server.serve = plain  # type: ignore[misc]
    if not doors:
        server.stop()
        raise SensorannError(f"viser {viser.__version__} starts in a way that lets no token be asked for")
    return server


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Swallow what viser prints: an address without the token, which does not open."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield
