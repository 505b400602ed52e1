"""Boxes in space beside boxes in the picture of a camera that looks ahead."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.geometry import outlines
from sensorann.qa import Finding, check
from sensorann.scene import ImageTrack, Source, Track, into_sensor, sources_of
from tests.builders import MemoryDrive, make_labels, make_rig
from tests.qa.checking.cases import N, driving, standing
from tests.qa.checking.cases import drive as straight

CAMERA = "CAM_FRONT"
RULES = ["picture_mismatch", "not_in_picture", "only_in_picture", "only_in_space"]


def drive() -> MemoryDrive:
    return replace(straight(), rig=make_rig())


def pictured(track: Track, *, shift: float = 0.0, id: str | None = None, category: str = "Car") -> ImageTrack:
    """The boxes that the camera sees of a track, moved to the right by some pixels."""
    recording = drive()
    sensor = recording.rig[CAMERA]
    seen = into_sensor(track.cuboids, sensor, recording.trajectory, timestamps_ns=track.timestamps_ns)
    boxes = outlines(seen, recording.rig.camera(CAMERA))
    known = np.isfinite(boxes[:, 0])
    return ImageTrack(
        id=track.id if id is None else id,
        camera=CAMERA,
        category=category,
        timestamps_ns=track.timestamps_ns[known],
        boxes=boxes[known] + shift * np.array([1, 0, 1, 0]),
        sources=sources_of(int(known.sum()), Source.HUMAN),
    )


def found(tracks: list[Track], images: list[ImageTrack], recording: MemoryDrive | None = None) -> list[Finding]:
    labels = make_labels(*tracks, image_tracks=tuple(images))
    return check(labels, recording or drive(), rules=RULES)


CAR, OTHER = driving(aside=1.0), driving(id="2", aside=-4.0)


def test_the_same_place_in_both_is_right():
    assert found([CAR, OTHER], [pictured(CAR), pictured(OTHER)]) == []


def test_boxes_that_lie_elsewhere_in_the_picture():
    (finding,) = found([CAR, OTHER], [pictured(CAR, shift=90.0), pictured(OTHER)])
    assert (finding.rule, finding.object) == ("picture_mismatch", "1")
    assert finding.value < finding.limit == 0.5


def test_a_box_in_the_picture_of_what_is_behind_the_camera():
    behind = driving(id="3", start=-30.0, speed=5.0)
    images = [pictured(CAR), replace(pictured(OTHER), id="3")]
    (finding,) = [one for one in found([CAR, behind], images) if one.rule == "not_in_picture"]
    assert finding.object == "3"
    assert "where it cannot be seen" in finding.message


def test_what_is_in_the_picture_alone():
    (finding,) = found([CAR], [pictured(CAR), pictured(OTHER)])
    assert (finding.rule, finding.object) == ("only_in_picture", "2")


def test_regions_that_nobody_looks_at_are_no_objects():
    assert not found([CAR], [pictured(CAR), pictured(OTHER, category="DontCare")])


def test_what_is_in_space_alone_though_it_is_plain_to_see():
    (finding,) = found([CAR, OTHER], [pictured(CAR)])
    assert (finding.rule, finding.object) == ("only_in_space", "2")


def test_what_another_object_hides_need_not_be_in_the_picture():
    lorry = driving(start=8.0, aside=1.0, size=(6.0, 2.6, 3.2), category="Truck")
    hidden = driving(id="2", start=25.0, aside=1.0)
    assert not found([lorry, hidden], [pictured(lorry)])


@pytest.mark.parametrize("images", [[], [pictured(OTHER)]], ids=["none", "of one that is not in space"])
def test_pictures_that_go_with_nothing_say_nothing(images):
    assert not found([CAR], images)


def test_without_ego_poses_boxes_in_the_vehicle_are_compared_too():
    still = standing(x=15.0, aside=0.0)
    recording = replace(drive(), trajectory=None, times={"LIDAR_TOP": CAR.timestamps_ns, CAMERA: CAR.timestamps_ns})
    in_ego = replace(still, cuboids=replace(still.cuboids, frame="ego"))
    boxes = np.tile([0.0, 0.0, 30.0, 30.0], (N, 1))
    image = replace(pictured(CAR), timestamps_ns=CAR.timestamps_ns, boxes=boxes, sources=sources_of(N, Source.HUMAN))
    labels = make_labels(in_ego, frame="ego", image_tracks=(image,))
    assert [one.rule for one in check(labels, recording, rules=RULES)] == ["picture_mismatch"]
