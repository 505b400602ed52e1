"""Proposals that nobody touched."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.scene import Source
from tests.builders import MemoryDrive, make_labels, make_track
from tests.viewers.conftest import by_id
from tests.viewers.keys import press, write
from viewers import open_session


@pytest.fixture
def proposed(store):
    """A machine's objects of two confidences, one without, one that a person touched, and one that a file brought."""
    tracks = [
        make_track(id=name, n=2, source=source, attributes={} if sure is None else {"confidence": sure})
        for name, source, sure in (
            ("doubtful", Source.DETECTED, 0.3),
            ("sure", Source.FITTED, 0.9),
            ("silent", Source.DETECTED, None),
            ("file", Source.IMPORTED, 0.1),
        )
    ]
    touched = make_track(id="touched", n=2, source=Source.DETECTED, attributes={"confidence": 0.1})
    touched = replace(touched, sources=np.array([Source.HUMAN, Source.DETECTED], np.uint8))
    store.import_labels(make_labels(*tracks, touched), drive="memory")
    session = open_session(MemoryDrive(), store)
    yield session
    session.close()


@pytest.mark.parametrize(
    ("below", "left"),
    [("0.5", ["file", "silent", "sure", "touched"]), ("", ["file", "touched"])],
    ids=["the doubtful ones", "all of them"],
)
def test_proposals_that_nobody_touched_go_in_one_edit(proposed, below, left):
    before = by_id(proposed.labels)
    write(proposed, "Ctrl+Shift+Delete", **{"confidence below": below})
    assert sorted(track.id for track in proposed.labels.tracks) == left
    press(proposed, "Ctrl+Z")
    assert by_id(proposed.labels) == before


def test_proposals_that_are_locked_or_accepted_stay(proposed):
    proposed.locked = frozenset({"sure"})
    proposed.select("doubtful")
    press(proposed, "Y")
    write(proposed, "Ctrl+Shift+Delete", **{"confidence below": ""})
    assert {track.id for track in proposed.labels.tracks} == {"doubtful", "sure", "file", "touched"}
    with pytest.raises(ArgumentError, match="no object that a machine proposed is left"):
        write(proposed, "Ctrl+Shift+Delete", **{"confidence below": ""})
    assert proposed.form is not None


def test_a_confidence_is_a_number(proposed):
    with pytest.raises(ArgumentError, match="confidence below must be a number, got 'low'"):
        write(proposed, "Ctrl+Shift+Delete", **{"confidence below": "low"})
