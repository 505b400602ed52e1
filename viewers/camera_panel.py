"""The camera panel: the large picture and the row of all cameras, drawn beside the person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray
from open3d.visualization import gui

from viewers.actions import looking, showing
from viewers.layout import Place
from viewers.looks import Part
from viewers.picture_widget import PictureEvent, PictureWidget, Press
from viewers.pictures.camera import draw_shot, draw_strip, image_of, no_picture, strip_cell
from viewers.pictures.camera_hand import CameraHand
from viewers.pictures.shots import Moment, Shot, best_camera, shot_of
from viewers.pictures.viewport import Viewport
from viewers.rendering_queue import RenderingQueue
from viewers.session import Session

_UNDER_HAND = (90, 220, 255)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class _Drawn:
    shot: Shot | None
    large: NDArray[np.uint8]
    strip: NDArray[np.uint8]


class CameraPanel:
    """The pictures of all cameras at this frame."""

    def __init__(self, window: gui.Window, session: Session, *, on_change: Callable[[], None]) -> None:
        self._session, self._on_change = session, on_change
        elsewhere = partial(looking.hover, session)
        self._large = PictureWidget(window, self._on_large, on_hover=elsewhere)
        self._strip = PictureWidget(window, self._on_strip, on_hover=elsewhere)
        self._hand = CameraHand()
        self._queue: RenderingQueue[_Drawn] = RenderingQueue("sensorann cameras")
        self._names = [sensor.name for sensor in session.drive.rig.of_kind("camera")]
        self._drawn: _Drawn | None = None
        self._shown: str | None = None
        self._wanted: tuple[object, ...] = ()

    def place(self, large: Place, strip: Place) -> None:
        """Stand somewhere in the window, or nowhere."""
        self._large.place(large)
        self._strip.place(strip)

    def refresh(self, points_labels: NDArray[np.floating]) -> None:
        """Ask for the pictures of the session as it is now, with points (N, 3) in the frame of the labels over them."""
        panel, strip_size = self._large.size, self._strip.size
        name = self._session.looks.camera or best_camera(self._session)
        if not self._names or name is None or 0 in panel:
            return
        if name != self._shown:
            self._hand.viewport, self._shown = Viewport(), name
        moment, viewport = Moment.of(self._session), self._hand.viewport
        overlay = Part.OVERLAY in self._session.looks.shown
        wanted = (moment, name, overlay, viewport, panel, strip_size)
        if wanted == self._wanted:
            return
        self._wanted = wanted
        names, cell = self._names, strip_cell(len(self._names), strip_size)

        def draw() -> _Drawn:
            shots = {one: shot_of(moment, one) for one in names}
            images = {
                one: image_of(moment.drive, shot, points_labels) for one, shot in shots.items() if shot is not None
            }
            shot = shots[name]
            if shot is None:
                large = no_picture(name, panel)
            else:
                laid = points_labels if overlay else None
                large = draw_shot(images[name], shot, viewport=viewport, panel=panel, points_labels=laid)
            small = [
                (one, draw_shot(images[one], other, viewport=Viewport(), panel=cell, captions=False))
                for one, other in shots.items()
                if other is not None
            ]
            return _Drawn(shot=shot, large=large, strip=draw_strip(small, name, strip_size))

        self._queue.ask(draw)

    def collect(self) -> bool:
        """Show the newest pictures if they are done; tell whether they were."""
        drawn = self._queue.collect()
        if drawn is None:
            return False
        self._drawn = drawn
        self._show()
        return True

    def close(self) -> None:
        """Draw no more."""
        self._queue.close()

    def _show(self) -> None:
        if self._drawn is None:
            return
        large = self._drawn.large
        if self._hand.rectangle is not None:
            (a, b), (c, d) = self._hand.rectangle
            large = large.copy()
            cv2.rectangle(large, (round(a), round(b)), (round(c), round(d)), _UNDER_HAND, 2)
        self._large.show(large)
        self._strip.show(self._drawn.strip)

    def _on_large(self, event: PictureEvent) -> None:
        if self._drawn is None or self._drawn.shot is None:
            return
        shot, panel = self._drawn.shot, self._large.size
        if event.press is Press.DOWN:
            self._hand.press(self._session, event.pixel, shot, panel)
        elif event.press is Press.DRAG:
            self._hand.drag(event.pixel, shot, panel)
            if self._hand.rectangle is not None:
                self._show()
                return
        elif event.press is Press.UP:
            self._hand.release(self._session, event.pixel, shot, panel, add=event.add)
        else:
            self._hand.wheel(event.notches, event.pixel, shot, panel)
        self._on_change()

    def _on_strip(self, event: PictureEvent) -> None:
        if event.press is Press.UP and self._names:
            number = int(event.pixel[0] / max(self._strip.size[0], 1) * len(self._names))
            showing.show_camera(self._session, self._names[min(max(number, 0), len(self._names) - 1)])
            self._on_change()
