"""The keys of Open3D's windows, named as the key table names them."""

from __future__ import annotations

from open3d.visualization import gui

from viewers.keymap import SHIFTED

_MODIFIERS = {
    gui.KeyName.LEFT_CONTROL: "Ctrl",
    gui.KeyName.RIGHT_CONTROL: "Ctrl",
    gui.KeyName.LEFT_SHIFT: "Shift",
    gui.KeyName.RIGHT_SHIFT: "Shift",
    gui.KeyName.ALT: "Alt",
}
_SIGNS = {
    gui.KeyName.ZERO: "0",
    gui.KeyName.ONE: "1",
    gui.KeyName.TWO: "2",
    gui.KeyName.THREE: "3",
    gui.KeyName.FOUR: "4",
    gui.KeyName.FIVE: "5",
    gui.KeyName.SIX: "6",
    gui.KeyName.SEVEN: "7",
    gui.KeyName.EIGHT: "8",
    gui.KeyName.NINE: "9",
    gui.KeyName.PLUS: "+",
    gui.KeyName.MINUS: "-",
    gui.KeyName.EQUALS: "=",
    gui.KeyName.QUESTION_MARK: "?",
    gui.KeyName.SLASH: "/",
    gui.KeyName.PERIOD: ".",
    gui.KeyName.COMMA: ",",
    gui.KeyName.LEFT_BRACKET: "[",
    gui.KeyName.RIGHT_BRACKET: "]",
    gui.KeyName.PAGE_UP: "PageUp",
    gui.KeyName.PAGE_DOWN: "PageDown",
}
# Events carry the number of a key, not the key.
_MODIFIER_NUMBERS = {int(key): name for key, name in _MODIFIERS.items()}
_NAMES = {
    int(key): key.name if len(key.name) == 1 else key.name.capitalize() for key in gui.KeyName.__members__.values()
}
_NAMES |= {int(key): name for key, name in _SIGNS.items()}


class Keyboard:
    """Which modifiers are held, and what a key that goes down is called with them."""

    def __init__(self) -> None:
        self._held: set[str] = set()

    def event(self, event: gui.KeyEvent) -> str | None:
        """Take a key event; return the name of the key that went down, None where it was a modifier or went up."""
        modifier = _MODIFIER_NUMBERS.get(int(event.key))
        down = event.type == gui.KeyEvent.Type.DOWN
        if modifier is not None:
            (self._held.add if down else self._held.discard)(modifier)
            return None
        if not down:
            return None
        held = [word for word in ("Ctrl", "Alt", "Shift") if word in self._held]
        name = "+".join([*held, _NAMES.get(int(event.key), "")])
        return SHIFTED.get(name, name)  # the window is told of the lower sign and of Shift
