"""`sensorann store assign`, `status`, `review`, `guideline` and `stats`: a team passes work on."""

import json

import pytest

import sensorann as sa
from sensorann.cli import run
from tests.builders import START_NS
from tests.store.edits import move_box


def test_a_team_passes_a_drive_on(db, monkeypatch, capsys):
    drive = f"{db}#monday"

    def call(actor, *words):
        monkeypatch.setenv("SENSORANN_ACTOR", actor)
        capsys.readouterr()
        assert run(["store", *words]) == 0
        return capsys.readouterr().out

    for person, role in [("anna", "lead"), ("ben", "annotator"), ("carla", "reviewer")]:
        assert call("anna", "assign", db, person, "--role", role) == f"{person}: {role}\n"
    assert call("anna", "assign", drive, "ben") == "monday: ben, todo\n"
    call("ben", "status", drive, "--to", "annotating")
    call("ben", "status", drive, "--to", "review", "--note", "done")
    assert "(open): object 7, carla: too long" in call("carla", "review", drive, "7", "--say", "too long")
    assert "object 7: accept by carla, version 1" not in call("carla", "review", drive)
    assert "object 7: accept by carla" in call("carla", "review", drive, "7", "--accept")
    assert "monday: rework, ben" in call("carla", "status", drive, "--to", "rework")
    summary = json.loads(call("anna", "status", drive, "--json"))
    assert (summary["open_comments"], summary["accepted"], summary["tasks"][0]["state"]) == (1, 1, "rework")
    story = call("anna", "show", drive, "7", "--at", str(START_NS), "--why")
    assert "carla with sensorann" in story
    assert "review added: decision accept, by carla" in story
    figures = json.loads(call("anna", "stats", drive, "--json"))
    assert figures["rework_rate"] == 1.0
    move_box(db, actor="ben")
    assert ", changed since: look again" in call("anna", "review", drive, "7")
    assert "1 objects accepted, 0 rejected; 1 changed since: look again" in call("anna", "status", drive)
    with_id = call("anna", "review", drive).split()
    comment_id = with_id[with_id.index("(open):") - 1]
    assert "resolved by ben" in call("ben", "review", drive, "--resolved", comment_id)


def test_a_guideline_is_set_and_told(db, tmp_path, capsys):
    rules = tmp_path / "rules.md"
    rules.write_text("boxes are tight")
    capsys.readouterr()
    assert run(["store", "guideline", db]) == 0
    assert run(["store", "guideline", db, str(rules), "--version", "2.1"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == "monday: no guideline"
    assert second.startswith("monday: rules.md, version 2.1, sha256 ")
    assert run(["store", "guideline", db, str(rules)]) == 2
    assert run(["store", "guideline", db, str(tmp_path / "absent.md"), "--version", "1"]) == 1


def test_statistics_count_boxes_and_work(db, tmp_path, capsys):
    move_box(db, note=sa.Note(spent_s=2.5))
    move_box(db, actor="ben", note=sa.Note(spent_s=4))
    capsys.readouterr()
    assert run(["store", "stats", db, "--json", "--picture", str(tmp_path / "stats.png")]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["boxes"] == {"human": 4, "interpolated": 3, "fitted": 0, "detected": 0, "imported": 0}
    assert figures["keyframe_share"] == pytest.approx(4 / 7)
    assert figures["people"] == {"anna": {"actions": 1, "seconds": 2.5}, "ben": {"actions": 1, "seconds": 4}}
    assert figures["objects"] == {"7": {"actions": 2, "seconds": 6.5}}
    assert figures["rework_rate"] is None
    assert (tmp_path / "stats.png").stat().st_size > 1000
    assert run(["store", "stats", db]) == 0
    assert "keyframe share 57.1%, rework rate unknown" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["review", "{db}", "7", "--accept", "--reject"],
        ["review", "{db}", "--accept"],
        ["review", "{db}", "7", "--say", " "],
        ["review", "{db}", "7", "--at", "5"],
        ["assign", "{db}", "anna", "--role", "lead", "--start-ns", "1"],
        ["assign", "{db}", "anna", "--role", "boss"],
        ["status", "{db}", "--to", "done"],
    ],
    ids=["two decisions", "no object", "empty comment", "instant alone", "role and span", "role", "state"],
)
def test_wrong_words_of_a_team_are_wrong_usage(db, words):
    assert run(["store", *(word.format(db=db) for word in words)]) == 2
