"""Findings as JSON, and what is refused in them."""

import json
import re

import numpy as np
import pytest

from sensorann.errors import FormatError
from sensorann.qa import check
from sensorann.qa.checking import finding_document, read_suggestions
from tests.qa.checking.cases import driving, edited, labels_of


def written(path, **changes):
    labels = labels_of(edited(driving(), [20], turn=np.pi))
    (finding,) = check(labels)
    path.write_text(json.dumps([{**finding_document(finding, labels), **changes}]))
    return finding


def test_a_finding_is_read_as_it_was_written(tmp_path):
    finding = written(tmp_path / "findings.json")
    (suggestion,) = read_suggestions(tmp_path / "findings.json")
    again = suggestion.finding
    assert (again.rule, again.severity, again.score) == (finding.rule, finding.severity, finding.score)
    assert (again.object, again.timestamp_ns, again.message) == (finding.object, finding.timestamp_ns, finding.message)
    assert [(edit.action, dict(edit.arguments)) for edit in again.repair] == [
        (edit.action, dict(edit.arguments)) for edit in finding.repair
    ]
    assert set(suggestion.seen) == {"1"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"severity": "bad"}, "[0].severity: expected one of note, warning, error"),
        ({"score": "high"}, "[0].score: expected a finite number"),
        (
            {"repair": [{"action": "rmtree", "track_id": "1"}]},
            "[0].repair[0].action: expected one of clear_attribute, delete_doubled",
        ),
        ({"repair": [{"action": "reverse"}]}, "[0].repair[0]: expected what reverse needs"),
        (
            {"repair": [{"action": "reverse", "track_id": "1", "span": [1]}]},
            "[0].repair[0].span: expected two instants",
        ),
        (
            {"repair": [{"action": "turn", "track_id": "1", "yaw": "left"}]},
            "[0].repair[0].yaw: expected a finite number",
        ),
        ({"repair": [{"action": "move", "track_id": "1", "by": [1, 2]}]}, "[0].repair[0].by: expected 3 numbers"),
        ({"repair": [{"action": "reverse", "track_id": 1}]}, "[0].repair[0].track_id: expected a string"),
        (
            {"repair": [{"action": "split", "track_id": "1", "at_ns": 10**30}]},
            "[0].repair[0].at_ns: expected nanoseconds since the Unix epoch",
        ),
        ({"timestamp_ns": 2**63}, "[0].timestamp_ns: expected nanoseconds since the Unix epoch"),
        ({"place": [1.0, 2.0]}, "[0].place: expected 3 numbers"),
        ({"seen": {}}, "[0]: expected a member 'seen'"),
    ],
    ids=[
        "severity",
        "score",
        "unknown repair",
        "argument missing",
        "half a span",
        "no angle",
        "half a way",
        "no name",
        "no such time",
        "finding beyond all times",
        "flat place",
        "unknown state",
    ],
)
def test_what_is_no_finding_is_refused(tmp_path, changes, said):
    written(tmp_path / "findings.json", **changes)
    with pytest.raises(FormatError, match=re.escape(said)):
        read_suggestions(tmp_path / "findings.json")
