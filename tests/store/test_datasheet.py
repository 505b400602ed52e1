"""Croissant documents; mlcroissant itself judges them in tests/judges."""

import hashlib
import json
from pathlib import Path

import pytest

import sensorann as sa
from sensorann.cli import run
from sensorann.errors import FormatError, MissingDataError
from sensorann.store.datasheet import RAI_FIELDS, not_said, read_about
from sensorann.store.sampling import add_decision, add_sample
from tests.store.sheets import DATASET, about_text, released

COUNT = {"n": 50, "wrong": 1, "low": 0.0005, "high": 0.1065}


@pytest.fixture
def release(tmp_path):
    return released(tmp_path)


def written(release, tmp_path, capsys, **about):
    store, files = release
    (tmp_path / "about.toml").write_text(about_text(**about))
    out = tmp_path / "croissant.json"
    assert run(["store", "datasheet", store, *files, "--about", str(tmp_path / "about.toml"), "-o", str(out)]) == 0
    return json.loads(out.read_text()), capsys.readouterr().out


def test_people_and_the_journal_speak(release, tmp_path, capsys):
    with sa.open_store(release[0], actor="carla") as store:
        add_sample(store, "lot", {"items": [{"drive": "drive", "object": "1"}]})
        add_decision(store, "lot", {"decision": "accept", "looked_at": COUNT})
    document, printed = written(release, tmp_path, capsys, rai={"biases": ["daylight only", "one town"]})
    assert document["name"] == "drive"
    assert [person["name"] for person in document["creator"]] == ["Anna", "Ben"]
    assert document["rai:dataBiases"] == ["daylight only", "one town"]
    sampled = "sample lot: accept; 1 of 50 objects wrong, 95 % interval 0.05% to 10.65%"
    assert sampled in document["rai:dataAnnotationAnalysis"]
    assert "boxes by source: 5 human" in document["rai:annotationsPerItem"]
    assert "2 files described" in printed
    assert "not said" in printed


def test_the_guideline_is_named_by_its_hash(release, tmp_path, capsys):
    (tmp_path / "rules.md").write_text("boxes are tight")
    assert run(["store", "guideline", release[0], str(tmp_path / "rules.md"), "--version", "2.1"]) == 0
    document, _ = written(release, tmp_path, capsys)
    digest = hashlib.sha256(b"boxes are tight").hexdigest()
    assert document["rai:dataAnnotationProtocol"] == f"rules.md, version 2.1, SHA-256 {digest}"


def test_files_are_named_as_seen_from_the_document(release, tmp_path, capsys):
    document, _ = written(release, tmp_path, capsys)
    described = {one["contentUrl"]: one["sha256"] for one in document["distribution"]}
    expected = {f"out/{Path(file).name}": hashlib.sha256(Path(file).read_bytes()).hexdigest() for file in release[1]}
    assert described == expected


def test_what_people_say_goes_before_what_the_journal_knows(release, tmp_path, capsys):
    document, _ = written(release, tmp_path, capsys, rai={"annotations_per_item": "three people each"})
    assert document["rai:annotationsPerItem"] == "three people each"


def test_what_nobody_said_is_named_and_not_made_up(release, tmp_path, capsys):
    document, printed = written(release, tmp_path, capsys)
    assert {"biases", "limitations", "personal_information"} <= set(not_said(document))
    assert "biases" in printed
    complete, printed = written(release, tmp_path, capsys, rai=dict.fromkeys(RAI_FIELDS, "said"))
    assert not_said(complete) == ()
    assert "not said" not in printed


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[dataset", "expected TOML"),
        ("[data]\n", r"expected the tables \[dataset\] and \[rai\], found 'data'"),
        ("dataset = 3\n", r"expected the tables"),
        (about_text(dataset={**DATASET, "colour": "red"}), "found 'colour'"),
        (about_text(rai={"bias": "none"}), "expected fields collection, .*found 'bias'"),
        (about_text(rai={"biases": ""}), "expected a text, or a list of texts"),
        (about_text(rai={"biases": []}), "expected a text, or a list of texts"),
        (about_text(dataset={**DATASET, "creators": "Anna"}), "expected a list of names"),
        (about_text(dataset={**DATASET, "url": ["a", "b"]}), "expected one text"),
        (about_text(dataset={"url": "x"}), "found no description, license"),
    ],
)
def test_wrong_words_of_people_are_refused(tmp_path, text, message):
    path = tmp_path / "about.toml"
    path.write_text(text)
    with pytest.raises(FormatError, match=message):
        read_about(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(MissingDataError, match="does not exist"):
        read_about(tmp_path / "about.toml")
