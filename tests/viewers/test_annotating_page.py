"""The tutorial: its commands work in their order, and the keys that it names are keys."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import sensorann as sa
from sensorann import cli
from sensorann.store.reviewing import decisions
from tests.viewers.conftest import by_id
from viewers import open_session
from viewers.keymap import key_name, read_keymap

PAGE = (Path(__file__).parents[2] / "docs" / "annotating.md").read_text(encoding="utf-8")
TUTORIAL, _, REST = PAGE.partition("## In a browser")
NAMED = "Left|Right|Up|Down|Home|End|PageUp|PageDown|Space|Tab|Enter|Escape|Delete"
KEY = re.compile(rf"(?:(?:Ctrl|Alt|Shift)\+)*(?:[A-Z0-9.,?\[\]+-]|F\d|{NAMED})")
IN_FORMS = {"Up", "Down", "Enter"}


def commands() -> list[list[str]]:
    """Words of every command of the tutorial but the first look at a drive, in order."""
    lines = re.findall(r"^    sensorann (.+)$", TUTORIAL, re.MULTILINE)
    return [shlex.split(line) for line in lines][1:]


def named_keys() -> set[str]:
    """Keys that the tutorial names; several stand in one pair of backticks."""
    words = [word for code in re.findall(r"`([^`\n]+)`", TUTORIAL) for word in code.split()]
    return {key_name(word) for word in words if KEY.fullmatch(word)}


def test_keys_that_the_tutorial_names_do_something():
    keys = named_keys()
    assert len(keys) > 50
    assert keys - IN_FORMS <= read_keymap().keys.keys()


@pytest.mark.real_data
def test_the_tutorial_leads_from_a_drive_to_the_accepted_export(real_data, tmp_path, monkeypatch, capsys):
    (tmp_path / "kitti").symlink_to(real_data / "kitti_tracking")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SENSORANN_ACTOR", "anna")
    done = []
    for words in commands():
        if words[0] == "view":
            work_at_the_viewer(words)
        else:
            assert cli.run(words) == 0, capsys.readouterr().err
        done.append(" ".join(words[:2]))
    assert done[0] == "store init"
    assert done.index("store export") > done.index("store review") > done.index(f"view {words_of_view()[1]}")
    with sa.open_store("labels.db") as store:
        assert by_id(sa.read_labels("accepted.json")) == by_id(store.load("0000").labels)
        assert [body["decision"] for body in decisions(store, "0000").values()] == ["accept"]
    assert {"accepted.prov.json", "accepted.html"} <= {path.name for path in tmp_path.iterdir()}


def words_of_view() -> list[str]:
    return next(words for words in commands() if words[0] == "view")


def work_at_the_viewer(words: list[str]) -> None:
    """Throw away what is doubtful, and accept one object."""
    _, path, _, place = words
    with sa.open_store(place) as store:
        session = open_session(sa.open_drive(path), store)
        n_proposed = len(session.labels.tracks)
        keymap = read_keymap()
        keymap.press(session, "Ctrl+Shift+Delete")
        session.form.done(session, {"confidence below": session.form.questions[0].answer})
        session.select(session.labels.tracks[0].id)
        keymap.press(session, "Y")
        session.close()
        assert 0 < len(session.labels.tracks) < n_proposed
