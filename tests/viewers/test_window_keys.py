"""Every key of the table, pressed on a real window: the command that it stands for is what the window hears."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.builders import make_labels, make_track
from tests.viewers.screen import Hands, available, screen, until
from viewers.keymap import read_keymap

pytest.importorskip("open3d", exc_type=(ImportError, OSError))
pytestmark = pytest.mark.skipif(not available(), reason="needs Xvfb and xdotool (make system-libraries)")

# What X calls the keys that it does not call as the table does.
X_NAMES = {
    ".": "period",
    ",": "comma",
    "[": "bracketleft",
    "]": "bracketright",
    "+": "plus",
    "-": "minus",
    "=": "equal",
    "?": "question",
    "Space": "space",
    "PageDown": "Next",
    "PageUp": "Prior",
}


def x_name(key: str) -> str:
    """What xdotool calls a key of the table."""
    modifiers, plus, last = key.rpartition("+") if key != "+" else ("", "", key)
    return f"{modifiers.lower()}{plus}{X_NAMES.get(last, last.lower() if len(last) == 1 else last)}"


def test_every_key_of_the_table_does_what_the_table_says(store, tmp_path):
    store.import_labels(make_labels(make_track()), drive="memory")
    told, keys = tmp_path / "told.txt", read_keymap().keys
    command = [sys.executable, "-m", "tests.viewers.listening", store.name, str(told)]
    with screen() as shown:
        program = subprocess.Popen(command, env=os.environ | {"DISPLAY": shown.display})
        try:
            hands = Hands(shown)
            hands.find("sensorann: memory")
            for key in keys:
                hands.key(x_name(key))
            until(lambda: told.is_file() and len(told.read_text().split()) >= len(keys), "as many commands as keys")
            assert dict(zip(keys, told.read_text().split(), strict=True)) == dict(keys)
            assert program.poll() is None
        finally:
            program.kill()
            program.wait()
