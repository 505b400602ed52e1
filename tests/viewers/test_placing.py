"""A click that completes an object: the new box is like the others that the object has."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.geometry import Cuboids, Transform
from tests.builders import make_labels
from tests.viewers.conftest import visible_points
from viewers import open_session
from viewers.actions import placing

N_KNOWN = 6


@pytest.mark.parametrize("turn", [0.0, np.pi], ids=["as it drives", "the other way round"])
def test_a_clicked_box_faces_as_the_other_boxes_of_its_object(drive, truth, store, turn):
    session = open_session(drive, store)
    session.go_to(N_KNOWN)
    points = visible_points(session, truth)
    standing = next(
        track
        for track in truth.tracks
        if track.id in points
        and track.category == "car"
        and len(track) == len(session.frames)
        and np.ptp(track.cuboids.centers, axis=0).max() < 0.1
    )
    session.close()
    store.import_labels(make_labels(turned(standing[:N_KNOWN], turn)), drive="known")
    session = open_session(drive, store, name="known")
    session.go_to(N_KNOWN)
    session.select(standing.id)
    placing.create_from_click(session, points[standing.id])
    session.finish()
    (track,) = session.labels.tracks
    assert len(track) == N_KNOWN + 1
    headings = track.cuboids.rotations[-2:, :, 0]
    assert headings[0] @ headings[1] > 0.9
    np.testing.assert_allclose(track.cuboids.sizes[-1], track.cuboids.sizes[-2], rtol=0, atol=1e-6)
    session.close()


def turned(track, angle):
    about = Transform.from_yaw(angle, np.zeros(3)).rotation
    cuboids = Cuboids(
        centers=track.cuboids.centers,
        sizes=track.cuboids.sizes,
        rotations=track.cuboids.rotations @ about,
        frame=track.cuboids.frame,
    )
    return replace(track, cuboids=cuboids)
