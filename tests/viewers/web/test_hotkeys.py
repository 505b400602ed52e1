"""The key table in a browser: which keys a page can listen to."""

import re

import pytest

pytest.importorskip("viser")

from viewers.keymap import read_keymap
from viewers.web.hotkeys import hotkey

# Signs and function keys have no name in viser.
UNKNOWN = re.compile(r"(\w+\+)*([^A-Za-z0-9]|F\d+)")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("W", ("W", None)),
        ("0", ("0", None)),
        ("Space", ("space", None)),
        ("Shift+Left", ("arrowleft", "shift")),
        ("Ctrl+Shift+Z", ("Z", "cmd/ctrl+shift")),
        ("Alt+Shift+Right", ("arrowright", "alt+shift")),
        ("PageUp", ("pageup", None)),
        ("+", None),
        ("Ctrl++", None),
    ],
)
def test_keys_are_spelled_as_viser_does(key, expected):
    assert hotkey(key) == expected


def test_every_key_of_the_table_but_signs_is_known():
    unknown = [key for key in read_keymap().keys if hotkey(key) is None]
    assert all(UNKNOWN.fullmatch(key) for key in unknown), unknown
