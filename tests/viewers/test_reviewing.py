"""The review queue: what a check found is repaired with one key, quick or slow, and can be undone."""

from collections.abc import Iterator

import numpy as np
import pytest

from tests.builders import make_labels
from tests.qa.checking.cases import drive, driving, edited, houses, without
from tests.store.edits import contents
from viewers import Session, open_session
from viewers.keymap import read_keymap

KEYMAP = read_keymap()
LOOK, MEND = "Ctrl+J", "Ctrl+Y"


def press(session: Session, *keys: str) -> None:
    for key in keys:
        assert KEYMAP.press(session, key), f"{key} does nothing"
        session.finish()


@pytest.fixture
def reviewed(store) -> Iterator[Session]:
    """A session on an object without boxes for six frames, and with one aside."""
    track = edited(without(driving(), np.arange(17, 23)), [8], shift=(0, 0.8, 0))
    store.import_labels(make_labels(track, *houses()), drive="memory")
    session = open_session(drive(), store)
    yield session
    session.close()


def test_repairs_of_one_key_are_one_event_each(reviewed):
    before = contents(reviewed.labels)
    press(reviewed, LOOK)
    rules = [one.rule for one in reviewed.queue]
    assert set(rules) == {"gap", "off_path"}
    press(reviewed, *[MEND] * len(rules))
    assert reviewed.message == "that was the last finding"
    np.testing.assert_allclose(reviewed.labels.track("1").cuboids.centers, driving().cuboids.centers, atol=0.06)
    for _ in rules:
        assert reviewed.store.undo("memory") is not None
    assert contents(reviewed.store.load("memory").labels) == before


def test_labels_that_were_changed_meanwhile_are_not_overwritten(reviewed):
    press(reviewed, LOOK)
    while reviewed.queue[reviewed.i_finding].rule != "gap":
        press(reviewed, "Alt+Y")
    KEYMAP.press(reviewed, MEND)
    reviewed.commit(make_labels(driving(), *houses()), "by hand")
    wanted = contents(reviewed.labels)
    reviewed.finish()
    assert "changed meanwhile" in reviewed.message
    assert contents(reviewed.labels) == wanted


def test_what_was_mended_by_hand_is_not_mended_again(reviewed):
    reviewed.commit(make_labels(edited(driving(), [10], turn=np.pi), *houses()), "by hand")
    press(reviewed, LOOK)
    reviewed.commit(make_labels(driving(), *houses()), "by hand")
    wanted = contents(reviewed.labels)
    press(reviewed, MEND)
    assert reviewed.message == "object 1 has changed since it was checked: look for errors again"
    assert contents(reviewed.labels) == wanted


def test_a_box_is_not_moved_along_axes_that_a_repair_has_turned(reviewed):
    reviewed.commit(make_labels(edited(driving(), [20], turn=0.5, shift=(1.2, 0, 0)), *houses()), "by hand")
    press(reviewed, LOOK, MEND)
    turned = contents(reviewed.labels)
    press(reviewed, MEND)
    assert reviewed.message == "another repair has changed boxes there: look for errors again"
    assert contents(reviewed.labels) == turned
