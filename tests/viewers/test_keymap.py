"""Keys: the usual table, a table of one's own, and what is refused."""

import pytest

from sensorann.errors import ArgumentError, FormatError, MissingDataError
from viewers.commands import COMMANDS
from viewers.keymap import key_name, read_keymap


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("ctrl+z", "Ctrl+Z"),
        ("shift + ctrl+z", "Ctrl+Shift+Z"),
        ("left", "Left"),
        ("PageUp", "PageUp"),
        ("ctrl+pageup", "Ctrl+PageUp"),
        ("f12", "F12"),
        ("shift+/", "?"),
        ("Shift+=", "+"),
        ("+", "+"),
        ("Ctrl++", "Ctrl++"),
        ("alt+-", "Alt+-"),
    ],
)
def test_a_key_has_one_spelling(written, name):
    assert key_name(written) == name
    assert key_name(name) == name


def test_an_unknown_modifier_is_named():
    with pytest.raises(ArgumentError, match="'Strg' in 'Strg\\+Z'"):
        key_name("Strg+Z")


@pytest.mark.parametrize("key", ["Foo", "Ctrl+Fooo", "F13", "WW", "Ctrl", "<"])
def test_a_key_that_no_keyboard_has_is_refused(key):
    with pytest.raises(ArgumentError, match="a key is a letter, a digit"):
        key_name(key)


def test_every_command_has_a_key_and_a_line_in_the_help():
    keymap = read_keymap()
    assert set(keymap.keys.values()) == set(COMMANDS)
    lines = keymap.help().splitlines()
    assert len(lines) == len(COMMANDS)
    assert any(line.split() == ["Space", "or", "O", *COMMANDS["snap"].text.split()] for line in lines)


def test_a_table_of_ones_own_changes_only_what_it_names(tmp_path):
    path = tmp_path / "keys.toml"
    path.write_text('[keys]\nflip = "Space"\nundo = ["U", "ctrl+z"]\nhide = []\n')
    usual, own = read_keymap(), read_keymap(path)
    changed = {"Space": "flip", "U": "undo"}
    gone = {"G", "H"}
    assert dict(own.keys) == {key: name for key, name in usual.keys.items() if key not in gone} | changed
    assert "Shift+H" in own.help()
    assert "hide what" not in own.help()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[keys", "expected TOML"),
        ("undo = 'U'", r"expected a table \[keys\]"),
        ("[keys]\nundoo = 'U'", "undoo: expected one of"),
        ("[keys]\nundo = 'U'\nredo = 'u'", "redo: expected a key of its own, found U, which is undo's"),
        ("[keys]\nundo = 7", "undo: expected a key or a list of keys"),
        ("[keys]\nundo = 'Uu'", "undo: expected a key, found a key is a letter"),
        ("[keys]\nundo = 'Meta+U'", "undo: expected a key, found a key may be held with"),
    ],
    ids=["no TOML", "no table", "unknown command", "one key twice", "no text", "unknown key", "unknown modifier"],
)
def test_a_wrong_table_is_refused_by_name(tmp_path, text, message):
    path = tmp_path / "keys.toml"
    path.write_text(text)
    with pytest.raises(FormatError, match=message):
        read_keymap(path)


@pytest.mark.parametrize("name", ["keys.toml", "."], ids=["absent", "a folder"])
def test_what_is_no_file_is_no_table(tmp_path, name):
    with pytest.raises(MissingDataError, match="is no file"):
        read_keymap(tmp_path / name)


def test_a_table_is_text(tmp_path):
    path = tmp_path / "keys.toml"
    path.write_bytes(b"[keys]\nflip = '\xff'")
    with pytest.raises(FormatError, match="expected text in UTF-8, found other bytes at 15"):
        read_keymap(path)
