"""What the session asks a person to write, as a dialog of the page."""

from __future__ import annotations

from collections.abc import Callable

import viser

from viewers.actions import asking
from viewers.session import Session
from viewers.state import Form, Question
from viewers.web.inbox import Post

_NOTHING = "nothing"


class Forms:
    """Shows the form of a session while there is one."""

    def __init__(self, gui: viser.GuiApi, post: Post) -> None:
        self._gui, self._post = gui, post
        self._form: Form | None = None
        self._close: Callable[[], None] | None = None

    def show(self, session: Session) -> None:
        """Show the form, or close the one that is shown."""
        if session.form is self._form:
            return
        if self._close is not None:
            self._close()
        self._form, self._close = session.form, None
        if session.form is not None:
            self._close = self._opened(session.form)

    def _opened(self, form: Form) -> Callable[[], None]:
        """Open a dialog; what closes it."""
        dialog = self._gui.add_modal(form.title)
        with dialog:
            with self._gui.add_form(None) as lines:
                answers = {question.name: _field(self._gui, question) for question in form.questions}
            take, leave = self._gui.add_button("take it"), self._gui.add_button("leave it")

        async def answer(_event: object) -> None:
            written = {name: read() for name, read in answers.items()}
            self._post(lambda session: asking.answer(session, written))

        lines.on_submit(answer)
        take.on_click(answer)

        @leave.on_click
        async def _(_event: viser.GuiEvent[viser.GuiButtonHandle]) -> None:
            self._post(_leave)

        return dialog.close


def _field(gui: viser.GuiApi, question: Question) -> Callable[[], str]:
    """Add the line of a question; what reads its answer."""
    if not question.choices:
        line = gui.add_text(question.name, question.answer)
        return lambda: line.value
    known = question.answer in question.choices
    choices = question.choices if known else (_NOTHING, *question.choices)
    choice = gui.add_dropdown(question.name, choices, initial_value=question.answer if known else _NOTHING)
    return lambda: "" if choice.value == _NOTHING else choice.value


def _leave(session: Session) -> None:
    session.form = None
