"""Tracks of public detections against human labels, beside what AB3DMOT published for the same detections."""

import pytest

from benchmarks import track_sigmas, tracking
from benchmarks.sigma_coverage import inside
from sensorann.scene import Source

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def measured(real_data):
    return tracking.measure(real_data, "Car", tracking.SPLITS["validation"])


@pytest.fixture(scope="module")
def misses(real_data):
    return track_sigmas.measure(tracking.SPLITS["validation"])


@pytest.mark.parametrize(("threshold", "figure"), [(0.25, "sAMOTA"), (0.25, "MOTA"), (0.25, "MOTP"), (0.7, "MOTA")])
def test_cars_are_tracked_better_than_published(measured, threshold, figure):
    assert measured.ours[f"{threshold:g}"][figure] > tracking.PUBLISHED["Car", threshold][figure]


@pytest.mark.parametrize("category", ["Pedestrian", "Cyclist"])
def test_people_are_tracked_better_than_by_the_same_method_on_the_same_sequences(real_data, category):
    both = tracking.measure(real_data, category, tracking.SPLITS["validation"])
    assert both.ours["0.25"]["sAMOTA"] > both.peer["0.25"]["sAMOTA"]


def test_cars_hardly_ever_change_their_track(measured):
    assert measured.ours["0.25"]["IDS"] <= 2


@pytest.mark.parametrize("source", [Source.DETECTED, Source.INTERPOLATED], ids=lambda source: source.label)
@pytest.mark.parametrize("coordinate", ["plan", "height"])
def test_nine_in_ten_human_boxes_lie_in_the_interval_of_ninety_percent(misses, coordinate, source):
    rows = misses["Car", source][:, :, track_sigmas.COORDINATES[coordinate]]
    assert 0.8 < inside(rows[:, 0], rows[:, 1])[2] < 0.99
