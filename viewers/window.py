"""The window: events become actions, and what an action changed is drawn anew."""

from __future__ import annotations

import contextlib
import functools
import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numpy as np
import open3d as o3d
from open3d.visualization import gui, rendering

from sensorann.errors import SensorannError
from sensorann.geometry import Transform
from viewers import drawables, shapes
from viewers.eye import FIELD_OF_VIEW_DEG, moved_into, ray_through, stand
from viewers.keyboard import Keyboard
from viewers.keymap import Keymap
from viewers.mouse import Mouse, Ray
from viewers.panel import Panel
from viewers.points import points_here
from viewers.session import Session

_log = logging.getLogger(__name__)
_SIZE = (1280, 800)
_DARK = (0.07, 0.08, 0.09, 1.0)
_LINE_WIDTH = 2.0
_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class Window:
    """One window on one session. Everything here runs on the main thread."""

    def __init__(self, session: Session, keymap: Keymap) -> None:
        self._session, self._keymap = session, keymap
        self._keyboard, self._mouse = Keyboard(), Mouse()
        self._points = np.zeros((0, 3), np.float32)
        self._drawn: tuple[int, int] | None = None
        self._captions: list[gui.Label3D] = []
        self._close_asked = self._closing = False
        application = gui.Application.instance
        monospace = application.add_font(gui.FontDescription(gui.FontDescription.MONOSPACE))
        self._window = application.create_window(f"sensorann: {session.name}", *_SIZE)
        self._view = gui.SceneWidget()
        self._view.scene = rendering.Open3DScene(self._window.renderer)
        self._view.scene.set_background(_DARK)
        self._view.scene.view.set_post_processing(False)
        # Points would vanish while the view turns.
        self._view.scene.downsample_threshold = 100_000_000
        self._window.add_child(self._view)
        self._panel = Panel(
            self._window,
            keymap,
            monospace=monospace,
            on_object=self._guarded(self._choose, None),
            on_frame=self._guarded(self._go, None),
        )
        self._window.set_on_layout(self._guarded(self._layout, None))
        self._window.set_on_key(self._guarded(self._key, True))
        self._window.set_on_close(self._guarded(self._close, False))
        self._window.set_on_tick_event(self._guarded(self._tick, False))
        self._view.set_on_mouse(self._guarded(self._mouse_event, gui.SceneWidget.EventCallbackResult.IGNORED))
        self.refresh()

    def refresh(self) -> None:
        """Draw the session as it is now: points where the frame changed, boxes and panels always."""
        session = self._session
        wanted = (session.i_frame, session.point_size)
        if wanted != self._drawn:
            self._draw_points()
            self._drawn = wanted
        self._draw_boxes()
        self._panel.show(session)
        if session.view is not None:
            self._look()
        self._window.set_needs_layout()
        self._window.post_redraw()

    def _drawn_from_labels(self) -> Transform:
        """Everything is drawn where the vehicle is: metres of a map would not fit the screen's float32."""
        return self._session.frame_from_ego(self._session.timestamp_ns).inverse()

    def _draw_points(self) -> None:
        try:
            self._points = points_here(self._session)
        except SensorannError as error:  # the frame says why, the rest works
            self._points = np.zeros((0, 3), np.float32)
            self._session.message = str(error)
        material = rendering.MaterialRecord()
        material.shader = "defaultUnlit"
        material.point_size = self._session.point_size * self._window.scaling
        self._view.scene.remove_geometry("points")
        if len(self._points):
            self._view.scene.add_geometry("points", drawables.cloud(self._points), material)

    def _draw_boxes(self) -> None:
        shown, drawn_from_labels = list(self._session.shown()), self._drawn_from_labels()
        for caption in self._captions:
            self._view.remove_3d_label(caption)
        self._captions = []
        self._draw_lines("boxes", drawables.boxes(shown, drawn_from_labels))
        if self._session.paths_shown and self._session.selected:
            self._draw_lines("path", drawables.path(self._session.track, drawn_from_labels))
        else:
            self._view.scene.remove_geometry("path")
        for box in shown:
            top = box.cuboid.frame_from_cuboid.apply([0.0, 0.0, box.cuboid.size[2] / 2])
            caption = self._view.add_3d_label(drawn_from_labels.apply(top).astype(np.float32), box.track.id)
            caption.color = gui.Color(*shapes.box_color(box))
            self._captions.append(caption)

    def _draw_lines(self, name: str, lines: o3d.geometry.LineSet) -> None:
        material = rendering.MaterialRecord()
        material.shader = "unlitLine"
        material.line_width = _LINE_WIDTH * self._window.scaling
        self._view.scene.remove_geometry(name)
        if len(lines.lines):
            self._view.scene.add_geometry(name, lines, material)

    def _look(self) -> None:
        """Go to where the session wants to look from; from there on the person turns the view."""
        session = self._session
        view, session.view = session.view, None
        chosen = session.box_here(session.selected[-1]) if session.selected else None
        target = None if chosen is None else moved_into(chosen, self._drawn_from_labels(), frame="ego")
        if view is not None:
            center, eye = stand(view, target)
            bounds = o3d.geometry.AxisAlignedBoundingBox(center - 50.0, center + 50.0)
            self._view.setup_camera(FIELD_OF_VIEW_DEG, bounds, center.astype(np.float32))
            self._view.look_at(center.astype(np.float32), eye.astype(np.float32), np.array([0, 0, 1], np.float32))

    def _layout(self, _context: gui.LayoutContext) -> None:
        self._view.frame = self._panel.layout(self._window.content_rect)
        self._panel.show(self._session)  # the timeline is as wide as the window

    def _close(self) -> bool:
        """Put off closing to the next tick: Open3D asks for it on Escape too, just before it tells of the key."""
        self._close_asked = True
        return self._closing

    def _key(self, event: gui.KeyEvent) -> bool:
        if event.key == int(gui.KeyName.ESCAPE):
            self._close_asked = False
        name = self._keyboard.event(event)
        known = name is not None and self._keymap.press(self._session, name)
        if known:
            self.refresh()
        return known

    def _tick(self) -> bool:
        if self._close_asked or self._session.left:
            self._closing = True
            # Closing within a tick would crash.
            gui.Application.instance.post_to_main_thread(self._window, self._window.close)
            return False
        if self._session.collect():
            self.refresh()
            return True
        return False

    def _mouse_event(self, event: gui.MouseEvent) -> gui.SceneWidget.EventCallbackResult:
        results = gui.SceneWidget.EventCallbackResult
        kinds = gui.MouseEvent.Type
        left = event.is_button_down(gui.MouseButton.LEFT) or event.type == kinds.BUTTON_UP
        if not left or event.type not in (kinds.BUTTON_DOWN, kinds.DRAG, kinds.BUTTON_UP):
            return results.IGNORED
        pixel, ray = self._under(event)
        if event.type == kinds.BUTTON_DOWN:
            held = self._mouse.press(self._session, pixel, ray)
        elif event.type == kinds.DRAG:
            held = self._mouse.drag(self._session, ray)
            if held:
                self._draw_boxes()
                self._window.post_redraw()
        else:
            points = self._session.frame_from_ego(self._session.timestamp_ns).apply(self._points)
            add = event.is_modifier_down(gui.KeyModifier.CTRL)
            self._mouse.release(self._session, pixel, ray, points, add=add)
            held = False
            self.refresh()
        return results.CONSUMED if held else results.IGNORED

    def _under(self, event: gui.MouseEvent) -> tuple[tuple[float, float], Ray]:
        """Pixel of the view that the mouse is over, and the ray through it in the frame of the labels."""
        frame, camera = self._view.frame, self._view.scene.camera
        pixel = (float(event.x - frame.x), float(event.y - frame.y))
        size = (float(frame.width), float(frame.height))
        origin, direction = ray_through(pixel, size, camera.get_view_matrix(), camera.get_projection_matrix())
        labels_from_drawn = self._session.frame_from_ego(self._session.timestamp_ns)
        return pixel, Ray(labels_from_drawn.apply(origin), labels_from_drawn.rotate(direction))

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
