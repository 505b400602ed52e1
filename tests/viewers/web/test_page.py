"""What a hand does on the page, in one tab or two, and what the page shows when something goes wrong."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from sensorann.errors import FormatError
from sensorann.formats import open_drive
from sensorann.scene import Sweep
from sensorann.store import log, open_store
from tests.builders import make_labels
from tests.viewers import pinhole
from tests.viewers.screen import until
from viewers import Session, open_session
from viewers.commands import COMMANDS, Command
from viewers.keymap import read_keymap

pytest.importorskip("viser")
pytest.importorskip("selenium")

from selenium.webdriver.common.keys import Keys

from tests.viewers.web.shown import shown


class TornDrive:
    """A drive of which one sweep cannot be read."""

    TORN = 1

    def __init__(self, drive) -> None:
        self._drive = drive

    def __getattr__(self, name):
        return getattr(self._drive, name)

    def sweep(self, sensor: str, index: int) -> Sweep:
        if index == self.TORN:
            raise FormatError("street.drive.h5", f"sweep {index}", expected="a checksum", found="<another>")
        return self._drive.sweep(sensor, index)


@contextmanager
def opened(web_street, place: Path) -> Iterator[Session]:
    """A session on a store of its own, with two objects."""
    with open_store(place, actor="anna", create=True, wait_s=0.2) as store:
        store.import_labels(make_labels(*web_street.two_in_view()), drive="street")
        session = open_session(TornDrive(open_drive(web_street.path)), store, name="street")
        yield session
        session.close()


@pytest.fixture(scope="module")
def session(web_street, tmp_path_factory) -> Iterator[Session]:
    with opened(web_street, tmp_path_factory.mktemp("page") / "labels.db") as session:
        yield session


@pytest.fixture(scope="module")
def shared_page(session, chromium):
    """A browser on the page of the session."""
    with shown(session, read_keymap()) as address:
        chromium.open(address)
        yield chromium


@pytest.fixture
def page(shared_page, session):
    """The page as it was first: frame 0, nothing selected."""
    for key in (Keys.ESCAPE, Keys.ESCAPE, Keys.HOME):  # the first one leaves a line that was written in
        shared_page.key(key)
    until(lambda: session.i_frame == 0 and not session.selected, "the first frame")
    return shared_page


def edits(session: Session) -> list[str]:
    """Kinds of all events."""
    return [event.kind for event in log(session.store)]


def test_widgets_do_what_they_say(page, session):
    second = session.labels.tracks[1]
    page.choose("selected", second.id)
    until(lambda: session.selected == (second.id,), "the selection")
    page.choose("category", "truck")
    until(lambda: session.track.category == "truck", "the category")
    page.type("size, m", "9.5")
    page.button("set size")
    until(lambda: session.box_here(second.id).size[0] == 9.5, "the size")
    page.button("next frame")
    until(lambda: session.i_frame == 1, "the next frame")
    assert edits(session)[-2:] == ["category", "resize"]
    page.choose("selected", "nothing")
    until(lambda: not session.selected, "that nothing is selected")
    page.choose("category", "bus")
    until(lambda: session.category == "bus", "the category of what comes")
    page.choose("category", "guess")
    until(lambda: session.category is None, "that it is guessed")


def test_machine_work_is_asked_for_and_comes(page, session):
    known = session.labels.tracks[0].id
    page.choose("selected", known)
    until(lambda: session.selected == (known,), "the selection")
    page.key(Keys.ARROW_RIGHT)
    page.key(Keys.ARROW_RIGHT)
    page.button("delete box")
    until(lambda: session.i_frame == 2 and session.box_here(known) is None, "no box")
    page.key("p")  # along the curve alone: one of the sweeps cannot be read
    page.button("interpolate")
    until(lambda: session.box_here(known) is not None, "the box of the machine")
    page.key("p")
    until(lambda: session.use_points, "the points")
    assert edits(session)[-2:] == ["delete", "interpolate"]


def test_a_hand_on_the_keys_of_viser_does_not_fly_away(page, session, web_street):
    known = session.labels.tracks[0]
    for _ in range(10):
        page.key("q")  # viser would rise
        page.key("e")
    page.key(Keys.ESCAPE)
    page.click(pinhole.pixel_of(web_street.points_ego[known.id], page.view()[2:]))
    until(lambda: session.selected == (known.id,), "the selection at the place where it was")


def test_two_tabs_show_the_same_and_one_that_breaks_off_lets_go(page, session, web_street):
    before, known = edits(session), session.labels.tracks[0]
    page.open_tab(page.address())
    plain = page.picture()
    page.key(Keys.TAB)
    until(lambda: session.selected == (known.id,), "the selection")
    page.until_drawn(plain)
    box = session.box_here(known.id)
    points = [box.frame_from_cuboid.apply([ahead * box.size[0], 0, 0]) for ahead in (0.55, 1.0)]
    size = page.view()[2:]
    page.drag([pinhole.pixel_of(web_street.ego_from_world.apply(point), size) for point in points], release=False)
    until(lambda: session.gesture is not None, "the box in the hand")
    page.crash()
    until(lambda: session.gesture is None, "the box let go")
    page.key(Keys.END)
    until(lambda: "frame 3 of 3" in page.text(), "the last frame in the tab that is left")
    assert edits(session) == [*before, "drag"]


def test_a_sweep_that_cannot_be_read_says_so_and_the_rest_works(page, session):
    page.key(Keys.ARROW_RIGHT)
    until(lambda: "expected a checksum, found <another>" in page.text(), "why there are no points")
    page.key("h", held=[Keys.SHIFT])
    until(lambda: session.message, "that it still says so")
    page.key(Keys.ARROW_RIGHT)
    until(lambda: "frame 2 of 3" in page.text() and "checksum" not in page.text(), "the next frame")
    until(lambda: page.picture().std() > 5.0, "its points")


def test_a_locked_store_says_so_and_nothing_is_lost(page, session):
    n_edits = len(edits(session))
    page.key(Keys.TAB)
    until(lambda: session.selected, "the selection")
    before = session.box_here(session.selected[-1]).center
    with sqlite3.connect(session.store.name) as other:
        other.execute("BEGIN IMMEDIATE")
        page.key("w")
        until(lambda: "another program holds the store locked" in page.text(), "who is in the way")
        np.testing.assert_array_equal(session.box_here(session.selected[-1]).center, before)
        other.rollback()
    other.close()
    page.key("w")
    until(lambda: len(edits(session)) == n_edits + 1, "the edit")


def test_the_page_cannot_ask_anybody_else(page):
    asked = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Listener) as elsewhere:
        thread = threading.Thread(target=elsewhere.serve_forever)
        thread.start()
        try:
            address = f"http://127.0.0.1:{elsewhere.server_port}/font.woff"
            assert page.fetch(address) == "refused"
            assert page.fetch(page.address()) == "answered"
        finally:
            elsewhere.shutdown()
            thread.join()
    assert asked == []


def test_a_form_is_asked_on_the_page(page, session):
    known = session.labels.tracks[0].id
    page.choose("selected", known)
    until(lambda: session.selected == (known,), "the selection")
    page.key("a", held=[Keys.CONTROL])
    until(lambda: "An attribute of" in page.text(), "the form")
    page.type("name", "parked")
    page.say("value", "yes, <b>today</b>")
    until(lambda: session.track.attributes.get("parked") == "yes, <b>today</b>", "the attribute")
    until(lambda: "An attribute of" not in page.text(), "the end of the form")
    page.key(Keys.ESCAPE)
    page.key("m")
    until(lambda: "What the next objects are" in page.text(), "the other form")
    page.key(Keys.ESCAPE)  # the choices, which are open, lie over the buttons
    page.button("leave it")
    until(lambda: session.form is None and "What the next" not in page.text(), "the end of it")
    page.button("play")
    until(lambda: session.i_frame == 3 and session.playback is None, "the last frame")


def test_a_fault_of_ours_is_shown_and_logged_and_the_page_lives_on(web_street, chromium, caplog, tmp_path):
    def broken(_: Session) -> None:
        raise ZeroDivisionError("<oh>")

    usual = read_keymap()
    keymap = replace(usual, commands=MappingProxyType({**COMMANDS, "flip": Command("flip", broken)}))
    with opened(web_street, tmp_path / "labels.db") as session, shown(session, keymap) as address:
        chromium.open(address)
        chromium.key("g")
        until(
            lambda: "this went wrong, the log says more: ZeroDivisionError('<oh>')" in chromium.text(),
            "what went wrong",
        )
        assert "ZeroDivisionError" in caplog.text
        chromium.key(Keys.END)
        until(lambda: "frame 3 of 3" in chromium.text() and "wrong" not in chromium.text(), "the last frame")
