"""The pictures of all cameras with the boxes of the frame on them, drawn beside the person's work."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import viser
from numpy.typing import NDArray

from sensorann.images.colors import BACKGROUND
from viewers.looks import Part
from viewers.pictures.camera import draw_shot, image_of, no_picture
from viewers.pictures.shots import Moment, shot_of
from viewers.pictures.viewport import Viewport
from viewers.rendering_queue import RenderingQueue
from viewers.session import Session

_WIDTH, _PANEL_PX = 640, 320
_QUALITY = 80
_QUIET_S = 0.15
Picture = NDArray[np.uint8]


class Cameras:
    """A panel of pictures, one below the other.

    Drawing takes longer than a person should wait, and slows what he waits for: a worker draws the last state alone,
    when he has been quiet for a moment.

    Attributes
    ----------
    widgets : camera to its picture in the panel
    """

    def __init__(self, gui: viser.GuiApi, session: Session) -> None:
        self.widgets: dict[str, viser.GuiImageHandle] = {}
        self._sizes: dict[str, tuple[int, int]] = {}
        self._queue: RenderingQueue[dict[str, Picture]] = RenderingQueue("sensorann cameras")
        self._waiting: Callable[[], dict[str, Picture]] | None = None
        self._asked_s = 0.0
        self._panel: viser.PanelHandle | None = None
        rig = session.drive.rig
        names = [sensor.name for sensor in rig.of_kind("camera") if len(session.drive.timestamps_ns(sensor.name))]
        if not names:
            return
        self._panel = panel = gui.add_panel()
        with panel.add_tab("Cameras"):
            for name in names:
                width, height = rig.camera(name).size
                self._sizes[name] = (_WIDTH, round(_WIDTH * height / width))
                dark = np.full((*self._sizes[name][::-1], 3), BACKGROUND[::-1], np.uint8)
                self.widgets[name] = gui.add_image(dark, label=name, jpeg_quality=_QUALITY)
        panel.dock_left()
        panel.set_width(_PANEL_PX)

    def ask(self, session: Session, points_labels: NDArray[np.floating]) -> None:
        """Have the session drawn as it is now; points (N, 3), in the frame of the labels, stand in for pictures."""
        if self._panel is None:
            return
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
            self.widgets[name].image = picture

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
    """Draw the picture of every camera, RGB, as large as it is shown."""
    drawn = {}
    for name in sizes:
        shot = shot_of(moment, name)
        if shot is None:
            picture = no_picture(name, sizes[name])
        else:
            image, laid = image_of(moment.drive, shot, points_labels), points_labels if overlay else None
            picture = draw_shot(image, shot, viewport=Viewport(), panel=sizes[name], points_labels=laid)
        drawn[name] = np.ascontiguousarray(picture[..., ::-1])
    return drawn
