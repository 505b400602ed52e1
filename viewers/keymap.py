"""Which key does what: a table in TOML that people change, and the help that is printed from it."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sensorann.errors import ArgumentError, FormatError, MissingDataError, SensorannError
from viewers.commands import COMMANDS, Command
from viewers.session import Session

_MODIFIERS = ("Ctrl", "Alt", "Shift")
_NAMED = (
    "Left",
    "Right",
    "Up",
    "Down",
    "Home",
    "End",
    "PageUp",
    "PageDown",
    "Insert",
    "Delete",
    "Backspace",
    "Tab",
    "Enter",
    "Escape",
    "Space",
)
_KEYS = (*string.ascii_uppercase, *string.digits, *".,[]+-=?/", *(f"F{n}" for n in range(1, 13)), *_NAMED)
_SPELLED = {key.lower(): key for key in _KEYS}
# Signs that keyboards put above others, by the lower one with Shift.
SHIFTED = MappingProxyType({"Shift+/": "?", "Shift+=": "+"})
_DEFAULT = "keys.toml"
# What joins a key to its modifiers; the last one may be the key itself.
_PLUS = re.compile(r"\+(?=.)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Keymap:
    """Keys and the commands that they do.

    Attributes
    ----------
    commands : all commands by name
    keys : key, as `key_name` writes it, to the name of a command
    """

    commands: Mapping[str, Command]
    keys: Mapping[str, str]

    def press(self, session: Session, key: str) -> bool:
        """Do what a key stands for; tell whether it stands for anything. What goes wrong is the session's message."""
        name = self.keys.get(key)
        if name is None:
            return False
        perform(session, self.commands[name])
        return True

    def help(self) -> str:
        """One line per command that has a key, in the order of the table: keys, then what it does."""
        keys: dict[str, list[str]] = {name: [] for name in self.commands}
        for key, name in self.keys.items():
            keys[name].append(key)
        shown = [(" or ".join(keys[name]), command.text) for name, command in self.commands.items() if keys[name]]
        width = max((len(keys) for keys, _ in shown), default=0)
        return "\n".join(f"{keys:<{width}}  {text}" for keys, text in shown)


def perform(session: Session, command: Command) -> None:
    """Do a command; a deliberate error becomes the message that the person reads."""
    session.message = ""
    try:
        command.run(session)
    except SensorannError as error:
        session.message = str(error)


def key_name(key: str) -> str:
    """Spell a key with its modifiers in one way: ``shift+ctrl+z`` is ``Ctrl+Shift+Z``.

    Raises
    ------
    ArgumentError
        When a modifier is none of Ctrl, Alt and Shift, or the key is none that the viewer knows.
    """
    *held, last = (word.strip() for word in _PLUS.split(key.strip()))
    modifiers = {word.capitalize() for word in held}
    if unknown := modifiers - set(_MODIFIERS):
        raise ArgumentError(f"a key may be held with {', '.join(_MODIFIERS)}, got {min(unknown)!r} in {key!r}")
    if last.lower() not in _SPELLED:
        raise ArgumentError(
            f"a key is a letter, a digit, F1 to F12, a sign .,[]+-=?/ or {', '.join(_NAMED)}, got {last!r}"
        )
    name = "+".join([*(word for word in _MODIFIERS if word in modifiers), _SPELLED[last.lower()]])
    return SHIFTED.get(name, name)


def read_keymap(path: Path | str | None = None, *, commands: Mapping[str, Command] = COMMANDS) -> Keymap:
    """Read the keys: the usual ones, changed by a file of one's own.

    Parameters
    ----------
    path : TOML with a table ``keys``: command = key, or a list of keys; an empty list leaves a command without a key
    commands : what keys may stand for

    Raises
    ------
    MissingDataError
        When there is no such file.
    FormatError
        When it is no such table, names a command that does not exist, or one key twice.
    """
    usual = resources.files("viewers").joinpath(_DEFAULT)
    chosen = _keys(usual.read_text(encoding="utf-8"), _DEFAULT, commands)
    own: dict[str, list[str]] = {}
    if path is not None:
        if not Path(path).is_file():
            raise MissingDataError(f"{path} is no file: it should hold keys as in {usual}")
        own = _keys(_text(Path(path)), str(path), commands)
        taken = {key for keys in own.values() for key in keys}
        # A key that a person gives away is free for what he gives it to.
        chosen = {name: [key for key in keys if key not in taken] for name, keys in chosen.items()} | own
    keys = {key: name for name in commands for key in chosen.get(name, [])}
    return Keymap(commands=commands, keys=MappingProxyType(keys))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(str(path), "", expected="text in UTF-8", found=f"other bytes at {error.start}") from error


def _keys(text: str, path: str, commands: Mapping[str, Command]) -> dict[str, list[str]]:
    try:
        table: Any = tomllib.loads(text).get("keys")
    except tomllib.TOMLDecodeError as error:
        raise FormatError(path, "", expected="TOML", found=str(error)) from error
    if not isinstance(table, dict):
        raise FormatError(path, "", expected="a table [keys]", found="none")
    keys = {name: _key_list(path, name, value) for name, value in table.items()}
    owner: dict[str, str] = {}
    for name, own in keys.items():
        if name not in commands:
            raise FormatError(path, name, expected=f"one of {', '.join(commands)}", found=name)
        for key in own:
            if key in owner:
                raise FormatError(path, name, expected="a key of its own", found=f"{key}, which is {owner[key]}'s")
            owner[key] = name
    return keys


def _key_list(path: str, name: str, value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    keys = [key for key in values if isinstance(key, str) and key.strip()]
    if len(keys) < len(values):
        raise FormatError(path, name, expected="a key or a list of keys, in quotes", found=repr(value))
    try:
        return [key_name(key) for key in keys]
    except ArgumentError as error:
        raise FormatError(path, name, expected="a key", found=str(error)) from error
