"""One click on recorded vehicles: better boxes than the smallest rectangle around the same points."""

import cv2
import numpy as np
import pytest

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def outcomes(real_data):
    """Ours and OpenCV's boxes on the clearly seen vehicles of the judging half."""
    pytest.importorskip("open3d")  # the benchmark compares with it as well
    from benchmarks.click_cases import all_cases
    from benchmarks.click_fit import click_all, is_clear_vehicle, on_same_points, opencv_yaw, ours

    cv2.setNumThreads(1)
    cases = [case for case in all_cases(real_data) if case.half == 1 and is_clear_vehicle(case)]
    clicks = click_all(cases, 1)
    return [ours(click) for click in clicks], [on_same_points(click, opencv_yaw) for click in clicks]


def test_boxes_overlap_their_labels_better(outcomes):
    ours, theirs = (np.array([outcome.iou for outcome in each]) for each in outcomes)
    assert ours.mean() >= theirs.mean() + 0.02
    assert np.mean(ours > 0.7) >= np.mean(theirs > 0.7) + 0.08


def test_headings_are_good_to_a_degree_and_a_half(outcomes):
    assert np.median([outcome.yaw_deg for outcome in outcomes[0]]) <= 1.4
