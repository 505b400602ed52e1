"""`sensorann check`."""

import json

import numpy as np
import pytest

import sensorann as sa
from sensorann.cli import run
from sensorann.scene import Labels
from tests.qa.checking.cases import driving, edited, labels_of


@pytest.fixture
def flipped(tmp_path):
    path = tmp_path / "labels.json"
    sa.write_labels(labels_of(edited(driving(), [20], turn=np.pi)), path)
    return str(path)


def test_findings_are_printed_with_their_reason(flipped, capsys):
    assert run(["check", flipped]) == 0
    out = capsys.readouterr().out
    assert "heading is 180 degrees away from its motion in one box" in out
    assert "1 findings in 40 boxes of 1 tracks" in out


def test_findings_that_are_not_printed_are_counted(flipped, capsys):
    assert run(["check", flipped, "-n", "0"]) == 0
    assert "1 findings in 40 boxes of 1 tracks, 0 of them printed" in capsys.readouterr().out


def test_labels_without_boxes_are_said_to_show_nothing(tmp_path, capsys):
    path = tmp_path / "empty.json"
    sa.write_labels(Labels(drive_name="drive", frame="world", tracks=()), path)
    assert run(["check", str(path)]) == 0
    assert "0 findings in 0 boxes of 0 tracks: without a box nothing is judged" in capsys.readouterr().out


def test_findings_are_printed_for_programs(flipped, capsys):
    assert run(["check", flipped, "--json"]) == 0
    (finding,) = json.loads(capsys.readouterr().out)
    assert {"rule", "severity", "score", "object", "frame", "timestamp_ns", "value", "limit", "message"} < set(finding)
    assert (finding["rule"], finding["severity"], finding["frame"]) == ("heading_flip", "error", 20)
    assert finding["repair"][0]["action"] == "reverse"


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (["--fail-on", "error"], 3),
        (["--fail-on", "error", "--rule", "duplicate"], 0),
        (["--fail-on", "note", "--min-score", "1"], 0),
        (["--max-findings", "0"], 3),
        (["--max-findings", "1"], 0),
    ],
)
def test_thresholds_decide_the_exit_status(flipped, options, status):
    assert run(["check", flipped, *options]) == status


def test_an_ontology_brings_the_rules_of_the_project(flipped, tmp_path, capsys):
    rules = tmp_path / "ontology.json"
    rules.write_text('{"categories": [{"name": "car", "rules": {"max_speed_m_s": 5}}]}')
    assert run(["check", flipped, "--ontology", str(rules), "--rule", "guideline_speed"]) == 0
    assert "the guideline says 5 at most" in capsys.readouterr().out
    rules.write_text('{"categories": [{"name": "car", "rules": {"max_speed": 5}}]}')
    assert run(["check", flipped, "--ontology", str(rules)]) == 1
    assert "no rule 'max_speed', there are: min_points" in capsys.readouterr().err


def test_a_report_is_written(flipped, tmp_path, capsys):
    path = tmp_path / "check.html"
    assert run(["check", flipped, "--report", str(path)]) == 0
    assert f"report: {path}" in capsys.readouterr().out
    assert "heading is 180 degrees away from its motion" in path.read_text("utf-8")


def test_the_report_shows_who_agrees(flipped, tmp_path):
    other, path = tmp_path / "other.json", tmp_path / "check.html"
    sa.write_labels(labels_of(driving(category="Van")), other)
    assert run(["check", flipped, "--report", str(path), "--against", str(other)]) == 0
    page = path.read_text("utf-8")
    assert "Boxes that both have (F1)" in page
    assert "call each object" in page


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (["--min-score", "2"], 2, "--min-score must be a probability"),
        (["-n", "-1"], 2, "0 or more, got -1"),
        (["--max-findings", "-1"], 2, "--max-findings must be a number of findings, 0 or more, got -1"),
        (["--rule", "nothing"], 1, "no rule 'nothing', there are: heading_flip"),
        (["--fail-on", "fatal"], 2, "fatal"),
        (["--against", "other.json"], 2, "--against compares for the report"),
        (["--report", "check.pdf"], 2, "--report must end in .html, got check.pdf"),
    ],
)
def test_wrong_words_are_named(flipped, capsys, options, status, message):
    assert run(["check", flipped, *options]) == status
    assert message in capsys.readouterr().err
