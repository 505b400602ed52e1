"""The window: events become actions, and what an action changed is drawn anew."""

from __future__ import annotations

import contextlib
import functools
import logging
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray
from open3d.visualization import gui

from sensorann.errors import SensorannError
from viewers.actions import asking, playing
from viewers.batch_panel import BatchPanel
from viewers.camera_panel import CameraPanel
from viewers.close_up_panel import CloseUpPanel
from viewers.coloring import points_depend_on
from viewers.form_dialog import FormDialog
from viewers.keyboard import Keyboard
from viewers.keymap import Keymap
from viewers.layout import NOWHERE, Layout, arrange
from viewers.looks import Part
from viewers.mouse import Mouse
from viewers.panel import Panel
from viewers.points import Cloud, cloud_at, merged_cloud
from viewers.rendering_queue import RenderingQueue
from viewers.scene_view import SceneView
from viewers.session import Session

_log = logging.getLogger(__name__)
_SIZE = (1280, 800)
# So many pictures are drawn after a change, and some more so much later, seconds.
_N_PICTURES, _AGAIN_S = 3, (0.5, 1.5, 4.0)
_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class Window:
    """One window on one session. Everything here runs on the main thread."""

    def __init__(self, session: Session, keymap: Keymap) -> None:
        self._session, self._keymap = session, keymap
        self._keyboard, self._mouse = Keyboard(), Mouse()
        self._cloud = Cloud.joined([])
        self._merging: RenderingQueue[tuple[tuple[object, ...], Cloud]] = RenderingQueue("sensorann cloud")
        self._merged: tuple[tuple[object, ...], Cloud] = ((), self._cloud)
        self._drawn: tuple[object, ...] = ()
        self._places: Layout | None = None
        self._n_due = 0
        self._again_at: list[float] = []
        self._close_asked = self._closing = False
        application = gui.Application.instance
        monospace = application.add_font(gui.FontDescription(gui.FontDescription.MONOSPACE))
        self._window = window = application.create_window(f"sensorann: {session.name}", *_SIZE)
        self._scene = SceneView(window, session)
        changed = self._guarded(self.refresh, None)
        self._cameras = CameraPanel(window, session, on_change=changed)
        self._close_ups = CloseUpPanel(window, session, on_drag=self._guarded(self._dragged, None), on_change=changed)
        self._batch = BatchPanel(window, session, on_change=changed)
        self._panel = Panel(
            window,
            keymap,
            monospace=monospace,
            on_object=self._guarded(self._choose, None),
            on_frame=self._guarded(self._go, None),
        )
        self._form = FormDialog(
            window,
            self._scene.widget,
            on_answer=self._guarded(self._answer, None),
            on_cancel=self._guarded(self._cancel, None),
        )
        window.set_on_layout(self._guarded(self._layout, None))
        window.set_on_key(self._guarded(self._key, True))
        window.set_on_close(self._guarded(self._close, False))
        window.set_on_tick_event(self._guarded(self._tick, False))
        self._scene.widget.set_on_mouse(self._guarded(self._mouse_event, gui.SceneWidget.EventCallbackResult.IGNORED))
        changed()

    def refresh(self) -> None:
        """Draw the session as it is now: points where they changed, boxes and panels always."""
        session = self._session
        wanted = points_depend_on(session)
        if wanted != self._drawn:
            self._read_points()
            self._drawn = wanted
        self._scene.draw_boxes()
        points_labels = self._points_labels()
        self._cameras.refresh(points_labels)
        self._close_ups.refresh(points_labels)
        self._batch.refresh()
        self._panel.show(session)
        self._form.show(session.form)
        self._scene.look()
        self._drawn_again(True)

    def _read_points(self) -> None:
        """Draw the points of this frame at once, and the merged sweeps when they are there."""
        session = self._session
        try:
            self._cloud = cloud_at(session, session.timestamp_ns)
        except SensorannError as error:  # the frame says why, the rest works
            self._cloud = Cloud.joined([])
            session.message = str(error)
        wanted, known = self._merge_key(), self._merged
        self._scene.draw_points(known[1] if known[0] == wanted else self._cloud)
        i_frame, n_sweeps = session.i_frame, session.looks.n_sweeps
        if n_sweeps > 1 and known[0] != wanted:
            self._merging.ask(lambda: (wanted, merged_cloud(session, i_frame, n_sweeps)))

    def _merge_key(self) -> tuple[object, ...]:
        """What a merged cloud depends on."""
        session = self._session
        return session.i_frame, session.looks.n_sweeps, session.labels

    def _take_merged(self) -> bool:
        """Draw merged sweeps that are done, if they are still wanted; tell whether they were."""
        merged = self._merging.collect()
        if merged is None or merged[0] != self._merge_key():
            return False
        self._merged = merged
        self._scene.draw_points(merged[1])
        return True

    def _points_labels(self) -> NDArray[np.float64]:
        """Points of this frame (N, 3) in the frame of the labels."""
        return self._session.frame_from_ego(self._session.timestamp_ns).apply(self._cloud.points)

    def _layout(self, _context: gui.LayoutContext) -> None:
        content, session = self._window.content_rect, self._session
        places = arrange(
            content.x,
            content.y,
            content.width,
            content.height,
            em=float(self._window.theme.font_size),
            looks=session.looks,
            has_cameras=bool(session.drive.rig.of_kind("camera")),
        )
        self._n_due = max(self._n_due - 1, 0)
        before = self._places
        self._places = places
        batch = Part.BATCH in session.looks.shown
        self._scene.widget.visible = not batch
        self._scene.place(places.view)
        self._batch.place(places.view if batch else NOWHERE)
        self._cameras.place(places.camera, places.strip)
        self._close_ups.place(places.close_ups)
        self._panel.place(places)
        if places != before:  # pictures are as large as their places
            self._cameras.refresh(self._points_labels())
            self._close_ups.refresh(self._points_labels())
            self._batch.refresh()
            self._panel.show(session)  # the timeline is as wide as the window

    def _close(self) -> bool:
        """Put off closing to the next tick: Open3D asks for it on Escape too, just before it tells of the key."""
        self._close_asked = True
        return self._closing

    def _key(self, event: gui.KeyEvent) -> bool:
        if event.key == int(gui.KeyName.ESCAPE):
            self._close_asked = False
        name = self._keyboard.event(event)
        if self._form.is_open:
            return self._key_in_form(event)
        known = name is not None and self._keymap.press(self._session, name)
        if known:
            self.refresh()
        return known

    def _key_in_form(self, event: gui.KeyEvent) -> bool:
        """Keys are letters while a form is open, but for those that end it; a field tells only of keys that go up."""
        ends = {int(gui.KeyName.ENTER): self._form.accept, int(gui.KeyName.ESCAPE): self._cancel}.get(int(event.key))
        if ends is not None and event.type == gui.KeyEvent.Type.UP:
            ends()
        return False

    def _answer(self, answers: dict[str, str]) -> None:
        try:
            asking.answer(self._session, answers)
        finally:
            self.refresh()

    def _cancel(self) -> None:
        self._session.form = None
        self.refresh()

    def _tick(self) -> bool:
        if self._close_asked or self._session.left:
            return self._end()
        changed = self._session.collect()
        changed |= playing.advance(self._session, time.monotonic())
        if changed:
            self.refresh()
        self._panel.tell(self._session)
        drawn = [bool(self._session.busy), self._take_merged(), self._cameras.collect(), self._batch.collect()]
        return self._drawn_again(changed or any(drawn))

    def _drawn_again(self, changed: bool) -> bool:
        """Ask for pictures until what changed is surely on the screen; tell whether one is asked for now.

        The renderer takes new textures over beside the drawing, and the picture after a change may still show old ones.
        """
        now = time.monotonic()
        if changed:
            self._n_due, self._again_at = _N_PICTURES, [now + later for later in _AGAIN_S]
        elif self._again_at and self._again_at[0] <= now:
            self._n_due, self._again_at = max(self._n_due, 1), self._again_at[1:]
        if self._n_due:
            self._window.set_needs_layout()  # each picture with a layout is counted there
            self._window.post_redraw()
        return self._n_due > 0

    def _end(self) -> bool:
        self._closing = True
        for part in (self._merging, self._cameras, self._batch):
            part.close()
        # Closing within a tick would crash.
        gui.Application.instance.post_to_main_thread(self._window, self._window.close)
        return False

    def _dragged(self) -> None:
        """Show the box where a hand has it."""
        self._scene.draw_boxes()
        self._drawn_again(True)

    def _mouse_event(self, event: gui.MouseEvent) -> gui.SceneWidget.EventCallbackResult:
        results = gui.SceneWidget.EventCallbackResult
        kinds = gui.MouseEvent.Type
        left = event.is_button_down(gui.MouseButton.LEFT) or event.type == kinds.BUTTON_UP
        if not left or event.type not in (kinds.BUTTON_DOWN, kinds.DRAG, kinds.BUTTON_UP):
            return results.IGNORED
        pixel, ray = self._scene.under(event.x, event.y)
        if event.type == kinds.BUTTON_DOWN:
            held = self._mouse.press(self._session, pixel, ray)
        elif event.type == kinds.DRAG:
            held = self._mouse.drag(self._session, ray)
            if held:
                self._close_ups.draw()
                self._dragged()
        else:
            add = event.is_modifier_down(gui.KeyModifier.CTRL)
            self._mouse.release(self._session, pixel, ray, self._points_labels(), add=add)
            held = False
            self.refresh()
        return results.CONSUMED if held else results.IGNORED

    def _choose(self, track_id: str) -> None:
        self._session.select(track_id)
        self.refresh()

    def _go(self, i_frame: int) -> None:
        self._session.go_to(i_frame)
        self.refresh()

    def _guarded(self, callback: Callable[_Arguments, _Result], otherwise: _Result) -> Callable[_Arguments, _Result]:
        """Let no error leave a callback: Open3D would end its loop, and the interpreter would hang at exit."""

        @functools.wraps(callback)
        def guarded(*arguments: _Arguments.args, **named: _Arguments.kwargs) -> _Result:
            try:
                return callback(*arguments, **named)
            except SensorannError as error:
                self._session.message = str(error)
            except Exception as error:  # a fault of ours costs an action, not the day
                _log.exception("the viewer goes on")
                self._session.message = f"this went wrong, the log says more: {error!r}"
            with contextlib.suppress(Exception):  # a panel that cannot be drawn must not end the loop either
                self._panel.show(self._session)
            return otherwise

        return guarded


def show(session: Session, keymap: Keymap) -> None:
    """Open a window on a session and return when it is closed."""
    gui.Application.instance.initialize()
    Window(session, keymap)
    gui.Application.instance.run()
