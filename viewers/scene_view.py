"""The 3D view: points as Open3D draws them, and over them boxes and what surrounds those."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import open3d as o3d
from open3d.visualization import gui, rendering

from sensorann.geometry import Transform
from viewers import drawables, shapes, surroundings
from viewers.coloring import colors_of, filtered
from viewers.eye import FIELD_OF_VIEW_DEG, drawn_from_ego, drawn_from_labels, ray_through, stand, target_of
from viewers.layout import Place
from viewers.looks import Part
from viewers.mouse import Ray
from viewers.orbit import Orbit
from viewers.pictures.wires import Name
from viewers.points import Cloud
from viewers.session import Session
from viewers.state import ShownBox, View
from viewers.surroundings import Lines
from viewers.telling import caption
from viewers.wire_layer import WireLayer

_DARK = (0.07, 0.08, 0.09, 1.0)
_LINE_WIDTH = 2.0
_UP = np.array([0.0, 0.0, 1.0])
# Points farther from the vehicle than this may not be drawn, metres.
_REACH = 500.0
# So many boxes have their names written, the nearest ones: more would cover each other.
_MOST_NAMES = 20
# So far above the roof, metres, they cover fewer points of their own box.
_NAME_ABOVE = 0.4


class SceneView:
    """The 3D view of a session; `frame` of its widget is where it stands in the window."""

    def __init__(self, window: gui.Window, session: Session) -> None:
        self._session, self._scaling = session, float(window.scaling)
        self._drawn: tuple[object, ...] = ()
        self._orbit = Orbit(*stand(View.BEHIND, None))
        self.widget = gui.SceneWidget()
        self.widget.scene = rendering.Open3DScene(window.renderer)
        self.widget.scene.set_background(_DARK)
        view = self.widget.scene.view
        view.set_post_processing(False)
        # Nothing here has shade or light, and four samples per pixel cost a processor that draws half of its time.
        view.set_ambient_occlusion(False)
        view.set_shadowing(False)
        view.set_sample_count(1)
        # Points would vanish while the view turns.
        self.widget.scene.downsample_threshold = 100_000_000
        # Open3D's own planes would follow the bounds of what is drawn.
        bounds = o3d.geometry.AxisAlignedBoundingBox(-_REACH * np.ones(3), _REACH * np.ones(3))
        self.widget.setup_camera(FIELD_OF_VIEW_DEG, bounds, np.zeros(3, np.float32))
        # Open3D draws the window at each move of the mouse: the view is drawn anew where `force_redraw` says so alone.
        self.widget.enable_scene_caching(True)
        self._wires = WireLayer(window, thickness=round(_LINE_WIDTH * self._scaling))
        window.add_child(self.widget)

    def place(self, place: Place) -> None:
        """Stand somewhere in the window."""
        self.widget.frame = gui.Rect(place.x, place.y, place.width, place.height)

    def cover(self, place: Place, *, with_wires: bool) -> None:
        """Lay what is drawn over the points upon them, as the eye sees it now, or nothing."""
        self._wires.place(place, with_wires=with_wires)
        self._wires.follow(self.widget.scene.camera)

    def draw_points(self, cloud: Cloud) -> None:
        """Draw the points of this frame."""
        shown = filtered(self._session, cloud)
        material = rendering.MaterialRecord()
        material.shader = "defaultUnlit"
        material.point_size = self._session.point_size * self._scaling
        self.widget.scene.remove_geometry("points")
        if len(shown.points):
            placed = drawn_from_ego(self._session).apply(shown.points).astype(np.float32)
            drawn = drawables.cloud(placed, colors_of(self._session, shown))
            self.widget.scene.add_geometry("points", drawn, material)
        # Where there are no points, nobody may know where the vehicle is either.
        from_ego = drawn_from_ego(self._session) if len(cloud.points) else Transform.identity()
        self._draw_rings(drawables.lines(surroundings.rings_around(self._session, cloud.points), from_ego))
        self.widget.force_redraw()

    def draw_boxes(self) -> bool:
        """Draw boxes, their doubt and their ways, radar returns and names; tell whether any of it changed."""
        session = self._session
        wanted = shapes.boxes_depend_on(session)
        if wanted == self._drawn:
            return False
        from_labels = drawn_from_labels(session)
        self._wires.show(self._lines_here(from_labels), self._names_here(from_labels))
        self._wires.follow(self.widget.scene.camera)
        self._drawn = wanted
        return True

    def look(self) -> bool:
        """Go to where the session wants to look from, and tell whether it does; then the person turns the view."""
        session = self._session
        view, session.view = session.view, None
        if view is None:
            return False
        self._stand_at(Orbit(*stand(view, target_of(session))))
        return True

    def turn(self, right: float, down: float, *, push: bool) -> None:
        """Turn the view as a hand moves by some pixels, or push it aside."""
        move = self._orbit.pushed if push else self._orbit.turned
        self._stand_at(move(right, down, height=float(self.widget.frame.height)))

    def go_nearer(self, notches: float) -> None:
        """Look from nearer by notches of the wheel."""
        self._stand_at(self._orbit.nearer(notches))

    def under(self, x: int, y: int) -> tuple[tuple[float, float], Ray]:
        """Pixel of the view under a pixel of the window, and the ray through it in the frame of the labels."""
        frame, camera = self.widget.frame, self.widget.scene.camera
        pixel = (float(x - frame.x), float(y - frame.y))
        size = (float(frame.width), float(frame.height))
        origin, direction = ray_through(pixel, size, camera.get_view_matrix(), camera.get_projection_matrix())
        labels_from_drawn = drawn_from_labels(self._session).inverse()
        return pixel, Ray(labels_from_drawn.apply(origin), labels_from_drawn.rotate(direction))

    def _stand_at(self, orbit: Orbit) -> None:
        self._orbit = orbit
        self.widget.look_at(*(at.astype(np.float32) for at in (orbit.center, orbit.eye, _UP)))
        self.widget.force_redraw()

    def _lines_here(self, from_labels: Transform) -> Lines:
        """What is drawn over the points, in the drawn frame."""
        session, parts = self._session, self._session.looks.shown
        wires = surroundings.measured(session) + shapes.boxes_here(session)
        if Part.HALO in parts:
            wires += surroundings.halo(session)
        if session.paths_shown and session.selected:
            wires += shapes.path(session.track)
        wires = wires.moved(from_labels)
        if Part.RADAR in parts:
            wires += surroundings.radar(session).moved(drawn_from_ego(session))
        return wires

    def _draw_rings(self, rings: o3d.geometry.LineSet) -> None:
        material = rendering.MaterialRecord()
        material.shader = "unlitLine"
        material.line_width = _LINE_WIDTH * self._scaling
        self.widget.scene.remove_geometry("rings")
        if len(rings.lines):
            self.widget.scene.add_geometry("rings", rings, material)

    def _names_here(self, from_labels: Transform) -> tuple[Name, ...]:
        """Id and category of the nearest boxes, where they are wanted, in the drawn frame."""
        if Part.NAMES not in self._session.looks.shown:
            return ()
        nearest = _nearest(self._session.shown(), drawn_from_ego(self._session).inverse() @ from_labels)
        return tuple(_name(box, from_labels) for box in nearest)


def _name(box: ShownBox, from_labels: Transform) -> Name:
    top = box.cuboid.frame_from_cuboid.apply([0.0, 0.0, box.cuboid.size[2] / 2 + _NAME_ABOVE])
    return Name(
        place=from_labels.apply(top), text=caption(box.track.id, box.track.category), color=shapes.name_color(box)
    )


def _nearest(shown: Sequence[ShownBox], ego_from_labels: Transform) -> list[ShownBox]:
    """The boxes nearest to the vehicle, selected ones first."""

    def distance(box: ShownBox) -> tuple[bool, float]:
        return not box.selected, float(np.linalg.norm(ego_from_labels.apply(box.cuboid.center)))

    return sorted(shown, key=distance)[:_MOST_NAMES]
