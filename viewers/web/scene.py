"""The 3D view in the browser: points, boxes with their names, and what surrounds them."""

from __future__ import annotations

import numpy as np
import viser
from numpy.typing import NDArray

from sensorann.geometry import Transform
from viewers import shapes, surroundings
from viewers.clouds import Clouds
from viewers.coloring import colors_of, filtered
from viewers.eye import drawn_from_ego, drawn_from_labels
from viewers.looks import Part
from viewers.points import Cloud
from viewers.session import Session
from viewers.surroundings import NO_LINES, Lines
from viewers.telling import caption

# Metres in the scene for a pixel of the session's point size.
_POINT = 0.02
_LINE_PX = 2.0
_DARK = (18, 20, 23)


class Scene:
    """What is drawn of a session.

    Attributes
    ----------
    clouds : the sweeps
    points, lines, captions : what is on the page, lines by what they show; captions to spare are hidden
    """

    def __init__(self, scene: viser.SceneApi) -> None:
        self.clouds = Clouds()
        self.points: viser.PointCloudHandle | None = None
        self._scene = scene
        self.lines: dict[str, viser.LineSegmentsHandle] = {}
        self.captions: list[viser.LabelHandle] = []
        scene.set_background_image(np.full((1, 1, 3), _DARK, np.uint8), format="png")
        scene.configure_default_lights(enabled=False)

    def draw(self, session: Session) -> None:
        """Draw the session as it is now: points where they changed, boxes always."""
        cloud = self.clouds.changed(session)
        if cloud is not None:
            self._draw_points(session, cloud)
        parts, from_labels, from_ego = session.looks.shown, drawn_from_labels(session), drawn_from_ego(session)
        way = shapes.path(session.track) if session.paths_shown and session.selected else NO_LINES
        self._draw_lines("/boxes", shapes.boxes_here(session), from_labels)
        self._draw_lines("/path", way, from_labels)
        self._draw_lines("/halo", surroundings.halo(session) if Part.HALO in parts else NO_LINES, from_labels)
        self._draw_lines("/measured", surroundings.measured(session), from_labels)
        self._draw_lines("/radar", surroundings.radar(session) if Part.RADAR in parts else NO_LINES, from_ego)
        self._draw_captions(session, from_labels)

    def collect(self, session: Session) -> None:
        """Draw merged sweeps when they are there."""
        merged = self.clouds.collect(session)
        if merged is not None:
            self._draw_points(session, merged)

    def close(self) -> None:
        """Stop merging."""
        self.clouds.close()

    def _draw_points(self, session: Session, cloud: Cloud) -> None:
        shown = filtered(session, cloud)
        # Where there are none, nobody may know where the vehicle is either.
        from_ego = drawn_from_ego(session) if len(cloud.points) else Transform.identity()
        self.points = self._scene.add_point_cloud(
            "/points",
            from_ego.apply(shown.points).astype(np.float32),
            colors_of(session, shown),
            point_size=_POINT * session.point_size,
            precision="float32",
            point_shading="flat",
        )
        self._draw_lines("/rings", surroundings.rings_around(session, cloud.points), from_ego)

    def _draw_lines(self, name: str, lines: Lines, drawn_from_lines: Transform) -> None:
        handle = self.lines.get(name)
        if not len(lines.starts):
            if handle is not None:
                self.lines.pop(name).remove()
            return
        ends = np.stack([drawn_from_lines.apply(lines.starts), drawn_from_lines.apply(lines.ends)], axis=1)
        points = ends.astype(np.float32)
        colors = np.repeat(np.round(255 * _linear(lines.colors)).astype(np.uint8)[:, None], 2, axis=1)
        if handle is None:
            self.lines[name] = self._scene.add_line_segments(
                name, points, colors, thickness=_LINE_PX, thickness_units="screen"
            )
        else:
            handle.points, handle.colors = points, colors

    def _draw_captions(self, session: Session, from_labels: Transform) -> None:
        named = session.shown() if Part.NAMES in session.looks.shown else []
        for n, box in enumerate(named):
            if n == len(self.captions):
                self.captions.append(self._scene.add_label(f"/captions/{n}", "", anchor="bottom-center"))
            top = box.cuboid.frame_from_cuboid.apply([0.0, 0.0, box.cuboid.size[2] / 2])
            label = self.captions[n]
            label.text = caption(box.track.id, box.track.category)
            label.position, label.visible = from_labels.apply(top), True
        # Those to spare are kept: a page that joins later is told of everything that ever had a name of its own.
        for label in self.captions[len(named) :]:
            label.visible = False


def _linear(colors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Colors as amounts of light, which is how viser takes those of lines (sRGB, IEC 61966-2-1)."""
    return np.where(colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4)
