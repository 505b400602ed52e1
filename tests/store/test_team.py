"""Roles, tasks, comments and reviews."""

import hashlib
from pathlib import Path

import pytest

from sensorann.errors import StoreError
from sensorann.store import Filter, log, verify
from sensorann.store.guidelines import guideline, guidelines_of, set_guideline
from sensorann.store.reviewing import changed_since, comment, comments, decide, decisions, resolve
from sensorann.store.roles import give_role, roles
from sensorann.store.signing import sign_off, sign_offs
from sensorann.store.tasks import MOVES, STATES, assign, move, tasks
from tests.builders import START_NS, make_labels, make_track
from tests.store.edits import moved


@pytest.fixture(autouse=True)
def imported(anna):
    anna.import_labels(make_labels())


@pytest.fixture
def team(place, anna, ben):
    """anna leads, ben annotates, carla reviews."""
    give_role(anna, "anna", "lead")
    give_role(anna, "ben", "annotator")
    give_role(anna, "carla", "reviewer")
    return anna, ben, place.open("carla")


def test_every_state_can_be_reached_and_left():
    assert {step.after for step in MOVES} == set(STATES) - {"todo"}
    assert {step.before for step in MOVES} == set(STATES)


def test_a_task_goes_its_way(team):
    anna, ben, carla = team
    assign(anna, "drive", "ben")
    for person, state in [
        (ben, "annotating"),
        (ben, "review"),
        (carla, "rework"),
        (ben, "annotating"),
        (ben, "review"),
        (carla, "accepted"),
    ]:
        assert move(person, "drive", state).state == state
    (task,) = tasks(anna, "drive")
    assert (task.assignee, task.state) == ("ben", "accepted")
    assert [event.kind for event in log(anna)][-7:] == ["assign", *["status"] * 6]
    assert verify(anna).faults == ()


def test_spans_of_a_drive_are_tasks_of_their_own(team):
    anna, ben, _ = team
    assign(anna, "drive", "ben", start_ns=0, end_ns=9)
    assign(anna, "drive", "carla", start_ns=10, end_ns=19)
    move(ben, "drive", "annotating", start_ns=0, end_ns=9)
    assert [(task.start_ns, task.assignee, task.state) for task in tasks(anna, "drive")] == [
        (0, "ben", "annotating"),
        (10, "carla", "todo"),
    ]
    assign(anna, "drive", "anna", start_ns=0, end_ns=9)
    assert tasks(anna, "drive")[0].state == "annotating"


@pytest.mark.parametrize(
    ("who", "action", "message"),
    [
        (1, lambda s: assign(s, "drive", "ben"), r"ben \(annotator\) may not assign tasks: lead may"),
        (0, lambda s: assign(s, "drive", "dora"), "dora has no role in .*, there are: anna, ben, carla"),
        (0, lambda s: assign(s, "drive", "ben", start_ns=5, end_ns=1), "a span has a start and an end after it"),
        (0, lambda s: assign(s, "monday", "ben"), "no drive 'monday'"),
        (1, lambda s: move(s, "drive", "accepted"), "moves from todo to annotating, not to accepted"),
        (2, lambda s: move(s, "drive", "annotating"), "carla may not move this task of ben from todo to annotating"),
        (1, lambda s: move(s, "drive", "review", start_ns=1, end_ns=2), "no task in drive 'drive' from 1 to 2"),
        (1, lambda s: decide(s, "drive", "1", "accept"), "ben .annotator. may not accept and reject"),
        (1, lambda s: give_role(s, "ben", "lead"), "ben .annotator. may not give roles"),
        (2, lambda s: sign_off(s, "drive", "ab", text="fine"), "carla .reviewer. may not sign off: lead may"),
        (0, lambda s: sign_off(s, "drive", "ab", text=" "), "a sign-off needs a text"),
        (0, lambda s: sign_off(s, "monday", "ab", text="fine"), "no drive 'monday'"),
        (1, lambda s: set_guideline(s, "drive", Path(__file__), "1"), "ben .annotator. may not set the guideline"),
        (0, lambda s: set_guideline(s, "drive", Path(__file__), ""), "a guideline needs a version"),
        (0, lambda s: set_guideline(s, "monday", Path(__file__), "1"), "no drive 'monday'"),
        (2, lambda s: comment(s, "drive", "9", "?"), "no object '9' in drive 'drive'"),
        (2, lambda s: comment(s, "drive", "1", "?", timestamp_ns=1), "object 1 has no box at 1"),
        (2, lambda s: resolve(s, "drive", "abc"), "no comment 'abc' in drive 'drive'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_allowed_is_refused(team, who, action, message):
    assign(team[0], "drive", "ben")
    n_events = len(log(team[0]))
    with pytest.raises(StoreError, match=message):
        action(team[who])
    assert len(log(team[0])) == n_events


def test_who_has_no_role_does_not_comment(anna, ben):
    give_role(anna, "anna", "lead")
    opened = comment(anna, "drive", "1", "too long")
    for say in (lambda: comment(ben, "drive", "1", "no"), lambda: resolve(ben, "drive", opened.id)):
        with pytest.raises(StoreError, match=r"ben \(no role\) may not comment: annotator or reviewer or lead may"):
            say()


def test_nobody_accepts_his_own_work(team):
    anna, _, _ = team
    assign(anna, "drive", "anna")
    move(anna, "drive", "annotating")
    move(anna, "drive", "review")
    with pytest.raises(StoreError, match="somebody else reviews it"):
        move(anna, "drive", "accepted")


def test_without_roles_everybody_may_do_everything(anna, ben):
    assert roles(anna) == {}
    assign(ben, "drive", "ben")
    move(anna, "drive", "annotating")
    decide(ben, "drive", "1", "accept")
    with pytest.raises(StoreError, match="has no lead yet"):
        give_role(anna, "ben", "annotator")


def test_comments_are_opened_and_resolved(team):
    anna, ben, carla = team
    opened = comment(carla, "drive", "1", "too long", timestamp_ns=START_NS)
    comment(carla, "drive", "1", "a van?")
    resolve(ben, "drive", opened.id, text="shortened")
    first, second = comments(anna, "drive", object_id="1")
    assert (first.text, first.author, first.timestamp_ns, first.resolved_by) == ("too long", "carla", START_NS, "ben")
    assert (second.timestamp_ns, second.resolved_by) == (None, None)
    assert comments(anna, "drive", object_id="2") == ()
    assert log(anna)[-1].text == "shortened"


def test_decisions_name_the_version_that_was_looked_at(team):
    anna, _, carla = team
    version = anna.track("drive", "1").version
    decide(carla, "drive", "1", "reject", text="wrong class")
    decide(carla, "drive", "1", "accept")
    assert decisions(anna, "drive")["1"]["decision"] == "accept"
    first = next(event for event in log(anna) if event.kind == "reject")
    assert (first.text, first.patch.documents[0].after["version"]) == ("wrong class", version)


def test_a_decision_about_labels_that_changed_since_is_told(team):
    anna, ben, carla = team
    anna.create("drive", make_track(id="2"))
    decide(carla, "drive", "1", "accept")
    decide(carla, "drive", "2", "accept")
    comment(carla, "drive", "1", "well done")
    assert changed_since(anna, "drive") == frozenset()
    seen = ben.track("drive", "1")
    ben.edit(seen, moved(seen.track, 0))
    assert changed_since(anna, "drive") == {"1"}
    decide(carla, "drive", "1", "accept")
    assert changed_since(anna, "drive") == frozenset()


def test_undo_leaves_talk_and_organisation_alone(team, tmp_path):
    anna, _, _ = team
    (tmp_path / "rules.md").write_text("boxes are tight")
    assign(anna, "drive", "anna")
    move(anna, "drive", "annotating")
    set_guideline(anna, "drive", tmp_path / "rules.md", "1")
    comment(anna, "drive", "1", "hm")
    decide(anna, "drive", "1", "accept")
    sign_off(anna, "drive", "00" * 32, text="all looked at")
    assert anna.undo("drive") == 1
    assert log(anna)[-1].undoes == 1


def test_a_guideline_holds_from_an_event_on(team, tmp_path):
    anna, _, _ = team
    rules = tmp_path / "rules.md"
    rules.write_text("boxes are tight")
    assert guideline(anna, "drive") is None
    first = set_guideline(anna, "drive", rules, "1")
    anna.create("drive", make_track(id="2"))
    rules.write_text("boxes are tight; mirrors stay outside")
    second = set_guideline(anna, "drive", rules, "2")
    assert guideline(anna, "drive") == second
    assert second.sha256 == hashlib.sha256(rules.read_bytes()).hexdigest() != first.sha256
    told = guidelines_of(log(anna, Filter(drive="drive")))
    assert [(event.kind, now and now.version) for event, now in told] == [
        ("import", None), ("guideline", "1"), ("create", "1"), ("guideline", "2"),
    ]  # fmt: skip
    assert verify(anna).faults == ()


def test_sign_offs_name_who_stands_for_which_files(team):
    anna, _, _ = team
    sign_off(anna, "drive", "ab", text="all looked at")
    sign_off(anna, "drive", "cd", text="radar is off by a frame")
    sign_off(anna, "drive", "ab", text="looked at twice")
    first, second = sign_offs(anna, "drive")
    assert (first.by, first.role, first.files_root_sha256, first.text) == ("anna", "lead", "ab", "looked at twice")
    assert (second.files_root_sha256, second.event) == ("cd", log(anna)[-2].seq)
    assert verify(anna).faults == ()
