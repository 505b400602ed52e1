"""A hand that takes no time: a screen's keys and its mouse button through XTEST, which xdotool needs a process for."""

from __future__ import annotations

import ctypes

_LEFT = 1


class Hand:
    """The keyboard and the button of a display."""

    def __init__(self, display: str) -> None:
        self._x11, self._test = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
        self._x11.XOpenDisplay.restype = ctypes.c_void_p
        self._x11.XStringToKeysym.restype = ctypes.c_ulong
        opened = self._x11.XOpenDisplay(display.encode())
        if not opened:
            raise OSError(f"the display {display} does not answer")
        self._display = ctypes.c_void_p(opened)

    def key(self, name: str) -> None:
        """Press a key, by X's name of it, and let it go."""
        symbol = ctypes.c_ulong(self._x11.XStringToKeysym(name.encode()))
        code = self._x11.XKeysymToKeycode(self._display, symbol)
        for down in (1, 0):
            self._test.XTestFakeKeyEvent(self._display, code, down, 0)
        self._x11.XFlush(self._display)

    def let_go(self) -> None:
        """Let the left button go."""
        self._test.XTestFakeButtonEvent(self._display, _LEFT, 0, 0)
        self._x11.XFlush(self._display)
