"""Every command that takes labels takes the address of a drive in a store, and none lets a password out."""

from __future__ import annotations

import inspect
from dataclasses import replace
from importlib import import_module

import pytest

import sensorann as sa
from sensorann.cli import COMMANDS, GROUPS, labels, run
from sensorann.cli.store import STORE_COMMANDS
from sensorann.scene import Source
from sensorann.store import log
from tests.builders import make_labels, make_track
from tests.cli.test_convert import write_drive
from tests.store.edits import full_labels
from tests.store.sheets import about_text

# Command and parameter to words of a call; {labels} is what is asked about, {drive} a recording, {file} other labels.
READERS = {
    "convert source": "convert {labels} out.json",
    "fit labels": "fit {drive} --at 0 --point 1,2,3 --labels {labels} --track 0",
    "interpolate labels": "interpolate {labels} --drive {drive} -o out.json",
    "prune labels": "prune {labels} -o out.json --min-confidence 0.5",
    "suggest labels": "suggest {labels} --drive {drive}",
    "check labels": "check {labels} --drive {drive}",
    "compare truth": "compare {labels} {file}",
    "compare other": "compare {file} {labels}",
    "compare more": "compare {file} {db}#monday {labels}",
    "calibrate check labels": "calibrate check {drive} --labels {labels} --sensor image_02",
    "render labels": "render {drive} --labels {labels} -o pictures",
    "store import labels": "store import {db} {labels}",
    "store export store": "store export {labels} out.json",
}
WRITERS = {
    "convert out": "convert {file} {out}",
    "compare consensus": "compare {file} {db}#monday --consensus {out}",
    "interpolate out": "interpolate {file} --drive {drive} -o {out}",
    "prelabel out": "prelabel {drive} -o {out}",
    "prune out": "prune {file} -o {out} --min-confidence 0.5",
    "track out": "track {file} --drive {drive} -o {out}",
}
# Parameters that hold labels are called so; those of other commands that are called so hold something else.
NAMES = ("labels", "truth", "other", "more", "consensus", "source", "out", "store")
SOMETHING_ELSE = {
    "check out", "compare out", "demo out", "pack out", "render out",
    "store export out", "store import store", "view store",
}  # fmt: skip


@pytest.fixture
def words(tmp_path, monkeypatch):
    """Make a recording, labels in a file and in a store; give the call with their names filled in."""
    monkeypatch.chdir(tmp_path)
    drive, kitti = write_drive(tmp_path)
    sa.write_labels(full_labels(), "labels.json")
    (tmp_path / "about.toml").write_text(about_text())
    (tmp_path / "findings.json").write_text("[]")
    with sa.open_store("labels.db", actor="anna", create=True) as store:
        store.import_labels(full_labels(), drive="monday")
    names = {"drive": drive, "kitti": kitti, "file": "labels.json", "db": "labels.db"}
    return lambda call, **more: [word.format(**names, **more) for word in call.split()]


@pytest.mark.parametrize("call", READERS.values(), ids=READERS)
def test_labels_are_looked_for_in_the_store(words, capsys, call):
    assert run(words(call, labels="labels.db#tuesday")) == 1
    assert capsys.readouterr().err == "sensorann: no drive 'tuesday' in this store, there are: monday\n"


@pytest.mark.parametrize("call", WRITERS.values(), ids=WRITERS)
def test_a_store_to_write_into_that_is_not_there_is_told_before_the_work(words, capsys, call, tmp_path):
    before = sorted(tmp_path.iterdir())
    assert run(words(call, out="new.db#monday")) == 1
    told = "sensorann: new.db is no label store: make one with `sensorann store init new.db`\n"
    assert capsys.readouterr().err == told
    assert sorted(tmp_path.iterdir()) == before


def test_the_tables_above_name_every_parameter_that_holds_labels():
    modules = {name: f"sensorann.cli.{name}" for name, _ in COMMANDS if name not in GROUPS}
    modules |= {"store import": "sensorann.cli.store.import_", "store export": "sensorann.cli.store.export"}
    modules |= {"calibrate check": "sensorann.cli.calibrate.check"}
    found = set()
    for name, path in modules.items():
        module = import_module(path)
        reader = getattr(module, "read_labels", labels.read_labels)
        assert reader is labels.read_labels, f"{path} reads labels past the stores"
        parameters = inspect.signature(getattr(module, path.rpartition(".")[2])).parameters
        found |= {f"{name} {parameter}" for parameter in parameters if parameter in NAMES}
    assert found - SOMETHING_ELSE == READERS.keys() | WRITERS.keys()


@pytest.mark.parametrize("name", [name for name, _ in STORE_COMMANDS])
def test_commands_of_a_store_take_its_address_apart(words, capsys, name):
    """Those about a drive look for it; those about the whole store say that they are."""
    sheet = ["labels.json", "--about", "about.toml", "-o", "sheet.json"]
    given = {"import": ["labels.json"], "export": ["out.json"], "show": ["7"], "assign": ["anna"], "datasheet": sheet}
    given["repair"] = ["findings.json"]
    more = given.get(name, [])
    where = "labels.db#monday" if name == "import" else "labels.db#tuesday"
    told = {"import": (1, "has a drive 'monday' already")} | dict.fromkeys(
        ("init", "drives", "verify", "migrate"), (2, "this is about the whole store: write labels.db, without #tuesday")
    )
    code, message = told.get(name, (1, "no drive 'tuesday'"))
    assert run(["store", name, where, *more]) == code
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


def test_proposals_go_into_a_store(words, monkeypatch):
    proposed = replace(make_track(source=Source.DETECTED), attributes={"moving": True})
    monkeypatch.setattr("sensorann.tracks.prelabel", lambda *args, **options: make_labels(proposed))
    assert run(words("prelabel {drive} -o labels.db#proposed")) == 0
    with sa.open_store("labels.db") as store:
        assert store.drives() == ("monday", "proposed")
        assert log(store)[-1].kind == "prelabel"


def test_passwords_are_neither_printed_nor_kept(words, server, capsys):
    address = server.address("anna", server.new_place()).replace("anna@", "anna:secret@")
    for call in [
        "store init {address}",
        "store import {address}#drive {kitti} --drive {drive}",
        "store import {address}#copy {address}#drive",
        "convert {address}#drive {address}#again",
        "interpolate {address}#drive --drive {drive} -o {address}#filled --no-points",
        "interpolate {address}#drive --drive {drive} -o {address}#filled --no-points --json",
        "store verify {address}",
        "store migrate {address}",
    ]:
        assert run(words(call, address=address)) == 0
    for call in [
        "store export {address} out.json",
        "store drives {address}#drive",
        "convert {file} {address} --to kitti",
    ]:
        assert run(words(call, address=address)) > 0
    told = capsys.readouterr()
    with sa.open_store(address) as store, store.reading() as connection:
        kept = connection.exec_driver_sql("SELECT string_agg(machine, ' ') FROM event").scalar_one()
    assert kept.count("anna:***@") == 3
    assert "secret" not in kept + told.out + told.err
