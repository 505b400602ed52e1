"""Rules that look at points, on sweeps of a bare plane and boxes of which only the near sides show."""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from sensorann.geometry import Trajectory, Transform, Transforms
from sensorann.qa import Finding, check
from sensorann.scene import Rig, Sensor, Sweep, Track
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_labels, make_track
from tests.qa.checking.cases import edited

N = 6
EYE = np.array([0.0, 0.0, 1.8])
SIZE = np.array([4.2, 1.8, 1.5])


@dataclass(frozen=True)
class Thing:
    """A box that stands still on the plane."""

    x: float
    y: float
    size: np.ndarray = field(default_factory=lambda: SIZE)


def rays() -> np.ndarray:
    azimuths, slopes = np.meshgrid(np.radians(np.arange(-60, 60, 0.1)), np.radians(np.arange(-24, 3, 0.5)))
    flat = np.cos(slopes)
    return np.stack([flat * np.cos(azimuths), flat * np.sin(azimuths), np.sin(slopes)], axis=2).reshape(-1, 3)


def first_hits(things: tuple[Thing, ...]) -> np.ndarray:
    """Where rays from the sensor end: on the ground, on the nearest side of a thing, or nowhere."""
    directions = rays()
    with np.errstate(divide="ignore"):
        ranges = np.where(directions[:, 2] < 0, -EYE[2] / directions[:, 2], np.inf)
        for thing in things:
            low = np.array([thing.x, thing.y, 0.0]) - [thing.size[0] / 2, thing.size[1] / 2, 0.0] - EYE
            near, far = np.sort(np.stack([low / directions, (low + thing.size) / directions]), axis=0)
            enters, leaves = near.max(axis=1), far.min(axis=1)
            ranges = np.where((enters < leaves) & (enters > 0), np.minimum(ranges, enters), ranges)
    kept = ranges < 70.0
    return (directions[kept] * ranges[kept, None]).astype(np.float32)


def drive(*things: Thing) -> MemoryDrive:
    """A vehicle that stands at the origin and looks along x."""
    times = START_NS + FRAME_NS * np.arange(N)
    pose = Transforms(np.tile(np.eye(3), (N, 1, 1)), np.zeros((N, 3)))
    rig = Rig((Sensor(name="LIDAR_TOP", kind="lidar", ego_from_sensor=Transform(np.eye(3), EYE)),))
    points = first_hits(things)
    sweeps = [Sweep(sensor="LIDAR_TOP", timestamp_ns=int(time), points=points) for time in times]
    return MemoryDrive(
        rig=rig, trajectory=Trajectory(times, pose), times={"LIDAR_TOP": times}, sweeps={"LIDAR_TOP": sweeps}
    )


def box(thing: Thing, *, id: str = "1") -> Track:
    center = [thing.x, thing.y, thing.size[2] / 2]
    # A hair larger than the thing: rays end exactly on its sides.
    return make_track(id=id, n=N, centers=np.tile(center, (N, 1)), yaws=np.zeros(N), size=thing.size + 0.04)


CAR, OTHER, RIGHT = Thing(14.0, 5.0), Thing(20.0, -4.0), Thing(12.0, -15.0)
RULES = [
    "spurious",
    "cut_object",
    "loose_face",
    "off_ground",
    "missing",
    "perhaps_missing",
    "heading_edges",
    "out_of_view",
]


def found(*tracks: Track, things=(CAR, OTHER, RIGHT)) -> list[Finding]:
    return check(make_labels(*tracks), drive(*things), rules=RULES)


def good() -> tuple[Track, ...]:
    return box(CAR), box(OTHER, id="2"), box(RIGHT, id="3")


def test_good_boxes_are_left_alone():
    assert found(*good()) == []


WRONG = {
    "loose_face": lambda track: edited(track, np.arange(N), shift=(-0.5, 0, 0)),
    "cut_object": lambda track: edited(track, np.arange(N), shift=(0.5, 0, 0)),
    "off_ground": lambda track: edited(track, np.arange(N), shift=(0, 0, 0.5)),
}


def test_a_box_askew_to_the_edges_of_its_points():
    car, *others = good()
    findings = found(edited(car, np.arange(N), turn=np.radians(15)), *others)
    (finding,) = [one for one in findings if one.rule == "heading_edges"]
    assert (finding.object, finding.value) == ("1", pytest.approx(15, abs=2))


def test_a_box_where_no_lidar_looks():
    findings = found(*good(), box(Thing(-20.0, 3.0), id="behind"))
    assert [(one.rule, one.object) for one in findings] == [("out_of_view", "behind")]


@pytest.mark.parametrize("rule", WRONG)
def test_a_box_off_its_points_is_measured(rule):
    car, *others = good()
    (finding,) = [one for one in found(WRONG[rule](car), *others) if one.rule == rule]
    assert finding.object == "1"
    assert abs(finding.value) == pytest.approx(0.5, abs=0.1)


def test_a_box_around_nothing():
    (finding,) = found(*good(), box(Thing(25.0, 1.0), id="nothing"))
    assert (finding.rule, finding.object) == ("spurious", "nothing")
    assert finding.value >= finding.limit


def test_a_box_behind_another_object_may_be_empty():
    hidden = Thing(21.0, 7.5, np.array([2.0, 1.0, 1.0]))
    assert not [one for one in found(*good(), box(hidden, id="hidden")) if one.object == "hidden"]


def test_an_object_that_nobody_labelled_is_told_where_it_is():
    _, *others = good()
    (finding,) = found(*others, box(Thing(14.0, 20.0), id="left"), things=(CAR, OTHER, RIGHT, Thing(14.0, 20.0)))
    assert (finding.rule, finding.object) == ("missing", "")
    assert finding.place[:2] == pytest.approx((CAR.x, CAR.y), abs=0.4)
    assert "a vehicle" in finding.message


@pytest.mark.parametrize(
    ("size", "rules"),
    [((0.8, 0.6, 1.7), ["perhaps_missing"]), ((0.2, 0.2, 1.7), []), ((0.8, 0.6, 3.0), [])],
    ids=["a person", "a pole", "a tree"],
)
def test_what_stands_unlabelled_and_is_as_large_as_a_person_is_a_doubt(size, rules):
    thing = Thing(9.0, 2.0, np.array(size))
    findings = found(*good(), things=(CAR, OTHER, RIGHT, thing))
    assert [one.rule for one in findings] == rules
    assert all(one.place[:2] == pytest.approx((thing.x, thing.y), abs=0.3) for one in findings)


def test_room_that_one_box_may_leave_is_too_much_in_all():
    car, *others = good()
    loose = edited(car, np.arange(N), shift=(-0.1, 0, 0), grow=np.array([1.05, 1.0, 1.0]))
    (finding,) = found(loose, *others)
    assert (finding.rule, finding.object) == ("loose_face", "1")
    assert finding.value == pytest.approx(0.2, abs=0.03)
    assert f"in all {N} that show it" in finding.message
    assert found(edited(car, [2], shift=(-0.1, 0, 0), grow=np.array([1.05, 1.0, 1.0])), *others) == []


def test_an_object_before_its_box_is_found_though_nothing_joins_them():
    # The right side shows little: nearly all points are of the rear, half a metre behind the box.
    ahead = Thing(14.0, -0.2)
    labels = (edited(box(ahead, id="ahead"), np.arange(N), shift=(0.5, 0, 0)), box(OTHER, id="2"), box(RIGHT, id="3"))
    findings = found(*labels, things=(ahead, OTHER, RIGHT))
    (finding,) = [one for one in findings if one.rule == "cut_object"]
    assert (finding.object, finding.value) == ("ahead", pytest.approx(0.5, abs=0.05))
    assert "beyond its back" in finding.message


def test_missing_sweeps_are_no_evidence():
    silent = replace(drive(), sweeps={})
    assert check(make_labels(*good()), silent, rules=RULES) == []


def test_every_sweep_is_read_once():
    read: list[int] = []

    class Counting(MemoryDrive):
        def sweep(self, sensor, index):
            read.append(index)
            return super().sweep(sensor, index)

    whole = drive(CAR)
    counting = Counting(rig=whole.rig, trajectory=whole.trajectory, times=whole.times, sweeps=whole.sweeps)
    check(make_labels(box(CAR)), counting)
    assert read == list(range(N))


def test_progress_is_told():
    steps: list[tuple[int, int]] = []
    check(make_labels(box(CAR)), drive(CAR), progress=lambda done, total: steps.append((done, total)))
    assert steps == [(i + 1, N) for i in range(N)]
