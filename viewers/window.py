"""The window: events become actions, and what an action changed is drawn anew."""

from __future__ import annotations

import time

from open3d.visualization import gui

from viewers.actions import asking, looking, playing
from viewers.batch_panel import BatchPanel
from viewers.camera_panel import CameraPanel
from viewers.close_up_panel import CloseUpPanel
from viewers.clouds import Clouds
from viewers.form_dialog import FormDialog
from viewers.guarding import Guard
from viewers.keyboard import Keyboard
from viewers.keymap import Keymap
from viewers.layout import NOWHERE, Layout, arrange
from viewers.looks import Part
from viewers.mouse import Mouse
from viewers.pacing import Pacing
from viewers.panel import Panel
from viewers.scene_view import SceneView
from viewers.session import Session
from viewers.warming import get_ready

_SIZE = (1280, 800)
# Open3D draws a picture after each event, and a person waits for it: work that is done so soon is in it already.
_SOON_S = 0.04


class Window:
    """One window on one session. Everything here runs on the main thread."""

    def __init__(self, session: Session, keymap: Keymap) -> None:
        self._session, self._keymap = session, keymap
        self._keyboard, self._mouse = Keyboard(), Mouse()
        self._clouds, self._pacing = Clouds(), Pacing()
        self._places: Layout | None = None
        self._alone = True
        self._hand = (0.0, 0.0)
        self._close_asked = self._closing = False
        application = gui.Application.instance
        monospace = application.add_font(gui.FontDescription(gui.FontDescription.MONOSPACE))
        self._window = window = application.create_window(f"sensorann: {session.name}", *_SIZE)
        guarded = Guard(session, lambda: self._panel.show(session))
        changed = guarded(self._acted, None)
        self._scene = SceneView(window, session)
        self._cameras = CameraPanel(window, session, on_change=changed)
        self._close_ups = CloseUpPanel(window, session, on_drag=guarded(self._dragged, None), on_change=changed)
        self._batch = BatchPanel(window, session, on_change=changed)
        self._panel = Panel(
            window,
            keymap,
            monospace=monospace,
            on_object=guarded(self._choose, None),
            on_frame=guarded(self._go, None),
        )
        self._form = FormDialog(
            window,
            self._scene.widget,
            on_answer=guarded(self._answer, None),
            on_cancel=guarded(self._cancel, None),
        )
        self._draw_panels = guarded(self._panels_drawn, None)
        window.set_on_layout(guarded(self._layout, None))
        window.set_on_key(guarded(self._key, True))
        window.set_on_close(guarded(self._close, False))
        window.set_on_tick_event(guarded(self._tick, False))
        self._scene.widget.set_on_mouse(guarded(self._mouse_event, gui.SceneWidget.EventCallbackResult.CONSUMED))
        changed()

    def refresh(self) -> None:
        """Draw the session as it is now: the 3D view at once, the panels behind its first picture."""
        session = self._session
        cloud = self._clouds.changed(session)
        if cloud is not None:
            self._scene.draw_points(cloud)
        done = [cloud is not None, self._scene.draw_boxes(), self._scene.look(), self._form.show(session.form)]
        self._pacing.panels_wait(for_picture=any(done))
        if any(done):
            self._picture_wanted()

    def _acted(self) -> None:
        """Draw what an action changed, and what the work that it began comes to where that is soon."""
        self._session.collect_soon(_SOON_S)
        self.refresh()

    def _panels_drawn(self) -> None:
        """Draw what stands around the 3D view."""
        session, points_labels = self._session, self._clouds.in_labels(self._session)
        done = [self._panel.show(session), self._close_ups.refresh(points_labels), self._batch.refresh()]
        self._cameras.refresh(points_labels)
        if any(done):
            self._picture_wanted()

    def _picture_wanted(self) -> None:
        self._pacing.changed(time.monotonic())
        self._window.set_needs_layout()
        self._window.post_redraw()

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
        self._pacing.drawn()  # each picture that is asked for comes with a layout
        batch = Part.BATCH in session.looks.shown
        self._scene.place(places.view)
        if self._alone:
            # Open3D lets lie over a 3D view only what comes after it: the first picture shows nothing else.
            self._alone = False
            self._picture_wanted()
            return
        before, self._places = self._places, places
        self._scene.cover(places.view, with_wires=not batch)
        self._batch.place(places.view if batch else NOWHERE)
        self._cameras.place(places.camera, places.strip)
        self._close_ups.place(places.close_ups, places.before)
        self._panel.place(places)
        if places != before:  # pictures are as large as their places, and the timeline as wide as the window
            self._draw_panels()
            self._picture_wanted()  # the eye takes a new size only when it draws

    def _close(self) -> bool:
        """Put off closing to the next tick: Open3D asks for it on Escape too, just before it tells of the key."""
        self._close_asked = True
        return self._closing

    def _key(self, event: gui.KeyEvent) -> bool:
        if event.key == int(gui.KeyName.ESCAPE):
            self._close_asked = False
        name = self._keyboard.event(event)
        if self._form.is_open:
            return self._key_in_form(event, name)
        known = name is not None and self._keymap.press(self._session, name)
        if known:
            self._acted()
        return known

    def _key_in_form(self, event: gui.KeyEvent, name: str | None) -> bool:
        """Keys are letters while a form is open, but for those that end it; a field tells only of keys that go up."""
        if name is not None:
            self._form.press(name)
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
        session = self._session
        if self._close_asked or session.left:
            return self._end()
        if self._pacing.panels_due():
            self._draw_panels()
        if session.collect() | playing.advance(session, time.monotonic()):
            self.refresh()
        # Pictures cost the worker its processor: while it works they are drawn for what is new alone.
        if any([self._panel.tell(session), self._take_merged(), self._cameras.collect(), self._batch.collect()]):
            self._picture_wanted()
        due = self._pacing.picture_due(time.monotonic())
        if due:
            self._window.set_needs_layout()
        return due

    def _take_merged(self) -> bool:
        """Draw merged sweeps that are done; tell whether they were."""
        merged = self._clouds.collect(self._session)
        if merged is not None:
            self._scene.draw_points(merged)
        return merged is not None

    def _end(self) -> bool:
        self._closing = True
        for part in (self._clouds, self._cameras, self._batch):
            part.close()
        # Closing within a tick would crash.
        gui.Application.instance.post_to_main_thread(self._window, self._window.close)
        return False

    def _dragged(self) -> None:
        """Show the box where a hand has it."""
        self._scene.draw_boxes()
        self._picture_wanted()

    def _mouse_event(self, event: gui.MouseEvent) -> gui.SceneWidget.EventCallbackResult:
        """Take all that a hand does in the 3D view: told of it, Open3D would draw all points anew for each click."""
        looking.hover(self._session)
        kinds, left = gui.MouseEvent.Type, event.is_button_down(gui.MouseButton.LEFT)
        pixel, ray = self._scene.under(event.x, event.y)
        if event.type == kinds.WHEEL:
            self._scene.go_nearer(float(event.wheel_dy))
            self._eye_moved()
        elif event.type == kinds.BUTTON_DOWN and left:
            self._mouse.press(self._session, pixel, ray)
        elif event.type == kinds.DRAG:
            if left and self._mouse.drag(self._session, ray):
                self._close_ups.draw()
                self._dragged()
            else:
                self._turn(event, pixel)
        elif event.type == kinds.BUTTON_UP:
            add = event.is_modifier_down(gui.KeyModifier.CTRL)
            self._mouse.release(self._session, pixel, ray, self._clouds.in_labels(self._session), add=add)
            self._acted()
        self._hand = pixel
        return gui.SceneWidget.EventCallbackResult.CONSUMED

    def _turn(self, event: gui.MouseEvent, pixel: tuple[float, float]) -> None:
        """Turn the view by the left button, push it by another one or with Ctrl."""
        push = not event.is_button_down(gui.MouseButton.LEFT) or event.is_modifier_down(gui.KeyModifier.CTRL)
        self._scene.turn(pixel[0] - self._hand[0], pixel[1] - self._hand[1], push=push)
        self._eye_moved()

    def _eye_moved(self) -> None:
        """Let the picture that Open3D draws after the event be a whole one."""
        self._pacing.moves(time.monotonic())
        self._window.set_needs_layout()

    def _choose(self, track_id: str) -> None:
        self._session.select(track_id)
        self.refresh()

    def _go(self, i_frame: int) -> None:
        self._session.go_to(i_frame)
        self.refresh()


def show(session: Session, keymap: Keymap) -> None:
    """Open a window on a session and return when it is closed."""
    gui.Application.instance.initialize()
    Window(session, keymap)
    get_ready(session)
    gui.Application.instance.run()
