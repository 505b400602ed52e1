"""Repairs that look at the recording: boxes computed, followed, fitted and drawn, each one event that can be undone."""

import json
from dataclasses import replace

import numpy as np
import pytest

import sensorann as sa
from sensorann.errors import ArgumentError
from sensorann.qa import Edit, check, repaired
from sensorann.qa.checking import finding_document, mend, read_suggestions
from sensorann.qa.checking.filling import fill
from sensorann.qa.checking.following import extend, label
from sensorann.scene import Labels, Source, Sweep, labels_in_world
from sensorann.scene.world import track_in_ego
from sensorann.tracks.surgery import put_image_box
from tests.builders import MemoryDrive, make_labels
from tests.qa.checking.cases import drive as straight
from tests.qa.checking.cases import driving, houses, standing, without
from tests.qa.checking.test_pictures import CAMERA, CAR, OTHER, pictured
from tests.qa.checking.test_pictures import drive as with_camera
from tests.qa.checking.test_points import CAR as THING
from tests.qa.checking.test_points import OTHER as SECOND
from tests.qa.checking.test_points import RIGHT, N, Thing, box, first_hits
from tests.qa.checking.test_points import drive as with_points
from tests.store.edits import contents

POINTS = with_points(THING, SECOND, RIGHT)
CASES = {
    "missing": (lambda: make_labels(box(SECOND, id="2"), box(RIGHT, id="3")), POINTS),
    "death": (lambda: make_labels(box(THING)[:4], box(SECOND, id="2"), box(RIGHT, id="3")), POINTS),
    "birth": (lambda: make_labels(box(THING)[2:], box(SECOND, id="2"), box(RIGHT, id="3")), POINTS),
    "gap": (lambda: make_labels(without(driving(), np.arange(17, 23)), *houses()), straight()),
    "picture_mismatch": (
        lambda: make_labels(CAR, OTHER, image_tracks=(shifted(), pictured(OTHER))),
        with_camera(),
    ),
    "only_in_space": (lambda: make_labels(CAR, OTHER, image_tracks=(pictured(CAR),)), with_camera()),
}


def shifted():
    """Boxes in the picture, two of which lie elsewhere."""
    image = pictured(CAR)
    boxes = image.boxes.copy()
    boxes[4:6] += [90.0, 0.0, 90.0, 0.0]
    return replace(image, boxes=boxes)


def finding_of(rule: str, labels: Labels, recording):
    return next(one for one in check(labels, recording) if one.rule == rule)


@pytest.mark.parametrize("rule", CASES)
def test_a_repair_is_one_event_and_undone_bit_for_bit(rule, tmp_path):
    make, recording = CASES[rule]
    labels = make()
    finding = finding_of(rule, labels, recording)
    with sa.open_store(str(tmp_path / "labels.db"), actor="anna", create=True) as store:
        store.import_labels(labels, drive="monday")
        before = contents(store.load("monday").labels)
        (tmp_path / "findings.json").write_text(json.dumps([finding_document(finding, store.load("monday").labels)]))
        suggestions = read_suggestions(tmp_path / "findings.json")
        assert suggestions[0].finding.repair == finding.repair
        (done,) = mend(store, "monday", suggestions, recording=recording)
        assert done.event is not None, done.reason
        mended = store.load("monday").labels
        assert contents(mended) != before
        assert not [one for one in check(mended, recording, rules=[rule]) if one.object == finding.object]
        assert store.undo("monday") is not None
        assert contents(store.load("monday").labels) == before


def test_what_nobody_labelled_becomes_a_track_at_its_place():
    labels = CASES["missing"][0]()
    new = repaired(labels, finding_of("missing", labels, POINTS), POINTS).tracks[-1]
    assert (new.id, labels.ontology[new.category].name, len(new)) == ("4", "car", N)
    np.testing.assert_allclose(new.cuboids.centers, box(THING).cuboids.centers, atol=0.4)
    assert set(new.sources) == {Source.DETECTED, Source.FITTED}


def with_moving(speed: float) -> tuple[MemoryDrive, np.ndarray]:
    """A third car that comes or goes, and where its middle is along x at each instant."""
    times = POINTS.times["LIDAR_TOP"]
    x = (12.0 if speed > 0 else 22.0) + speed * (times - times[0]) * 1e-9
    sweeps = [
        Sweep(sensor="LIDAR_TOP", timestamp_ns=int(time), points=first_hits((Thing(at, 4.0), SECOND, RIGHT)))
        for time, at in zip(times, x, strict=True)
    ]
    return replace(POINTS, sweeps={"LIDAR_TOP": sweeps}), x


@pytest.mark.parametrize("speed", [8.0, -8.0], ids=["goes", "comes"])
def test_what_moves_faces_where_it_goes(speed):
    moving, x = with_moving(speed)
    labels = make_labels(box(SECOND, id="2"), box(RIGHT, id="3"))
    finding = finding_of("missing", labels, moving)
    document = json.loads(json.dumps([finding_document(finding, labels)]))
    assert set(document[0]["repair"][0]) == {"action", "place", "at_ns", "toward"}
    new = repaired(labels, finding, moving).tracks[-1]
    rows = np.searchsorted(POINTS.times["LIDAR_TOP"], new.timestamps_ns)
    np.testing.assert_allclose(new.cuboids.centers[:, 0], x[rows], atol=0.5)
    np.testing.assert_allclose(np.cos(new.cuboids.yaws), np.sign(speed), atol=0.02)


def test_what_is_labelled_meanwhile_is_not_labelled_twice():
    labels = CASES["missing"][0]()
    finding = finding_of("missing", labels, POINTS)
    once = repaired(labels, finding, POINTS)
    with pytest.raises(ArgumentError, match="it is labelled already"):
        repaired(once, finding, POINTS)


@pytest.mark.parametrize(("rule", "added"), [("birth", slice(0, 2)), ("death", slice(4, 6))])
def test_an_end_in_plain_view_is_followed_on(rule, added):
    labels = CASES[rule][0]()
    longer = repaired(labels, finding_of(rule, labels, POINTS), POINTS).track("1")
    np.testing.assert_array_equal(longer.timestamps_ns, box(THING).timestamps_ns)
    np.testing.assert_allclose(longer.cuboids.centers, box(THING).cuboids.centers, atol=0.15)
    assert (longer.sources[added] == Source.FITTED).all()


def test_an_end_that_nothing_is_found_beyond_stays():
    alone = make_labels(box(THING)[:4], box(SECOND, id="2"), box(RIGHT, id="3"))
    finding = finding_of("death", alone, POINTS)
    with pytest.raises(ArgumentError, match="nothing of track 1 is found beyond its last box"):
        repaired(alone, finding, with_points(SECOND, RIGHT))


def test_boxes_in_the_ego_frame_stay_there():
    whole, recording = make_labels(driving(), *houses()), straight()
    tracks = tuple(track_in_ego(track, recording.trajectory) for track in whole.tracks)
    labels = replace(whole, frame="ego", tracks=(without(tracks[0], np.arange(17, 23)), *tracks[1:]))
    mended = repaired(labels, finding_of("gap", labels, recording), recording)
    assert mended.frame == "ego"
    filled = labels_in_world(mended, recording.trajectory).track("1")
    np.testing.assert_allclose(filled.cuboids.centers, driving().cuboids.centers, atol=0.05)


def test_boxes_in_pictures_are_drawn_around_those_in_space():
    labels = CASES["only_in_space"][0]()
    mended = repaired(labels, finding_of("only_in_space", labels, with_camera()), with_camera())
    (drawn,) = [one for one in mended.image_tracks if one.id == "2"]
    wanted = pictured(OTHER)
    rows = np.searchsorted(wanted.timestamps_ns, drawn.timestamps_ns)
    np.testing.assert_allclose(drawn.boxes, wanted.boxes[rows])
    assert drawn.camera == CAMERA
    assert set(drawn.sources) == {Source.INTERPOLATED}


def test_what_looks_at_the_recording_asks_for_it():
    labels = CASES["only_in_space"][0]()
    finding = finding_of("only_in_space", labels, with_camera())
    with pytest.raises(ArgumentError, match="the repair of only_in_space looks at the recording: give the drive, too"):
        repaired(labels, finding)


def test_a_picture_that_disagrees_throughout_has_no_repair_without_points():
    labels = make_labels(CAR, OTHER, image_tracks=(pictured(CAR, shift=90.0), pictured(OTHER)))
    assert not finding_of("picture_mismatch", labels, with_camera()).repair


@pytest.mark.parametrize(
    ("action", "arguments", "said"),
    [
        ("fill", {"at": ()}, "no instant is given"),
        ("extend", {"end": "middle"}, "end must be one of first, last, got 'middle'"),
        ("draw", {"camera": CAMERA, "at": ()}, "CAM_FRONT shows track 1 at none of 0 instants"),
        ("label_from_picture", {"camera": CAMERA, "at_ns": 5}, "no 2D box on the picture of CAM_FRONT at 5 ns"),
    ],
)
def test_what_a_hand_wrote_wrongly_into_a_finding_is_said(action, arguments, said):
    labels = CASES["only_in_space"][0]()
    finding = finding_of("only_in_space", labels, with_camera())
    edit = Edit(action=action, arguments={"track_id": "1", **arguments})
    with pytest.raises(ArgumentError, match=said):
        repaired(labels, replace(finding, repair=(edit,)), with_camera())


def test_boxes_to_compute_need_others_on_both_sides():
    labels = make_labels(standing(), *houses())
    gap = finding_of("gap", make_labels(without(driving(), np.arange(17, 23)), *houses()), straight())
    at = tuple(int(time) for time in standing().timestamps_ns[30:])
    (edit,) = gap.repair
    with pytest.raises(ArgumentError, match="track 1 has no box after those to compute"):
        repaired(labels, replace(gap, repair=(replace(edit, arguments={"track_id": "1", "at": at}),)))


def test_computed_boxes_follow_those_next_to_them():
    braking = driving(speed=8.0)
    x = 12.0 + 8.0 * 0.1 * np.arange(40) - 1.0 * (0.1 * np.arange(40)) ** 2
    cuboids = replace(braking.cuboids, centers=np.column_stack([x, *braking.cuboids.centers.T[1:]]))
    whole = replace(braking, cuboids=cuboids, box_attributes={"state": tuple("abcdefgh" * 5)})
    labels = make_labels(without(whole, np.arange(17, 19)))
    at = [int(time) for time in whole.timestamps_ns[17:21]]
    filled = fill(labels, straight(), "1", at=at).track("1")
    np.testing.assert_allclose(filled.cuboids.centers, whole.cuboids.centers, atol=0.03)
    # Those that were there say what they said; new ones what was said last.
    assert "".join(filled.box_attributes["state"][16:22]) == "aaa" + "def"


@pytest.mark.parametrize(("end", "taken", "kept"), [("first", 0, 1), ("last", 5, 5)])
def test_following_ends_where_another_object_stands(end, taken, kept):
    track = box(THING)[2:] if end == "first" else box(THING)[:3]
    labels = make_labels(track, replace(box(THING)[taken : taken + 1], id="2"))
    longer = extend(labels, POINTS, "1", end=end).track("1")
    times = box(THING).timestamps_ns
    assert longer.timestamps_ns.tolist() == times[slice(kept, None) if end == "first" else slice(0, kept)].tolist()


def test_a_stroke_the_wrong_way_is_made_good_by_the_way():
    moving, x = with_moving(8.0)
    rear, start = (float(x[0]) - 2.1, 4.0, 0.8), int(POINTS.times["LIDAR_TOP"][0])
    behind = (rear[0] - 3.0, 4.0, 0.8)
    labelled = label(make_labels(box(SECOND, id="2")), moving, place=rear, at_ns=start, toward=behind)
    assert (np.cos(labelled.tracks[-1].cuboids.yaws) > 0.9).all()


def test_a_box_that_was_drawn_by_hand_meanwhile_is_not_drawn_over(tmp_path):
    make, recording = CASES["picture_mismatch"]
    labels = make()
    finding = finding_of("picture_mismatch", labels, recording)
    (tmp_path / "findings.json").write_text(json.dumps([finding_document(finding, labels)]))
    box = pictured(CAR).boxes[4] + 1.0
    instant = int(pictured(CAR).timestamps_ns[4])
    by_hand = put_image_box(labels, "1", CAMERA, timestamp_ns=instant, box=box)
    with sa.open_store(str(tmp_path / "labels.db"), actor="anna", create=True) as store:
        store.import_labels(by_hand, drive="monday")
        before = contents(store.load("monday").labels)
        (left,) = mend(store, "monday", read_suggestions(tmp_path / "findings.json"), recording=recording)
        assert left.reason == "object 1 has changed since it was checked: check again"
        assert contents(store.load("monday").labels) == before


def test_the_state_of_what_has_boxes_in_pictures_alone_is_known(tmp_path):
    labels = make_labels(CAR, image_tracks=(pictured(CAR), pictured(OTHER)))
    finding = finding_of("only_in_picture", labels, with_camera())
    where = {"track_id": "2", "camera": CAMERA, "at_ns": finding.timestamp_ns}
    finding = replace(finding, repair=(Edit(action="label_from_picture", arguments=where),))
    (tmp_path / "findings.json").write_text(json.dumps([finding_document(finding, labels)]))
    (suggestion,) = read_suggestions(tmp_path / "findings.json")
    assert suggestion.finding.repair == finding.repair
    assert set(suggestion.seen) == {"2"}
