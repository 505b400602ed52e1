"""The panels beside the 3D view: the objects of the frame, the timeline, what is going on, and the help."""

from __future__ import annotations

from collections.abc import Callable

import open3d as o3d
from open3d.visualization import gui

from viewers.keymap import Keymap
from viewers.layout import MARGIN, Layout
from viewers.session import Session
from viewers.telling import attention_text, hint, list_line, object_text, state_text
from viewers.timeline import draw_timeline, frame_at

_PLAIN = gui.Color(0.88, 0.88, 0.88)
_AHEAD = gui.Color(1.0, 0.75, 0.3)


class Panel:
    """Widgets that show a session; every change of theirs by hand goes to the callbacks."""

    def __init__(
        self,
        window: gui.Window,
        keymap: Keymap,
        *,
        monospace: int,
        on_object: Callable[[str], None],
        on_frame: Callable[[int], None],
    ) -> None:
        self._em = float(window.theme.font_size)
        self._ids: list[str] = []
        self._shown: tuple[object, ...] = ()
        self._session: Session | None = None
        self._width = 0
        self._on_object, self._on_frame = on_object, on_frame
        margin = round(MARGIN * self._em)
        self.side = gui.Vert(margin, gui.Margins(margin, margin, margin, margin))
        self._state = gui.Label("")
        self._objects = gui.ListView()
        self._objects.set_max_visible_items(16)
        self._objects.set_on_selection_changed(self._chosen)
        self.side.add_child(self._state)
        self._chosen_text = gui.Label("")
        self.side.add_child(self._chosen_text)
        self.side.add_child(self._objects)
        self.foot = gui.Vert(margin, gui.Margins(margin, margin, margin, margin))
        # A picture: Open3D's own slider would take Tab and the arrows for itself.
        self._timeline = gui.ImageWidget()
        self._timeline.set_on_mouse(self._timeline_event)
        self._message = gui.Label("")
        self.foot.add_child(self._timeline)
        self.foot.add_child(self._message)
        self.help = gui.ScrollableVert(0, gui.Margins(margin, margin, margin, margin))
        self.help.background_color = gui.Color(0.1, 0.1, 0.1, 0.94)
        text = gui.Label(keymap.help())
        text.font_id = monospace
        self.help.add_child(text)
        for panel in (self.side, self.foot, self.help):
            panel.visible = False
            window.add_child(panel)

    def place(self, places: Layout) -> None:
        """Stand where the layout says."""
        for panel, place in ((self.side, places.side), (self.foot, places.foot), (self.help, places.help)):
            panel.frame = gui.Rect(place.x, place.y, place.width, place.height)
        self.side.visible = self.foot.visible = True
        self._width = places.foot.width - 2 * round(MARGIN * self._em)

    def show(self, session: Session) -> bool:
        """Show the session as it is now; tell whether that is new."""
        self._session, shown = session, session.shown()
        self._ids = [box.track.id for box in shown]
        lines = [list_line(session, box) for box in shown]
        before, texts = self._shown, (state_text(session), object_text(session))
        chosen = [n for n, box in enumerate(shown) if box.selected]
        timeline = draw_timeline(session, max(self._width, 1))
        self._shown = (lines, chosen[-1:], texts, session.help_shown, timeline.tobytes())
        told = self.tell(session)
        if self._shown == before:
            return told
        if not before or lines != before[0]:
            self._objects.set_items(lines)
        self._objects.selected_index = chosen[-1] if chosen else -1
        self._timeline.update_image(o3d.geometry.Image(timeline))  # type: ignore[call-overload]
        self._state.text, self._chosen_text.text = texts
        self.help.visible = session.help_shown
        return True

    def tell(self, session: Session) -> bool:
        """Show what the session says, or what is going on and how far it is; tell whether that is new."""
        attention = attention_text(session)
        text = attention or hint(session)
        new: bool = text != self._message.text
        if new:
            self._message.text = text
            self._message.text_color = _AHEAD if attention else _PLAIN
        return new

    def _timeline_event(self, event: gui.MouseEvent) -> gui.Widget.EventCallbackResult:
        pressed = event.type in (gui.MouseEvent.Type.BUTTON_DOWN, gui.MouseEvent.Type.DRAG)
        if not pressed or self._session is None:
            return gui.Widget.EventCallbackResult.IGNORED
        frame = self._timeline.frame
        self._on_frame(frame_at(self._session, event.x - frame.x, frame.width))
        return gui.Widget.EventCallbackResult.CONSUMED

    def _chosen(self, _text: str, _double: bool) -> None:
        index = self._objects.selected_index
        if 0 <= index < len(self._ids):
            self._on_object(self._ids[index])
