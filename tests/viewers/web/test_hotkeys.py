"""The key table in a browser: which keys a page can listen to."""

import pytest

pytest.importorskip("viser")

from viewers.keymap import read_keymap
from viewers.web.hotkeys import hotkey

# Signs have no name in viser; F1 is the browser's own.
UNKNOWN = {"+", "=", "-", "?", "F1"}


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
    assert {key for key in read_keymap().keys if hotkey(key) is None} <= UNKNOWN
