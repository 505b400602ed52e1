"""`sensorann store review plan|next|record|decide`."""

import hashlib
import json

import numpy as np
import pytest

import sensorann as sa
from sensorann.cli import run
from sensorann.store.release import release_manifest
from sensorann.store.sampling import decisions, looks
from tests.builders import make_labels, make_track
from tests.store.edits import moved


@pytest.fixture
def db(tmp_path, monkeypatch) -> str:
    """A store with two drives of thirty objects each."""
    monkeypatch.setenv("SENSORANN_ACTOR", "anna")
    path = tmp_path / "labels.db"
    with sa.open_store(path, actor="ben", create=True) as store:
        for name in ("monday", "tuesday"):
            tracks = [
                make_track(id=str(i), category="Car" if i % 3 else "Pedestrian", centers=np.full((5, 3), 9.0 * i))
                for i in range(30)
            ]
            store.import_labels(make_labels(*tracks), drive=name)
    return str(path)


def printed(words, capsys, *, status=0):
    capsys.readouterr()
    assert run(words) == status
    return json.loads(capsys.readouterr().out)


def look_at_all(db, capsys, *, wrong=()):
    """Record what is found until nothing is left; objects of some numbers, in the order of the looks, are wrong."""
    number = 0
    while True:
        found = printed(["store", "review", "next", db, "--json"], capsys)
        if not found["next"]:
            return found
        item = found["next"][0]
        result = ["--wrong", "flip,size"] if number in wrong else ["--right"]
        assert run(["store", "review", "record", f"{db}#{item['drive']}", item["object"], *result]) == 0
        number += 1


def test_good_labels_are_accepted_with_their_evidence(db, tmp_path, capsys):
    plan = printed(["store", "review", "plan", db, "--bad", "0.1", "--json"], capsys)
    assert plan["plan"]["n"] < 60
    assert {item["drive"] for item in plan["items"]} == {"monday", "tuesday"}
    assert look_at_all(db, capsys)["verdict"] == "accept"
    (tmp_path / "agreement.json").write_text('{"f1": 0.93}')
    out = tmp_path / "evidence"
    assert run(["store", "review", "decide", db, "-o", str(out), "--attach", str(tmp_path / "agreement.json")]) == 0
    assert "accept: " in capsys.readouterr().out
    evidence = json.loads((tmp_path / "evidence.json").read_text())
    assert evidence["decision"] == "accept"
    assert evidence["looked_at"]["n"] == plan["plan"]["n"]
    assert evidence["attached"]["agreement.json"]["content"] == {"f1": 0.93}
    assert evidence["decided_by"] == "anna"
    assert "Release decision: 1" in (tmp_path / "evidence.html").read_text()
    with sa.open_store(db) as store:
        kept = release_manifest(store, "monday")["review"]["samples"]["1"]
    assert kept["evidence_sha256"] == hashlib.sha256((tmp_path / "evidence.json").read_bytes()).hexdigest()
    assert run(["store", "verify", db]) == 0


def test_bad_labels_are_rejected_as_soon_as_it_is_clear(db, tmp_path, capsys):
    assert run(["store", "review", "plan", db, "--kind", "sequential", "--by", "class", "--name", "lot"]) == 0
    found = look_at_all(db, capsys, wrong=range(99))
    assert (found["verdict"], found["looked_at"]["n"]) == ("reject", 2)
    assert run(["store", "review", "decide", db, "-o", str(tmp_path / "evidence")]) == 3
    evidence = json.loads((tmp_path / "evidence.json").read_text())
    assert evidence["error_codes"] == {"flip": 2, "size": 2}
    assert run(["store", "review", "decide", db, "--sample", "lot", "-o", str(tmp_path / "again")]) == 1
    assert "decided already" in capsys.readouterr().err
    assert not (tmp_path / "again.json").exists()


def test_no_evidence_no_decision(db, tmp_path, capsys):
    assert run(["store", "review", "plan", f"{db}#monday", "--n", "2", "--c", "0"]) == 0
    look_at_all(db, capsys)
    (tmp_path / "evidence.html").mkdir()
    assert run(["store", "review", "decide", db, "-o", str(tmp_path / "evidence")]) == 1
    assert "is a folder" in capsys.readouterr().err
    with sa.open_store(db) as store:
        assert decisions(store) == {}


def test_an_open_sample_is_not_decided_but_may_be_waived(db, tmp_path, capsys):
    assert run(["store", "review", "plan", f"{db}#monday", "--n", "10", "--c", "0"]) == 0
    out = str(tmp_path / "evidence")
    assert printed(["store", "review", "decide", db, "-o", out, "--json"], capsys, status=3)["decision"] == "continue"
    waived = printed(["store", "review", "decide", db, "-o", out, "--waiver", "a demo", "--json"], capsys)
    assert (waived["decision"], waived["waiver"]) == ("waived", {"by": "anna", "reason": "a demo"})


def test_an_object_that_changed_is_looked_at_again(db, capsys):
    assert run(["store", "review", "plan", f"{db}#monday", "--n", "5", "--c", "1"]) == 0
    look_at_all(db, capsys)
    with sa.open_store(db, actor="ben") as store:
        first = next(iter(looks(store, "1")))
        seen = store.track(*first)
        store.edit(seen, moved(seen.track, 0))
    found = printed(["store", "review", "next", db, "--json"], capsys)
    assert found["verdict"] == "continue"
    assert [(item["drive"], item["object"]) for item in found["next"]] == [first]


def test_objects_of_a_range_need_recordings(db, capsys):
    assert run(["store", "review", "plan", db, "--by", "range"]) == 2
    assert "add --drive ROOT" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["plan", "{db}", "--n", "5"], 2, "belong together"),
        (["plan", "{db}", "--n", "5", "--c", "0", "--kind", "sequential"], 2, "of a single plan"),
        (["plan", "{db}", "--n", "500", "--c", "1"], 1, "1 to 60 of 60 items can be drawn, got 500"),
        (["plan", "{db}", "--by", "colour"], 2, "got 'colour'"),
        (["plan", "{db}", "--good", "0.2"], 1, "0 < good < bad < 1"),
        (["next", "{db}"], 1, "review plan draws one"),
        (["record", "{db}#monday", "1"], 2, "either --right or --wrong"),
        (["record", "{db}#monday", "1", "--wrong", "ugly"], 2, "got 'ugly'"),
        (["record", "{db}#monday", "77", "--right", "--sample", "x"], 1, "no sample 'x'"),
        (["decide", "{db}", "-o", "out", "--attach", "nowhere.json"], 1, "nowhere.json does not exist"),
    ],
)
def test_wrong_words_are_named(db, capsys, words, status, message):
    assert run(["store", "review", *(word.format(db=db) for word in words)]) == status
    assert message in capsys.readouterr().err


def test_only_drawn_objects_are_recorded(db, capsys):
    plan = printed(["store", "review", "plan", f"{db}#monday", "--n", "5", "--c", "0", "--json"], capsys)
    other = next(str(i) for i in range(30) if str(i) not in {item["object"] for item in plan["items"]})
    assert run(["store", "review", "record", f"{db}#monday", other, "--right"]) == 1
    assert "only drawn ones count" in capsys.readouterr().err


def test_objects_are_reviewed_one_by_one_as_before(db, capsys):
    assert run(["store", "review", f"{db}#monday", "3", "--accept"]) == 0
    assert "object 3: accept by anna" in capsys.readouterr().out
