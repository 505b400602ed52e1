"""`sensorann store repair`."""

import json

import numpy as np
import pytest

import sensorann as sa
from sensorann.cli import run
from sensorann.store import Note, verify
from sensorann.store.difference import difference
from tests.qa.checking.cases import driving, edited, labels_of
from tests.store.edits import contents


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request, tmp_path, monkeypatch) -> str:
    """A store with a drive in which one object faces backwards twice, and another has a box that is too large."""
    monkeypatch.setenv("SENSORANN_ACTOR", "anna")
    address = str(tmp_path / "labels.db")
    if request.param == "postgresql":
        server = request.getfixturevalue("server")
        address = server.address("anna", server.new_place())
    turned = edited(edited(driving(), [10, 11], turn=np.pi), [25], turn=np.pi)
    with sa.open_store(address, actor="anna", create=True) as store:
        store.import_labels(labels_of(turned, edited(driving(id="2", aside=-4.0), [20], grow=1.08)), drive="monday")
    return address


@pytest.fixture
def findings(db, tmp_path, capsys) -> str:
    """What a check of it prints for programs."""
    return checked(db, tmp_path / "findings.json", capsys)


def checked(db, path, capsys) -> str:
    capsys.readouterr()
    assert run(["check", f"{db}#monday", "--json"]) == 0
    path.write_text(capsys.readouterr().out)
    return str(path)


def rules_left(db, capsys) -> list[str]:
    capsys.readouterr()
    assert run(["check", f"{db}#monday", "--json"]) == 0
    return sorted(one["rule"] for one in json.loads(capsys.readouterr().out))


def labels_in(db):
    with sa.open_store(db, actor="anna") as store:
        return store.load("monday").labels


def test_repairs_are_events_and_each_can_be_undone(db, findings, capsys):
    before, rules = contents(labels_in(db)), rules_left(db, capsys)
    assert rules == ["heading_flip", "heading_flip", "size_change"]
    assert run(["store", "repair", f"{db}#monday", findings]) == 0
    assert "3 repaired, 0 left out, 0 that only a person can mend" in capsys.readouterr().out
    assert rules_left(db, capsys) == []
    assert run(["store", "undo", f"{db}#monday"]) == 0
    assert len(rules_left(db, capsys)) == 1
    for _ in range(2):
        assert run(["store", "undo", f"{db}#monday"]) == 0
    assert contents(labels_in(db)) == before
    with sa.open_store(db, actor="anna") as store:
        assert verify(store).faults == ()


def test_the_journal_says_what_was_wrong(db, findings, capsys):
    run(["store", "repair", f"{db}#monday", findings, "--rule", "size_change"])
    capsys.readouterr()
    assert run(["store", "log", f"{db}#monday", "--kind", "repair", "--json"]) == 0
    (event,) = json.loads(capsys.readouterr().out)
    assert (event["machine"]["rule"], event["machine"]["value"]) == ("size_change", 0.08)
    assert "m in the others" in event["note"]


@pytest.mark.parametrize(
    ("options", "left"),
    [
        (["--rule", "heading_flip"], ["size_change"]),
        (["--object", "2"], ["heading_flip", "heading_flip"]),
        (["--min-score", "1"], ["heading_flip", "heading_flip", "size_change"]),
    ],
)
def test_repairs_are_chosen(db, findings, options, left, capsys):
    assert run(["store", "repair", f"{db}#monday", findings, *options]) == 0
    assert rules_left(db, capsys) == left


def test_several_repairs_of_one_box_are_made_together(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SENSORANN_ACTOR", "anna")
    db = str(tmp_path / "labels.db")
    with sa.open_store(db, actor="anna", create=True) as store:
        store.import_labels(labels_of(edited(driving(), [20], turn=np.pi, grow=1.08)), drive="monday")
    findings = checked(db, tmp_path / "findings.json", capsys)
    assert rules_left(db, capsys) == ["heading_flip", "size_change"]
    assert run(["store", "repair", f"{db}#monday", findings]) == 0
    assert rules_left(db, capsys) == []


def test_a_half_turn_is_not_made_twice(db, findings, capsys):
    assert run(["store", "repair", f"{db}#monday", findings, "--rule", "heading_flip"]) == 0
    mended = contents(labels_in(db))
    capsys.readouterr()
    assert run(["store", "repair", f"{db}#monday", findings, "--rule", "heading_flip"]) == 3
    assert "object 1 has changed since it was checked: check again" in capsys.readouterr().out
    assert contents(labels_in(db)) == mended


def test_findings_without_a_repair_are_counted(db, tmp_path, findings, capsys):
    rows = json.loads((tmp_path / "findings.json").read_text())
    (tmp_path / "findings.json").write_text(json.dumps([{**row, "repair": []} for row in rows]))
    capsys.readouterr()
    assert run(["store", "repair", f"{db}#monday", findings]) == 0
    assert capsys.readouterr().out == "0 repaired, 0 left out, 3 that only a person can mend\n"


def test_what_another_repair_changed_near_by_is_checked_again(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SENSORANN_ACTOR", "anna")
    db, path = str(tmp_path / "labels.db"), tmp_path / "findings.json"
    with sa.open_store(db, actor="anna", create=True) as store:
        store.import_labels(labels_of(edited(driving(), [20], shift=(0, 0.8, 0))), drive="monday")
    checked(db, path, capsys)
    (finding,) = json.loads(path.read_text())
    gone = {"action": "delete_span", "track_id": "1", "span": [finding["timestamp_ns"]] * 2}
    later = dict(finding, timestamp_ns=finding["timestamp_ns"] + 300_000_000)
    for first, second in (
        (finding, later),
        (dict(finding, repair=[gone]), later),
        (finding, dict(later, repair=[gone])),
    ):
        path.write_text(json.dumps([dict(first, score=0.9), dict(second, score=0.8)]))
        assert run(["store", "repair", f"{db}#monday", str(path)]) == 3
        assert "1 repaired, 1 left out" in (said := capsys.readouterr().out)
        assert "another repair has changed boxes there: check again" in said
        assert run(["store", "undo", f"{db}#monday"]) == 0


def test_a_box_is_not_moved_along_axes_that_a_repair_has_turned(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SENSORANN_ACTOR", "anna")
    db, path = str(tmp_path / "labels.db"), tmp_path / "findings.json"
    with sa.open_store(db, actor="anna", create=True) as store:
        store.import_labels(labels_of(edited(driving(), [20], turn=0.5, shift=(1.2, 0, 0))), drive="monday")
    assert run(["store", "repair", f"{db}#monday", checked(db, path, capsys)]) == 3
    assert "left out: time_mismatch, object 1: another repair has changed boxes there" in capsys.readouterr().out
    assert run(["store", "repair", f"{db}#monday", checked(db, path, capsys)]) == 0
    np.testing.assert_allclose(labels_in(db).track("1").cuboids.centers, driving().cuboids.centers, atol=0.01)


def test_boxes_far_from_the_worst_one_are_no_more_turned_twice(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SENSORANN_ACTOR", "anna")
    db, path = str(tmp_path / "labels.db"), tmp_path / "findings.json"
    with sa.open_store(db, actor="anna", create=True) as store:
        store.import_labels(labels_of(edited(driving(), [30], turn=np.pi)), drive="monday")
    checked(db, path, capsys)
    (flip,) = json.loads(path.read_text())
    start = int(driving().timestamps_ns[0])
    all_aside = {"action": "move_faces", "track_id": "1", "outward": [0.5, -0.5, 0.0, 0.0]}
    everywhere = dict(flip, score=flip["score"] / 2, rule="cut_object", timestamp_ns=start, repair=[all_aside])
    path.write_text(json.dumps([flip, everywhere]))
    assert run(["store", "repair", f"{db}#monday", str(path)]) == 3
    assert "left out: cut_object, object 1: another repair has changed boxes there" in capsys.readouterr().out
    np.testing.assert_array_equal(labels_in(db).track("1").cuboids.centers, driving().cuboids.centers)


def test_a_box_that_got_its_size_back_is_not_grown_once_more(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SENSORANN_ACTOR", "anna")
    db, path = str(tmp_path / "labels.db"), tmp_path / "findings.json"
    with sa.open_store(db, actor="anna", create=True) as store:
        store.import_labels(labels_of(edited(driving(), [20], grow=0.9)), drive="monday")
    checked(db, path, capsys)
    (small,) = json.loads(path.read_text())
    faces = {**small["repair"][0], "action": "move_faces", "outward": [0.2, 0.2, 0.1, 0.1]}
    del faces["size"]
    path.write_text(json.dumps([small, dict(small, score=small["score"] / 2, rule="cut_object", repair=[faces])]))
    assert run(["store", "repair", f"{db}#monday", str(path)]) == 3
    assert "1 repaired, 1 left out" in capsys.readouterr().out
    mended = labels_in(db).track("1")
    np.testing.assert_allclose(mended.cuboids.sizes, driving().cuboids.sizes)
    assert np.isnan(mended.sigmas).all()


def test_of_two_tracks_of_one_object_the_second_stays_when_the_first_is_gone(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SENSORANN_ACTOR", "anna")
    db = str(tmp_path / "labels.db")
    with sa.open_store(db, actor="anna", create=True) as store:
        store.import_labels(labels_of(driving(), driving(id="2")), drive="monday")
    findings = checked(db, tmp_path / "findings.json", capsys)
    with sa.open_store(db, actor="anna") as store:
        store.commit("monday", difference(labels_in(db), labels_of(driving(id="2"))), Note(kind="by hand"))
    assert run(["store", "repair", f"{db}#monday", findings]) == 3
    assert "object 1 has changed since it was checked" in capsys.readouterr().out
    assert [track.id for track in labels_in(db).tracks] == ["2"]
