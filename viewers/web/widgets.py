"""Values of viser's widgets: set by the session without an echo, changed by a hand as a posted action."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import viser

from viewers.session import Session
from viewers.web.inbox import Post

_Value = TypeVar("_Value")


def put(widget: viser.GuiInputHandle[_Value], value: _Value) -> None:
    """Show a value in all tabs."""
    widget.value = value  # type: ignore[misc]  # mypy does not see viser's setter


def when_changed(widget: viser.GuiInputHandle[_Value], post: Post, act: Callable[[Session, _Value], None]) -> None:
    """Post an action with the new value when a hand changed it."""

    @widget.on_update
    async def _(event: viser.GuiEvent[viser.GuiInputHandle[_Value]]) -> None:
        if event.client is not None:  # else the session put it there
            post(partial(_with, value=event.target.value, act=act))


def _with(session: Session, *, value: _Value, act: Callable[[Session, _Value], None]) -> None:
    act(session, value)
