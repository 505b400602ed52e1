"""`sensorann store log` and `show`: who did what, when and why."""

import json
from dataclasses import replace

import numpy as np
import pytest

import sensorann as sa
from sensorann.cli import run
from sensorann.cli.times import unix_ns
from sensorann.scene import Source
from tests.builders import START_NS, make_labels, make_track
from tests.store.edits import contents, full_labels, move_box


@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        ([], ["import", "edit", "undo"]),
        (["--actor", "ben"], ["edit", "undo"]),
        (["--kind", "undo"], ["undo"]),
        (["--object", "a b"], ["import"]),
        (["-n", "1"], ["undo"]),
        (["--until", "2020-01-01"], []),
        (["--since", "2020-01-01T12:00", "--object", "7"], ["import", "edit", "undo"]),
        (["--since", "2200-01-01"], []),
    ],
    ids=["all", "actor", "kind", "object", "newest", "until", "since", "since then"],
)
def test_the_log_is_filtered(db, capsys, options, kinds):
    move_box(db, actor="ben")
    with sa.open_store(db, actor="ben") as store:
        store.undo("monday")
    capsys.readouterr()
    assert run(["store", "log", f"{db}#monday", *options, "--json"]) == 0
    assert [event["kind"] for event in json.loads(capsys.readouterr().out)] == kinds


def test_the_log_says_what_was_done(db, capsys):
    move_box(db)
    capsys.readouterr()
    assert run(["store", "log", db]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert "anna  import  monday: 7 boxes added; 3 objects" in first
    assert "from tool X" in first
    assert second.endswith("anna  edit  monday, object 7: 1 boxes changed")


def test_show_tells_why_a_box_is_here(db, capsys):
    move_box(db, note=sa.Note(kind="fit", text="after a look", machine={"seed": 7}))
    move_box(db, actor="ben")
    capsys.readouterr()
    assert run(["store", "show", db, "7", "--at", str(START_NS + 90_000_000), "--why"]) == 0
    out = capsys.readouterr().out
    assert "object 7: Car, parked True, colour red; boxes: 4 human; version 3" in out
    assert f"box at {START_NS + 100_000_000}: human, centre (12.50, 0.10, 0.75) m, 4.20 x 1.80 x 1.50 m" in out
    assert "anna with sensorann" in out
    assert "fit\n    moved by 1.000 m\n    with seed 7\n    after a look" in out
    assert "sha256" in out
    assert "track added" not in out  # the box was asked for, not the object


def test_show_tells_of_an_object_as_a_whole(db, capsys):
    capsys.readouterr()
    assert run(["store", "show", db, "7", "--why"]) == 0
    out = capsys.readouterr().out
    assert "track added: category Car" in out
    assert "image_track added: id 7, camera CAM_FRONT" in out
    assert "4 boxes added" in out


def test_show_names_the_keyframes_around_a_computed_box(db, capsys):
    with sa.open_store(db) as store:
        rows = make_track(id="9", n=3)
        store.create("monday", rows[[0, 2]])
        store.complete("monday", make_labels(make_computed(rows)), note=sa.Note(kind="interpolate"))
    capsys.readouterr()
    assert run(["store", "show", db, "9", "--at", str(rows.timestamps_ns[1])]) == 0
    assert f"nearest keyframes: {rows.timestamps_ns[0]}, {rows.timestamps_ns[2]}" in capsys.readouterr().out


def make_computed(track):
    return replace(track, sources=np.array([Source.HUMAN, Source.INTERPOLATED, Source.HUMAN], np.uint8))


def test_a_computed_box_names_the_keyframes_that_it_rests_on(db, capsys):
    rows = make_track(id="9", n=5, step_ns=100)
    with sa.open_store(db) as store:
        store.create("monday", rows[[0, 2, 4]])
        computed = replace(rows, sources=np.array([0, 1, 0, 1, 0], np.uint8))
        store.complete("monday", make_labels(computed), note=sa.Note(kind="interpolate", machine={"method": "smooth"}))
    capsys.readouterr()
    assert run(["store", "show", db, "9", "--at", str(rows.timestamps_ns[1]), "--why"]) == 0
    first, second, third = rows.timestamps_ns[[0, 2, 4]]
    out = capsys.readouterr().out
    assert f"from 3 keyframes, the nearest of them {first} and {second}\n    with method smooth" in out
    assert run(["store", "show", db, "9", "--at", str(rows.timestamps_ns[3]), "--why"]) == 0
    assert f"the nearest of them {second} and {third}" in capsys.readouterr().out
    assert run(["store", "show", db, "9", "--why"]) == 0
    assert f"from 3 keyframes, {first} to {third}" in capsys.readouterr().out


def test_what_was_there_then_is_shown_and_exported(db, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("time.time_ns", lambda: unix_ns("2200-01-02", ""))
    move_box(db)
    monkeypatch.setattr("time.time_ns", lambda: unix_ns("2200-01-03T12:30+02:00", ""))
    with sa.open_store(db, actor="anna") as store:
        store.delete(store.track("monday", "7"))
    capsys.readouterr()
    assert run(["store", "show", db, "7", "--as-of", "2200-01-01", "--why"]) == 0
    out = capsys.readouterr().out
    assert "boxes: 4 human; version 1" in out
    assert ": import\n" in out
    assert ": edit\n" not in out
    assert run(["store", "show", db, "7", "--as-of", "2200-01-03T10:29:59.9"]) == 0
    assert "version 2" in capsys.readouterr().out
    assert run(["store", "show", db, "7", "--as-of", "2200-01-03T10:30"]) == 0
    assert "object 7: not there any more" in capsys.readouterr().out
    assert run(["store", "export", db, str(tmp_path / "then.json"), "--as-of", "2200-01-01"]) == 0
    assert contents(sa.read_labels(tmp_path / "then.json"))[1:] == contents(full_labels())[1:]
    capsys.readouterr()
    assert run(["store", "show", db, "7", "--as-of", "2000-01-01"]) == 1
    assert "no object '7' was ever in drive" in capsys.readouterr().err


def test_what_was_deleted_still_tells_its_story(db, capsys):
    with sa.open_store(db) as store:
        store.delete(store.track("monday", "7"))
    capsys.readouterr()
    assert run(["store", "show", db, "7"]) == 0
    out = capsys.readouterr().out
    assert "object 7: not there any more" in out
    assert "delete\n    track removed" in out
