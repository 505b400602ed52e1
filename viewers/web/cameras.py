"""The pictures of all cameras with the boxes of the frame on them, drawn beside the person's work."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import cv2
import numpy as np
import viser
from numpy.typing import NDArray

from sensorann.images import track_color
from sensorann.images.colors import BACKGROUND, Color
from sensorann.images.frame_pictures import Frame, camera_picture, read_frame
from sensorann.images.rendering import frame_step_ns
from sensorann.images.tally import Tally
from sensorann.scene import Drive, Labels
from viewers.session import Session
from viewers.worker import Worker

_WIDTH = 640
_PANEL_PX = 320
_SELECTED: Color = (255, 255, 255)
_QUALITY = 80
_QUIET_S = 0.15
Picture = NDArray[np.uint8]
_DARK: Picture = np.full((_WIDTH * 9 // 16, _WIDTH, 3), BACKGROUND[::-1], np.uint8)


class Cameras:
    """A panel of pictures, one below the other.

    Drawing takes longer than a person should wait, and slows what he waits for: a worker draws the last state alone,
    when he has been quiet for a moment.

    Attributes
    ----------
    widgets : camera to its picture in the panel
    """

    def __init__(self, gui: viser.GuiApi, session: Session) -> None:
        self._worker = Worker("sensorann pictures")
        self._tally = Tally()  # says once per camera what is missing
        self._waiting: Callable[[], dict[str, Picture]] | None = None
        self._asked_s = 0.0
        self.widgets: dict[str, viser.GuiImageHandle] = {}
        names = [sensor.name for sensor in session.drive.rig.of_kind("camera")]
        names = [name for name in names if len(session.drive.timestamps_ns(name))]
        if not names:
            return
        panel = gui.add_panel()
        with panel.add_tab("Cameras"):
            for name in names:
                self.widgets[name] = gui.add_image(_DARK, label=name, jpeg_quality=_QUALITY)
        panel.dock_left()
        panel.set_width(_PANEL_PX)

    def ask(self, session: Session) -> None:
        """Have the session drawn as it is now, without a box that is still in the hand."""
        if not self.widgets:
            return
        drive, names, tally = session.drive, tuple(self.widgets), self._tally
        ids = {box.track.id for box in session.shown()}
        seen = replace(session.labels, tracks=tuple(track for track in session.labels.tracks if track.id in ids))
        read = partial(
            read_frame,
            drive,
            index=session.i_frame,
            timestamp_ns=session.timestamp_ns,
            reach_ns=frame_step_ns(session.frames) // 2,
            tally=tally,
        )
        selected = frozenset(session.selected)
        self._waiting = partial(_pictures, drive, seen, read, names=names, selected=selected, tally=tally)
        self._asked_s = time.monotonic()

    def collect(self, session: Session) -> None:
        """Show pictures that are drawn; draw what was asked for last when nothing else is going on."""
        self._worker.collect()
        quiet = time.monotonic() - self._asked_s > _QUIET_S and not session.busy
        if self._waiting is not None and quiet and not self._worker.pending:
            work, self._waiting = self._waiting, None
            self._worker.submit("pictures", work, self._show)

    def close(self) -> None:
        """Stop drawing."""
        self._worker.close()

    def _show(self, pictures: dict[str, Picture]) -> None:
        for name, picture in pictures.items():
            self.widgets[name].image = picture


def _pictures(
    drive: Drive,
    labels: Labels,
    read: Callable[[], Frame],
    *,
    names: Sequence[str],
    selected: frozenset[str],
    tally: Tally,
) -> dict[str, Picture]:
    """Draw the picture of every camera, no wider than the panel shows; one without a picture here is dark."""

    def color(track_id: str) -> Color:
        return _SELECTED if track_id in selected else track_color(track_id)

    frame = read()
    drawn = {name: camera_picture(drive, labels, frame, name=name, tally=tally, color=color) for name in names}
    return {name: _DARK if picture is None else _shrunk(picture) for name, picture in drawn.items()}


def _shrunk(picture: Picture) -> Picture:
    """Fit a picture (height, width, 3) BGR into the panel, RGB."""
    scale = min(1.0, _WIDTH / picture.shape[1])
    smaller = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(smaller[..., ::-1], np.uint8)
