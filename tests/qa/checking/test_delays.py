"""Points of a moving object that say when they were measured are taken to the instant of its box."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.qa import Finding, check
from sensorann.scene import Sweep, Track
from tests.builders import MemoryDrive, make_labels, make_track
from tests.qa.checking.test_points import FRAME_NS, SIZE, N, Thing, first_hits
from tests.qa.checking.test_points import drive as standing_drive

SPEED, DELAY_NS = 10.0, 40_000_000
START = 8.0


def drive(*, says: bool) -> MemoryDrive:
    """A car that drives away, measured some time after the instant of each sweep."""
    still = standing_drive()
    sweeps = []
    for i, time_ns in enumerate(still.times["LIDAR_TOP"]):
        seconds = (i * FRAME_NS + DELAY_NS) * 1e-9
        points = first_hits((Thing(START + SPEED * seconds, 4.0), Thing(30.0, -8.0)))
        offsets = {"time_offset_ns": np.full(len(points), DELAY_NS, np.int32)} if says else {}
        sweeps.append(Sweep(sensor="LIDAR_TOP", timestamp_ns=int(time_ns), points=points, fields=offsets))
    return replace(still, sweeps={"LIDAR_TOP": sweeps})


def boxes(shift: float) -> Track:
    x = START + SPEED * FRAME_NS * 1e-9 * np.arange(N) + shift
    centers = np.column_stack([x, np.full(N, 4.0), np.full(N, SIZE[2] / 2)])
    return make_track(n=N, centers=centers, yaws=np.zeros(N), size=SIZE + 0.04)


def found(shift: float, *, says: bool, rules=("cut_object", "loose_face")) -> list[Finding]:
    return check(make_labels(boxes(shift)), drive(says=says), rules=rules)


@pytest.mark.parametrize("says", [True, False], ids=["delays known", "unknown"])
def test_the_delay_of_points_is_no_error(says):
    assert not found(0.0, says=says)


def test_a_whole_track_off_along_its_motion_is_found_where_delays_are_known():
    (finding,) = found(0.5, says=True)
    assert finding.rule == "cut_object"
    assert finding.value == pytest.approx(0.5, abs=0.1)


def test_where_they_are_not_known_a_box_may_be_of_another_instant():
    assert not found(0.5, says=False)


def test_boxes_at_the_time_of_their_points_are_named_as_such():
    (finding,) = found(SPEED * DELAY_NS * 1e-9, says=True, rules=["point_time"])
    assert finding.value == pytest.approx(0.4, abs=0.05)
    assert "40 ms after its instant" in finding.message


@pytest.mark.parametrize(("shift", "says"), [(0.0, True), (-0.4, True), (0.4, False)], ids=["good", "late", "unknown"])
def test_boxes_that_are_off_for_another_reason_are_not(shift, says):
    assert not found(shift, says=says, rules=["point_time"])
