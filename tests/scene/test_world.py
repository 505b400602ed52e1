import numpy as np
import pytest

from sensorann.errors import TimeRangeError
from sensorann.scene import labels_in_world
from tests.builders import make_labels, make_track, make_trajectory


def test_ego_labels_move_to_the_world_each_at_its_own_instant():
    trajectory = make_trajectory(n=3)
    labels = make_labels(make_track(n=3, frame="ego"), frame="ego")
    moved = labels_in_world(labels, trajectory)
    for i, time in enumerate(trajectory.timestamps_ns):
        expected = trajectory.at(int(time)).apply(labels.tracks[0].cuboids.centers[i])
        np.testing.assert_allclose(moved.tracks[0].cuboids.centers[i], expected)


def test_an_ego_box_outside_the_trajectory_is_refused_by_name():
    labels = make_labels(make_track(id="17", n=5, frame="ego"), frame="ego")
    with pytest.raises(TimeRangeError, match="track 17: 2 of 5 boxes"):
        labels_in_world(labels, make_trajectory(n=3))


def test_without_poses_labels_stay_where_they_are():
    labels = make_labels(make_track(frame="ego"), frame="ego")
    assert labels_in_world(labels, None) is labels
