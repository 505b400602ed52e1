"""The review of the selected object: its verdict, what was said about it, and a line to say more."""

from __future__ import annotations

import html
from collections.abc import Mapping

import viser

from sensorann.store.reviewing import comments
from viewers.actions import remarks
from viewers.commands import Command
from viewers.session import Session
from viewers.web.buttons import REVIEW, add_buttons
from viewers.web.inbox import Post
from viewers.web.widgets import put


class Review:
    """Widgets for the review of what is selected."""

    def __init__(self, gui: viser.GuiApi, commands: Mapping[str, Command], post: Post) -> None:
        self._post = post
        add_buttons(gui, REVIEW, commands, post)
        self._form = gui.add_form(None)
        with self._form:
            self._line = gui.add_text("comment", "", hint="Enter says it of the selected object, in this frame")
        self._said = gui.add_html("")

        @self._form.on_submit
        async def _(_event: viser.GuiEvent[viser.GuiFormHandle]) -> None:
            text = self._line.value.strip()
            if text:
                self._post(lambda session: self._say(session, text))

    def show(self, session: Session) -> None:
        """Show what was decided and said of the object that was selected last."""
        if session.gesture is not None:
            return  # a hand that drags waits for no store
        if not session.selected:
            self._said.content = ""
            return
        verdict = remarks.verdict_text(session)
        lines = [verdict] if verdict else []
        lines += [
            f"{said.author}: {said.text}{'' if said.resolved_by is None else f' (settled by {said.resolved_by})'}"
            for said in comments(session.store, session.name, object_id=session.selected[-1])
        ]
        self._said.content = "".join(f"<div>{html.escape(line)}</div>" for line in lines)

    def _say(self, session: Session, text: str) -> None:
        remarks.comment(session, text)
        put(self._line, "")
