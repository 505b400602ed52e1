"""The page: what comes from browsers becomes actions on the session, and what an action changed is drawn anew."""

from __future__ import annotations

import time
from functools import partial

import numpy as np
import viser

from viewers.actions import playing
from viewers.eye import FIELD_OF_VIEW_DEG, drawn_from_labels, stand, target_of
from viewers.guarding import Guard
from viewers.keymap import Keymap
from viewers.mouse import Mouse, Ray
from viewers.session import Session
from viewers.web.cameras import Cameras
from viewers.web.forms import Forms
from viewers.web.handles import Handles
from viewers.web.hotkeys import listen_to_keys
from viewers.web.inbox import Inbox
from viewers.web.panel import Panel
from viewers.web.scene import Scene

# How long nothing may come before work that is done is asked for.
_PATIENCE_S = 0.02


class Page:
    """One session, in as many tabs as are open; all of them show the same.

    viser tells what happens on a thread of its own; the session is touched by the thread that runs the page alone.
    """

    def __init__(self, server: viser.ViserServer, session: Session, keymap: Keymap) -> None:
        self._server, self._session, self._inbox = server, session, Inbox()
        self._guarded = Guard(session, lambda: None)  # the panel tells the message at every step
        server.initial_camera.fov = float(np.radians(FIELD_OF_VIEW_DEG))
        server.gui.configure_theme(dark_mode=True, show_logo=False, show_share_button=False)
        server.gui.main_panel.dock_right()
        self._scene = Scene(server.scene)
        self._handles = Handles(server.scene, self._inbox.post)
        self._panel = Panel(server.gui, session, keymap, self._inbox.post)
        self._cameras = Cameras(server.gui, session)
        self._forms = Forms(server.gui, self._inbox.post)
        listen_to_keys(server.gui, keymap, self._inbox.post)
        for add in (False, True):
            self._listen_to_clicks(add=add)
        self._refresh()

    def run(self) -> None:
        """Do what the pages ask for until the person is done."""
        while not self._session.left:
            self.step()

    def step(self) -> None:
        """Do what came, and draw the session once where anything did."""
        session, actions = self._session, self._inbox.take(_PATIENCE_S)
        for action in actions:
            session.message = ""
            self._guarded(action, None)(session)
        worked = self._guarded(session.collect, True)()
        played = self._guarded(playing.advance, True)(session, time.monotonic())
        if actions or worked or played:
            self._refresh()
        for collect in (self._panel.tell, self._scene.collect, self._cameras.collect):
            self._guarded(collect, None)(session)

    def close(self) -> None:
        """Stop what is drawn beside the person."""
        self._scene.close()
        self._cameras.close()

    def _refresh(self) -> None:
        session = self._session
        with self._server.atomic():
            for draw in (self._scene.draw, self._handles.draw, self._look):
                self._guarded(draw, None)(session)
        self._guarded(lambda: self._cameras.ask(session, self._scene.clouds.in_labels(session)), None)()
        for show in (self._forms.show, self._panel.show):
            self._guarded(show, None)(session)

    def _look(self, session: Session) -> None:
        """Go to where the session wants to look from; from there on the person turns the view."""
        if session.view is None:
            return
        center, eye = stand(session.view, target_of(session))
        session.view = None
        self._server.initial_camera.position, self._server.initial_camera.look_at = eye, center
        for client in self._server.get_clients().values():
            client.camera.position = eye
            client.camera.look_at = center

    def _listen_to_clicks(self, *, add: bool) -> None:
        @self._server.scene.on_click(modifier="cmd/ctrl" if add else None)
        def _(event: viser.SceneClickEvent) -> None:
            self._inbox.post(partial(self._click, event=event, add=add))

    def _click(self, session: Session, event: viser.SceneClickEvent, *, add: bool) -> None:
        """Do what a click does: the button is pressed and let go at one place."""
        labels_from_drawn = drawn_from_labels(session).inverse()
        ray = Ray(labels_from_drawn.apply(event.ray_origin), labels_from_drawn.rotate(event.ray_direction))
        hand = Mouse()
        hand.press(session, event.screen_pos, ray)
        hand.release(session, event.screen_pos, ray, self._scene.clouds.in_labels(session), add=add)
