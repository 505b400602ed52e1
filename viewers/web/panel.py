"""The panel beside the 3D view: where a person is, the timeline, the objects, and what can be done to them."""

from __future__ import annotations

import html

import numpy as np
import viser

from viewers.actions import objects, shaping
from viewers.keymap import Keymap
from viewers.session import Session
from viewers.telling import attention_text, list_line, state_text
from viewers.timeline import draw_timeline
from viewers.web.buttons import EVERY_DAY, SELDOM, add_buttons
from viewers.web.inbox import Post
from viewers.web.review import Review
from viewers.web.widgets import put, when_changed

_TIMELINE_WIDTH = 640
_NOTHING, _GUESS = "nothing", "guess"
_HINT = "every edit is saved; Ctrl+K lists what can be done"
_ATTENTION, _CALM = "#ffb84d", "#9aa0a6"


class Panel:
    """Widgets that show a session; what a hand does to them is posted as an action."""

    def __init__(self, gui: viser.GuiApi, session: Session, keymap: Keymap, post: Post) -> None:
        self._post = post
        self._ids: dict[str, str] = {}
        self._sized: tuple[str, tuple[float, float, float]] | None = None
        self._state, self._message = gui.add_html(""), gui.add_html("")
        self._frame = gui.add_slider("frame", 0, max(len(session.frames) - 1, 1), 1, 0)
        self._timeline = gui.add_image(draw_timeline(session, _TIMELINE_WIDTH), format="png")
        self._object: viser.GuiDropdownHandle[str] = gui.add_dropdown("selected", (_NOTHING,))
        names = tuple(category.name for category in session.labels.ontology.categories)
        self._category: viser.GuiDropdownHandle[str] = gui.add_dropdown("category", (_GUESS, *names))
        add_buttons(gui, EVERY_DAY, keymap.commands, post)
        self._size = gui.add_vector3("size, m", (1.0, 1.0, 1.0), min=(0.05, 0.05, 0.05), step=0.01)
        self._set_size = gui.add_button("set size")
        self._review = Review(gui, keymap.commands, post)
        with gui.add_folder("more", expand_by_default=False):
            add_buttons(gui, SELDOM, keymap.commands, post)
        self._help = gui.add_html(f"<pre>{html.escape(keymap.help())}</pre>", visible=False)
        self._listen()

    def show(self, session: Session) -> None:
        """Show the session as it is now."""
        put(self._frame, session.i_frame)
        timeline = draw_timeline(session, _TIMELINE_WIDTH)
        if not np.array_equal(timeline, self._timeline.image):
            self._timeline.image = timeline
        self._show_objects(session)
        self._show_size(session)
        self._review.show(session)
        self._help.visible = session.help_shown
        self._state.content = _lines(state_text(session))
        self.tell(session)

    def tell(self, session: Session) -> None:
        """Show what is to be read now, which changes while work goes on."""
        told = attention_text(session)
        self._message.content = _lines(told or _HINT, color=_ATTENTION if told else _CALM)

    def _show_objects(self, session: Session) -> None:
        shown = session.shown()
        self._ids = {}
        for box in shown:
            line = list_line(session, box)  # has the beginning of a long id
            self._ids[f"{line}  {box.track.id}" if line in self._ids else line] = box.track.id
        last = session.selected[-1] if session.selected else None
        chosen = [text for text, track_id in self._ids.items() if track_id == last]
        options = (_NOTHING, *self._ids)
        if options != self._object.options:
            self._object.options = options
        put(self._object, chosen[-1] if chosen else _NOTHING)
        category = session.track.category if session.selected else session.category or _GUESS
        ontology = session.labels.ontology
        put(self._category, ontology[category].name if category in ontology else _GUESS)

    def _show_size(self, session: Session) -> None:
        """Show the selected box's size where it is another one: what is being typed stays."""
        cuboid = session.box_here(session.selected[-1]) if session.selected else None
        sized = None if cuboid is None else (session.selected[-1], cuboid.size)
        if sized is not None and sized != self._sized:
            put(self._size, sized[1])
        self._sized = sized

    def _listen(self) -> None:
        when_changed(self._frame, self._post, Session.go_to)
        when_changed(self._object, self._post, self._choose)
        when_changed(self._category, self._post, _categorise)

        @self._set_size.on_click
        async def _(_event: viser.GuiEvent[viser.GuiButtonHandle]) -> None:
            size = self._size.value
            self._post(lambda session: shaping.resize(session, size))

    def _choose(self, session: Session, text: str) -> None:
        session.select(*(track_id for shown, track_id in self._ids.items() if shown == text))


def _lines(text: str, *, color: str = "inherit") -> str:
    """Text as HTML, whatever stands in it."""
    return f'<div style="color:{color};white-space:pre-wrap;padding:0 1em">{html.escape(text)}</div>'


def _categorise(session: Session, name: str) -> None:
    """Say what the selected object is; where none is selected, what new ones are."""
    if session.selected and name != _GUESS:
        objects.set_category(session, name)
    else:
        session.category = None if name == _GUESS else name
