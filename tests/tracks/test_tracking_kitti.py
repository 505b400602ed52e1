"""Tracks of public detections against human labels, beside what AB3DMOT published for the same detections."""

import pytest

from benchmarks import tracking

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def table(real_data):
    return tracking.measure(real_data, "Car", tracking.SPLITS["validation"])


@pytest.mark.parametrize(("threshold", "figure"), [(0.25, "sAMOTA"), (0.25, "MOTA"), (0.25, "MOTP"), (0.7, "MOTA")])
def test_cars_are_tracked_better_than_published(table, threshold, figure):
    assert table[f"{threshold:g}"][figure] > tracking.PUBLISHED["Car", threshold][figure]


def test_cars_hardly_ever_change_their_track(table):
    assert table["0.25"]["IDS"] <= 2
