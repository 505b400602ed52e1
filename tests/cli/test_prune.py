import json

import pytest

import sensorann as sa
from sensorann.cli import run
from sensorann.formats import read_labels, write_labels
from sensorann.scene import Source
from sensorann.store.reviewing import decide
from tests.builders import make_labels, make_track


@pytest.fixture
def proposals():
    said = {"unlikely": 0.3, "likely": 0.5, "accepted": 0.1}
    return make_labels(
        *(make_track(id=name, attributes={"confidence": c}, source=Source.DETECTED) for name, c in said.items()),
        make_track(id="by hand", attributes={"confidence": 0.1}, source=Source.HUMAN),
    )


@pytest.fixture
def file(proposals, tmp_path):
    write_labels(proposals, tmp_path / "p.json")
    return tmp_path / "p.json"


def test_a_file_is_written_without_the_unlikely(file, tmp_path, capsys):
    out = tmp_path / "likely.json"
    assert run(["prune", str(file), "-o", str(out), "--min-confidence", "0.5", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"out": str(out), "deleted": 2, "left": 2}
    assert [track.id for track in read_labels(out).tracks] == ["likely", "by hand"]


def test_a_drive_of_a_store_is_pruned_in_one_event_that_can_be_undone(proposals, tmp_path, capsys):
    store = tmp_path / "labels.db"
    assert run(["store", "init", str(store)]) == 0
    with sa.open_store(str(store)) as opened:
        opened.import_labels(proposals, drive="day")
        decide(opened, "day", "accepted", "accept")
    assert run(["prune", f"{store}#day", "--min-confidence", "0.5"]) == 0
    assert "1 of 4 tracks deleted, 3 left" in capsys.readouterr().out
    with sa.open_store(str(store)) as opened:
        assert {track.id for track in opened.load("day").labels.tracks} == {"likely", "accepted", "by hand"}
    assert run(["store", "undo", f"{store}#day"]) == 0
    with sa.open_store(str(store)) as opened:
        assert len(opened.load("day").labels.tracks) == 4


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["--min-confidence", "0.5"], 2, "say where to write with -o"),
        (["-o", "p2.json", "--min-confidence", "5"], 1, "between 0 and 1, got 5.0"),
        (["-o", "p2.xyz", "--min-confidence", "0.5"], 1, "p2.xyz"),
    ],
    ids=["a file in place", "no probability", "unknown format"],
)
def test_what_cannot_be_done_is_told(file, words, status, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["prune", str(file), *words]) == status
    assert message in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["p.json"]
