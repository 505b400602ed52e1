"""Copies of published labels with errors of known size."""

from dataclasses import replace

import numpy as np
import pytest

import sensorann as sa
from benchmarks.agreement import PEOPLE, USUAL, copied
from sensorann.qa import consensus, error_table, measure_agreement

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def truth(real_data):
    training = real_data / "kitti_tracking" / "training"
    return sa.read_labels(training / "label_02" / "0000.txt", drive=sa.open_drive(f"{training}#0000"))


@pytest.fixture(scope="module")
def people(truth):
    """Three who find every object and err about its place; the last one swaps vans and cars."""
    errors = replace(USUAL, missed=0.0, turned=0.0, confused=0.0)
    random = np.random.default_rng(5)
    everyone = {name: copied(truth, errors, random) for name in PEOPLE[:2]}
    return everyone | {PEOPLE[2]: copied(truth, replace(errors, confused=1.0), random)}


def test_the_noise_that_was_put_in_is_measured(people):
    # Four objects: their own errors are few draws, those of single boxes many.
    found = measure_agreement([people]).groups["all"].figures
    assert found["center_m"].value == pytest.approx(USUAL.center_m, rel=0.25)
    assert found["yaw_deg"].value == pytest.approx(np.degrees(2 * USUAL.yaw / np.sqrt(np.pi)), rel=0.1)
    assert found["flipped"].value == 0.0


def test_the_consensus_of_three_is_nearer_than_each(people, truth):
    merged = error_table(truth, consensus(people).labels)
    each = [error_table(truth, labels).rows["all"] for labels in people.values()]
    assert (merged.n_missing, merged.n_extra) == (0, 0)
    assert merged.rows["all"].center_mean_m < 0.9 * min(row.center_mean_m for row in each)
    assert merged.rows["all"].iou_mean > max(row.iou_mean for row in each)
