"""The 3D view in the browser: points, boxes with their names, and the way of an object."""

from __future__ import annotations

import numpy as np
import viser
from numpy.typing import NDArray

from sensorann.errors import SensorannError
from viewers import shapes
from viewers.points import points_here
from viewers.session import Session

# Metres in the scene for a pixel of the session's point size.
_POINT = 0.02
_LINE_PX = 2.0
_DARK = (18, 20, 23)


class Scene:
    """What is drawn of a session, where the vehicle is: metres of a map would not fit the screen's float32.

    Attributes
    ----------
    points : (N, 3), those that are drawn, in the ego frame
    """

    def __init__(self, scene: viser.SceneApi) -> None:
        self.points: NDArray[np.float32] = np.zeros((0, 3), np.float32)
        self._scene = scene
        self._drawn: tuple[int, int] | None = None
        self._lines: dict[str, viser.LineSegmentsHandle] = {}
        self._captions: list[viser.LabelHandle] = []
        scene.set_background_image(np.full((1, 1, 3), _DARK, np.uint8), format="png")
        scene.configure_default_lights(enabled=False)

    def draw(self, session: Session) -> None:
        """Draw the session as it is now: points where the frame changed, boxes always."""
        wanted = (session.i_frame, session.point_size)
        if wanted != self._drawn:
            self._drawn = wanted if self._draw_points(session) else None
        ego_from_labels = session.frame_from_ego(session.timestamp_ns).inverse()
        shown = list(session.shown())
        self._draw_lines("/boxes", shapes.boxes(shown, ego_from_labels))
        path = shapes.path(session.track, ego_from_labels) if session.paths_shown and session.selected else None
        self._draw_lines("/path", path)
        tops = [box.cuboid.frame_from_cuboid.apply([0.0, 0.0, box.cuboid.size[2] / 2]) for box in shown]
        self._draw_captions([box.track.id for box in shown], ego_from_labels.apply(np.reshape(tops, (-1, 3))))

    def _draw_points(self, session: Session) -> bool:
        """Tell whether they could be read; where not, the message says why, and the points of another frame go."""
        try:
            self.points = points_here(session)
        except SensorannError as error:
            self.points = np.zeros((0, 3), np.float32)
            session.message = str(error)
        size, shown = _POINT * session.point_size, self.points
        colors = shapes.height_colors(shown[:, 2]) if len(shown) else shown
        self._scene.add_point_cloud(
            "/points", shown, colors, point_size=size, precision="float32", point_shading="flat"
        )
        return len(shown) > 0

    def _draw_lines(self, name: str, lines: shapes.Lines | None) -> None:
        handle = self._lines.get(name)
        if lines is None or not len(lines.pairs):
            if handle is not None:
                self._lines.pop(name).remove()
            return
        points = lines.points[lines.pairs].astype(np.float32)
        colors = np.repeat(np.round(255 * _linear(lines.colors)).astype(np.uint8)[:, None], 2, axis=1)
        if handle is None:
            self._lines[name] = self._scene.add_line_segments(
                name, points, colors, thickness=_LINE_PX, thickness_units="screen"
            )
        else:
            handle.points, handle.colors = points, colors

    def _draw_captions(self, texts: list[str], places: NDArray[np.float64]) -> None:
        for n, (text, place) in enumerate(zip(texts, places, strict=True)):
            if n == len(self._captions):
                self._captions.append(self._scene.add_label(f"/captions/{n}", text, anchor="bottom-center"))
            caption = self._captions[n]
            caption.text, caption.position, caption.visible = text, place, True
        # Those to spare are kept: a page that joins later is told of everything that ever had a name of its own.
        for caption in self._captions[len(texts) :]:
            caption.visible = False


def _linear(colors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Colors as amounts of light, which is how viser takes those of lines (sRGB, IEC 61966-2-1)."""
    return np.where(colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4)
