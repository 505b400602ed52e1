"""The three close-ups of the selected box, in which its faces and corners are dragged."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from open3d.visualization import gui

from sensorann.images import track_color
from viewers.actions import looking
from viewers.actions.reviewing import Before, box_before
from viewers.frame_boxes import row_here
from viewers.layout import Place
from viewers.looks import Part
from viewers.picture_widget import PictureEvent, PictureWidget, Press
from viewers.pictures.closeup import CloseUp, Side, draw_close_up, lengths, words
from viewers.pictures.hand import Hand, zoomed
from viewers.session import Session

# Points are kept as far around the box as it may be dragged before the button goes up, metres.
_AROUND = 6.0


class CloseUpPanel:
    """Top, side and rear view of the selected box, and, above them, of what it was before its last change."""

    def __init__(
        self, window: gui.Window, session: Session, *, on_drag: Callable[[], None], on_change: Callable[[], None]
    ) -> None:
        self._session, self._on_drag, self._on_change = session, on_drag, on_change
        hover = {side: partial(looking.hover, session, side) for side in Side}
        self._pictures = {
            side: PictureWidget(window, partial(self._event, side), on_hover=hover[side]) for side in Side
        }
        self._earlier = {side: PictureWidget(window, lambda _: None, on_hover=hover[side]) for side in Side}
        self._zooms = dict.fromkeys(Side, 1.0)
        self._hand = Hand()
        self._points = np.zeros((0, 3))

    def place(self, places: tuple[Place, ...], before: tuple[Place, ...]) -> None:
        """Stand somewhere in the window, or nowhere."""
        pictures = (*self._pictures.values(), *self._earlier.values())
        for picture, place in zip(pictures, (*places, *before), strict=True):
            picture.place(place)

    def refresh(self, points_labels: NDArray[np.floating]) -> bool:
        """Show the session as it is now, with points (N, 3) in the frame of the labels; tell whether that is new."""
        session = self._session
        cuboid = session.box_here(session.selected[-1]) if session.selected else None
        if cuboid is not None:
            reach = np.linalg.norm(cuboid.size) / 2 + _AROUND
            x, y, _ = points_labels.T
            self._points = points_labels[(x - cuboid.center[0]) ** 2 + (y - cuboid.center[1]) ** 2 <= reach**2]
        return self.draw()

    def draw(self) -> bool:
        """Show the box as a hand holds it, with the points of the last refresh; tell whether that is new."""
        session = self._session
        cuboid = session.box_here(session.selected[-1]) if session.selected else None
        asked = session.queue or Part.BEFORE in session.looks.shown
        before = box_before(session) if asked and cuboid is not None else None
        new = self._draw_earlier(before)
        for side, picture in self._pictures.items():
            if 0 in picture.size:
                continue
            view = self._view(side)
            if cuboid is None or view is None:
                new |= picture.show(words(picture.size, f"{side.name.lower()}: select a box"))
                continue
            drawn = draw_close_up(
                view,
                cuboid,
                self._points,
                track_color(session.track.id),
                title=f"{side.name.lower()}  {lengths(side, cuboid.size)}",
                before=None if before is None else before.cuboid,
                sigmas=self._sigmas(),
            )
            new |= picture.show(drawn)
        return new

    def _draw_earlier(self, before: Before | None) -> bool:
        """Show the box as it was where the close-ups show it as it is: the same place, the same lengths."""
        new = False
        for side, picture in self._earlier.items():
            view = self._view(side)
            if 0 in picture.size:
                continue
            if before is None or view is None:
                new |= picture.show(words(picture.size, f"{side.name.lower()}: no earlier version"))
                continue
            title = f"before {before.changed_by}  {lengths(side, before.cuboid.size)}"
            color = track_color(self._session.track.id)
            new |= picture.show(draw_close_up(view, before.cuboid, self._points, color, title=title, handles=False))
        return new

    def _view(self, side: Side) -> CloseUp | None:
        """How the box is looked at; a close-up does not move while a hand drags in it."""
        held = self._hand.held
        if held is not None and held.side is side:
            return held
        session = self._session
        anchor = held.anchor if held is not None else None
        if anchor is None and session.selected:
            anchor = session.box_here(session.selected[-1])
        if anchor is None:
            return None
        return CloseUp(side=side, anchor=anchor, size=self._pictures[side].size, zoom=self._zooms[side])

    def _event(self, side: Side, event: PictureEvent) -> None:
        view = self._view(side)
        if view is None:
            return
        if event.press is Press.DOWN:
            self._hand.press(self._session, view, event.pixel)
        elif event.press is Press.DRAG:
            if self._hand.drag(self._session, event.pixel):
                self.draw()
                self._on_drag()
        elif event.press is Press.UP:
            self._hand.release(self._session, event.pixel)
            self._on_change()
        else:
            self._zooms[side] = zoomed(view, event.notches).zoom
            self.draw()

    def _sigmas(self) -> NDArray[np.float64] | None:
        track, instant = self._session.track, self._session.timestamp_ns
        row = row_here(track.timestamps_ns, instant)
        return None if row is None else track.sigmas[row]
