"""The keys of the key table as a browser knows them, each a command of the page's own list (Ctrl+K)."""

from __future__ import annotations

import string
from functools import partial
from typing import Any

import viser

from viewers.commands import Command
from viewers.keymap import Keymap, perform
from viewers.web.inbox import Post

# Keys that the page can listen to, by their names in the key table. Signs (+, ?) are not among them.
_KEYS = {key: key for key in string.ascii_uppercase + string.digits}
_KEYS |= {way.capitalize(): f"arrow{way}" for way in ("left", "right", "up", "down")}
_NAMED = ("Space", "Enter", "Escape", "Tab", "Backspace", "Delete", "Insert", "Home", "End", "PageUp", "PageDown")
_KEYS |= {name: name.lower() for name in _NAMED}
# What acts on parts of the window that the page does not have.
_ELSEWHERE = frozenset({"image_box", "outline", "close_ups", "before", "batch", "next_camera"})
_MODIFIERS = {"Ctrl": "cmd/ctrl", "Alt": "alt", "Shift": "shift"}


def listen_to_keys(gui: viser.GuiApi, keymap: Keymap, post: Post) -> None:
    """Let every command be done by its keys, or chosen from the list by its name."""
    keys: dict[str, list[dict[str, Any]]] = {name: [] for name in keymap.commands}
    for key, name in keymap.keys.items():
        known = hotkey(key)
        if known is not None:
            keys[name].append({"hotkey": known[0], "modifier": known[1]})
    for name, command in keymap.commands.items():
        if name in _ELSEWHERE:
            continue
        for key_options in keys[name] or [{}]:
            _add(gui, command, key_options, post)


def hotkey(key: str) -> tuple[str, str | None] | None:
    """Key and modifiers of viser for a key of the table; None where a page cannot listen to it."""
    *held, last = key.split("+")
    if last not in _KEYS:
        return None
    return _KEYS[last], "+".join(_MODIFIERS[word] for word in held) or None


def _add(gui: viser.GuiApi, command: Command, key: dict[str, Any], post: Post) -> None:
    handle = gui.add_command(command.text, **key)

    @handle.on_trigger
    async def _(_event: viser.CommandEvent) -> None:
        post(partial(perform, command=command))
