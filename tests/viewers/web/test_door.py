"""Without the token nothing is served, to a page as little as to a WebSocket, and no other site gets in with it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import pytest

from sensorann.errors import ArgumentError, SensorannError

pytest.importorskip("viser")

import viser
from websockets.datastructures import Headers
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from viewers.web import serving as serving_module
from viewers.web.door import Door
from viewers.web.serving import HOST, serving


@pytest.fixture(scope="module")
def door() -> Door:
    return Door()


@pytest.fixture(scope="module")
def server(door) -> Iterator[tuple[viser.ViserServer, str]]:
    with serving(door, 0, title="<street>") as running:
        yield running


@pytest.fixture(scope="module")
def place(server) -> str:
    """HOST:PORT of the server."""
    return urlsplit(server[1]).netloc


def get(place: str, path: str = "/", **headers: str) -> tuple[HTTPResponse, str]:
    connection = HTTPConnection(place, timeout=10)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer, answer.read().decode()
    finally:
        connection.close()


def cookie_of(server: tuple[viser.ViserServer, str], place: str) -> str:
    answer, _ = get(place, "/?" + urlsplit(server[1]).query)
    return answer.headers["Set-Cookie"].split(";")[0]


def test_it_serves_this_machine_alone(server):
    port = server[0].get_port()
    assert urlsplit(server[1]).hostname == HOST == "127.0.0.1"
    others = [own[4][0] for own in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    for address in set(others) - {HOST} | {"127.0.0.2"}:
        with socket.socket() as tried:
            assert tried.connect_ex((address, port)) != 0


@pytest.mark.parametrize(
    "path", ["/", "/index.html", "/?token=", "/?token=wrong", "/?token", "/?other=1", "/?token=%ff"]
)
def test_a_page_without_the_token_is_told_where_it_is(place, path):
    answer, body = get(place, path)
    assert answer.status == 403
    assert "sensorann view --web" in body
    assert "<" not in body
    assert "Set-Cookie" not in answer.headers


def test_the_token_becomes_a_cookie_and_leaves_the_address(server, place):
    answer, body = get(place, "/?" + urlsplit(server[1]).query)
    assert (answer.status, answer.headers["Location"], body) == (303, "/", "")
    kept = answer.headers["Set-Cookie"]
    assert "HttpOnly" in kept
    assert "SameSite=Lax" in kept
    page, text = get(place, "/", Cookie=f"other=1; {kept.split(';')[0]}")
    assert page.status == 200
    assert "<title>&lt;street&gt;</title>" in text
    assert page.headers["Cache-Control"] == "no-store"


def test_the_page_is_told_to_ask_nobody_else(server, place):
    page, text = get(place, "/", Cookie=cookie_of(server, place), Accept_Encoding="gzip")
    policy = dict(part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["connect-src"] == f"'self' ws://{place} blob: data:"
    assert not any("http" in sources or "*" in sources for sources in policy.values())
    assert int(page.headers["Content-Length"]) == len(text.encode())


@pytest.mark.parametrize("wrong", ["none", "cookie", "token in the address", "origin", "host"])
def test_a_websocket_needs_the_cookie_and_the_page_of_this_server(server, place, door, wrong):
    cookie = "sensorann=1" if wrong in ("none", "token in the address") else cookie_of(server, place)
    headers = {"Cookie": cookie + "x" if wrong == "cookie" else cookie}
    if wrong == "host":
        headers["Host"] = "evil.example:80"
    address = f"ws://{place}" + (f"/?token={door.token}" if wrong == "token in the address" else "")
    origin = "http://127.0.0.1:1" if wrong == "origin" else f"http://{place}"
    with pytest.raises(InvalidStatus) as refused, connect(address, origin=origin, additional_headers=headers):
        pass
    assert refused.value.response.status_code == 403


def test_a_websocket_of_the_page_is_let_in(server, place):
    protocol = f"viser-v{viser.__version__}"
    with connect(
        f"ws://{place}",
        origin=f"http://{place}",
        subprotocols=[protocol],
        additional_headers={"Cookie": cookie_of(server, place)},
    ) as connection:
        assert connection.recv(timeout=10)


@pytest.mark.parametrize("host", ["evil.example:8040", "127.0.0.1.evil.example:8040", "", "[::1]:8040"])
def test_a_name_that_only_points_here_is_refused(door, host):
    headers = Headers({"Host": host, "Cookie": f"sensorann-8040={door.token}"})
    assert door.stop("/", headers).status_code == 403
    assert door.stop("/", Headers({"Host": "127.0.0.1:8040", "Cookie": f"sensorann-8040={door.token}"})) is None
    assert door.stop("/", Headers({"Host": "localhost:8040", "Cookie": f"sensorann-8040={door.token}"})) is None


def test_every_start_has_a_token_of_its_own_that_nobody_guesses():
    tokens = {Door().token for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 32


def test_a_taken_port_is_named():
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ArgumentError, match=f"port {port} of 127.0.0.1 is taken"), serving(Door(), port, title=""):
            pass


def test_nobody_is_asked_for_a_public_address(server, monkeypatch):
    monkeypatch.setattr("viser._viser.ViserTunnel", lambda *_: pytest.fail("a tunnel was asked for"))
    assert server[0].request_share_url() is None


def test_a_viser_that_goes_round_the_door_is_not_left_open(monkeypatch):
    stopped = []

    class Careless:
        def __init__(self, **_):
            pass

        def stop(self):
            stopped.append(self)

    monkeypatch.setattr(serving_module, "LocalServer", Careless)
    with pytest.raises(SensorannError, match="lets no token be asked for"), serving(Door(), 0, title=""):
        pass
    assert stopped
