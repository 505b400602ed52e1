"""Who may come in: a browser that was told the token, and nothing that another page sends in its name."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

Answer = Callable[[ServerConnection, Request], Response | None]

# Names under which this machine is this machine; any other one is a page that points its own name here.
_OWN_NAMES = ("127.0.0.1", "localhost")
_TOKEN_BYTES = 24
_ASK = "This page asks for its token: open the whole address that `sensorann view --web` printed.\n"
# The page is one file with its scripts, styles and shaders inside. What is not named here the browser does not load.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob: data:; style-src 'unsafe-inline'; "
    "worker-src blob: data:; img-src 'self' blob: data:; font-src data:; connect-src 'self' ws://{host} blob: data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Mapping[str, str] = MappingProxyType(
    {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
)


class Door:
    """What stands before a server: every request, that for a WebSocket too, is answered here or let through.

    The token comes once in the address and then as a cookie that no script reads and no other site's page sends.
    """

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(_TOKEN_BYTES)

    def before(self, answer: Answer) -> Answer:
        """Put the door before what answers requests."""

        def guarded(connection: ServerConnection, request: Request) -> Response | None:
            stopped = self.stop(request.path, request.headers)
            if stopped is not None:
                return stopped
            response = answer(connection, request)
            if response is not None:
                _add_headers(response.headers, host=request.headers["Host"])
            return response

        return guarded

    def stop(self, path: str, headers: Headers) -> Response | None:
        """Answer a request instead of the server; None lets it through.

        Parameters
        ----------
        path : with its query
        headers : of the request
        """
        hosts, origins = headers.get_all("Host"), headers.get_all("Origin")
        if len(hosts) != 1 or hosts[0].rpartition(":")[0] not in _OWN_NAMES:
            return _refusal(f"This server is reached as {' or '.join(_OWN_NAMES)} only.\n")
        if origins not in ([], [f"http://{hosts[0]}"]):
            return _refusal("Another page may not ask in the name of this one.\n")
        cookie = f"sensorann-{hosts[0].rpartition(':')[2]}"  # browsers share cookies between the ports of a machine
        if any(self._opens(value) for value in _cookies(headers, cookie)):
            return None
        if headers.get_all("Upgrade") or not any(self._opens(value) for value in _query(path, "token")):
            return _refusal(_ASK)
        kept = f"{cookie}={self.token}; Path=/; HttpOnly; SameSite=Lax"
        # The address without the token is what stays in the history.
        return _response(HTTPStatus.SEE_OTHER, "", {"Location": "/", "Set-Cookie": kept})

    def _opens(self, given: str) -> bool:
        """Compare in a time that tells nothing of how much is right."""
        return hmac.compare_digest(given.encode(errors="replace"), self.token.encode())


def _cookies(headers: Headers, name: str) -> list[str]:
    pairs = [pair.strip().partition("=") for line in headers.get_all("Cookie") for pair in line.split(";")]
    return [value for key, _, value in pairs if key == name]


def _query(path: str, name: str) -> list[str]:
    return parse_qs(urlsplit(path).query).get(name, [])


def _refusal(text: str) -> Response:
    return _response(HTTPStatus.FORBIDDEN, text, {})


def _response(status: HTTPStatus, text: str, headers: Mapping[str, str]) -> Response:
    body = text.encode()
    plain = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body)), "Connection": "close"}
    return Response(status.value, status.phrase, Headers({**plain, **_HEADERS, **headers}), body)


def _add_headers(headers: Headers, *, host: str) -> None:
    for name, value in _HEADERS.items():
        headers[name] = value
    headers["Content-Security-Policy"] = _POLICY.format(host=host)
