"""Close-ups of the selected box and the pictures of all cameras, drawn beside the person's work."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import viser
from numpy.typing import NDArray

from sensorann.images import track_color
from sensorann.images.colors import BACKGROUND
from viewers.looks import Part
from viewers.pictures.camera import draw_shot, image_of, no_picture
from viewers.pictures.closeup import CloseUp, Side, draw_close_up, lengths, words
from viewers.pictures.shots import Moment, shot_of
from viewers.pictures.viewport import Viewport
from viewers.rendering_queue import RenderingQueue
from viewers.session import Session
from viewers.state import ShownBox

_WIDTH, _PANEL_PX = 640, 320
_QUALITY = 80
# Three of them are as wide as a camera's picture.
_CLOSE_UP, _CLOSE_UPS = (_WIDTH // 3, 200), "close-ups"
_NO_POINTS = np.zeros((0, 3))
_QUIET_S = 0.15
Picture = NDArray[np.uint8]


class Cameras:
    """A panel of pictures, one below the other: the selected box from the top, the side and the rear, then the cameras.

    Drawing takes longer than a person should wait, and slows what he waits for: a worker draws the last state alone,
    when he has been quiet for a moment.

    Attributes
    ----------
    widgets : camera to its picture in the panel
    close_ups : the picture of the selected box
    """

    def __init__(self, gui: viser.GuiApi, session: Session) -> None:
        self.widgets: dict[str, viser.GuiImageHandle] = {}
        self._sizes: dict[str, tuple[int, int]] = {}
        self._queue: RenderingQueue[dict[str, Picture]] = RenderingQueue("sensorann cameras")
        self._waiting: Callable[[], dict[str, Picture]] | None = None
        self._asked_s = 0.0
        rig = session.drive.rig
        names = [sensor.name for sensor in rig.of_kind("camera") if len(session.drive.timestamps_ns(sensor.name))]
        self._panel = panel = gui.add_panel()
        with panel.add_tab("Pictures"):
            self.close_ups = gui.add_image(_close_ups(None, _NO_POINTS), label=", ".join(map(_name, Side)))
            for name in names:
                width, height = rig.camera(name).size
                self._sizes[name] = (_WIDTH, round(_WIDTH * height / width))
                dark = np.full((*self._sizes[name][::-1], 3), BACKGROUND[::-1], np.uint8)
                self.widgets[name] = gui.add_image(dark, label=name, jpeg_quality=_QUALITY)
        panel.dock_left()
        panel.set_width(_PANEL_PX)

    def ask(self, session: Session, points_labels: NDArray[np.floating]) -> None:
        """Have the session drawn as it is now; points (N, 3), in the frame of the labels, stand in for pictures."""
        self._panel.visible = Part.PICTURES in session.looks.shown
        if not self._panel.visible:
            return
        self._waiting = partial(
            _pictures,
            Moment.of(session),
            sizes=self._sizes,
            points_labels=points_labels,
            overlay=Part.OVERLAY in session.looks.shown,
        )
        self._asked_s = time.monotonic()

    def collect(self, session: Session) -> None:
        """Show pictures that are drawn; draw what was asked for last when nothing else is going on."""
        if self._waiting is not None and time.monotonic() - self._asked_s > _QUIET_S and not session.busy:
            draw, self._waiting = self._waiting, None
            self._queue.ask(draw)
        for name, picture in (self._queue.collect() or {}).items():
            (self.close_ups if name == _CLOSE_UPS else self.widgets[name]).image = picture

    def close(self) -> None:
        """Stop drawing."""
        self._queue.close()


def _pictures(
    moment: Moment,
    *,
    sizes: Mapping[str, tuple[int, int]],
    points_labels: NDArray[np.floating],
    overlay: bool,
) -> dict[str, Picture]:
    """Draw the close-ups and the picture of every camera, RGB, as large as they are shown."""
    chosen = [box for box in moment.shown if box.selected]
    drawn = {_CLOSE_UPS: _close_ups(chosen[-1] if chosen else None, points_labels)}
    for name in sizes:
        shot = shot_of(moment, name)
        if shot is None:
            picture = no_picture(name, sizes[name])
        else:
            image, laid = image_of(moment.drive, shot, points_labels), points_labels if overlay else None
            picture = draw_shot(image, shot, viewport=Viewport(), panel=sizes[name], points_labels=laid)
        drawn[name] = np.ascontiguousarray(picture[..., ::-1])
    return drawn


def _close_ups(box: ShownBox | None, points_labels: NDArray[np.floating]) -> Picture:
    """Draw a box from all sides, one beside the other, RGB."""
    parts = []
    for side in Side:
        if box is None:
            parts.append(words(_CLOSE_UP, f"{_name(side)}: select a box"))
            continue
        view = CloseUp(side=side, anchor=box.cuboid, size=_CLOSE_UP)
        title, color = f"{_name(side)}  {lengths(side, box.cuboid.size)}", track_color(box.track.id)
        parts.append(draw_close_up(view, box.cuboid, points_labels, color, title=title, handles=False))
    return np.ascontiguousarray(np.hstack(parts)[..., ::-1])


def _name(side: Side) -> str:
    return side.name.lower()
