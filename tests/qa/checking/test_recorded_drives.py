"""Published labels: few findings as they are, and the right one after an error was put in."""

import numpy as np
import pytest

import sensorann as sa
from sensorann.tracks import surgery

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def pandaset(real_data):
    drive = sa.open_drive(real_data / "pandaset_nuscenes")
    return drive, sa.read_labels(real_data / "pandaset_nuscenes", drive=drive)


def test_published_labels_raise_few_findings(pandaset):
    drive, labels = pandaset
    assert len(sa.check(labels, drive)) <= 20 * labels.n_boxes / 1000


def test_a_box_that_faces_backwards_comes_first(pandaset):
    drive, labels = pandaset
    track = next(one for one in labels.tracks if one.category == "vehicle.car" and len(one) == 12)
    at = int(track.timestamps_ns[6])
    best = sa.check(surgery.reverse(labels, track.id, span=(at, at)), drive, rules=["heading_flip"])[0]
    assert (best.object, best.timestamp_ns) == (track.id, at)
    mended = sa.repaired(surgery.reverse(labels, track.id, span=(at, at)), best)
    np.testing.assert_allclose(mended.track(track.id).cuboids.yaws, track.cuboids.yaws)
