from dataclasses import replace

import numpy as np
import pytest

from sensorann.errors import ArgumentError, TimeRangeError
from sensorann.geometry import Trajectory, Transforms
from sensorann.geometry.rotations import rotations_from_yaws
from sensorann.scene import from_sensor, into_sensor, labels_in_world
from tests.builders import make_labels, make_rig, make_track, make_trajectory


def test_ego_labels_move_to_the_world_each_at_its_own_instant():
    trajectory = make_trajectory(n=3)
    labels = make_labels(make_track(n=3, frame="ego"), frame="ego")
    moved = labels_in_world(labels, trajectory)
    for i, time in enumerate(trajectory.timestamps_ns):
        expected = trajectory.at(int(time)).apply(labels.tracks[0].cuboids.centers[i])
        np.testing.assert_allclose(moved.tracks[0].cuboids.centers[i], expected)


def test_sigmas_turn_with_the_boxes():
    quarter = Transforms(rotations_from_yaws([np.pi / 2, np.pi / 4]), np.zeros((2, 3)))
    track = make_track(n=2, frame="ego")
    sigmas = np.tile([3.0, 4.0, 5.0, 0.1, 0.2, 0.3, 0.4], (2, 1))
    labels = make_labels(replace(track, sigmas=sigmas), frame="ego")
    moved = labels_in_world(labels, Trajectory(track.timestamps_ns, quarter)).tracks[0].sigmas
    np.testing.assert_allclose(moved[0], [4, 3, 5, 0.1, 0.2, 0.3, 0.4])
    np.testing.assert_allclose(moved[1], [12.5**0.5, 12.5**0.5, 5, 0.1, 0.2, 0.3, 0.4])


def test_an_ego_box_outside_the_trajectory_is_refused_by_name():
    labels = make_labels(make_track(id="17", n=5, frame="ego"), frame="ego")
    with pytest.raises(TimeRangeError, match="track 17: 2 of 5 boxes"):
        labels_in_world(labels, make_trajectory(n=3))


def test_without_poses_labels_stay_where_they_are():
    labels = make_labels(make_track(frame="ego"), frame="ego")
    assert labels_in_world(labels, None) is labels


def test_boxes_of_a_sensor_stand_where_the_sensor_was_at_their_instants():
    trajectory, sensor = make_trajectory(n=3), make_rig()["CAM_FRONT"]
    boxes = make_track(n=3, frame="CAM_FRONT").cuboids
    moved = from_sensor(boxes, sensor, trajectory, timestamps_ns=trajectory.timestamps_ns)
    assert moved.frame == "world"
    for i, time in enumerate(trajectory.timestamps_ns):
        world_from_sensor = trajectory.at(int(time)) @ sensor.ego_from_sensor
        np.testing.assert_allclose(moved.centers[i], world_from_sensor.apply(boxes.centers[i]))


@pytest.mark.parametrize("trajectory", [make_trajectory(n=3), None], ids=["world", "ego"])
def test_the_way_into_a_sensor_is_the_way_back(trajectory):
    sensor, boxes = make_rig()["CAM_FRONT"], make_track(n=3, frame="CAM_FRONT").cuboids
    times = make_trajectory(n=3).timestamps_ns
    labelled = from_sensor(boxes, sensor, trajectory, timestamps_ns=times)
    back = into_sensor(labelled, sensor, trajectory, timestamps_ns=times)
    assert (labelled.frame, back.frame) == ("ego" if trajectory is None else "world", "CAM_FRONT")
    np.testing.assert_allclose(back.centers, boxes.centers, atol=1e-12)
    np.testing.assert_allclose(back.rotations, boxes.rotations, atol=1e-12)


def test_boxes_in_the_world_need_poses_to_get_into_a_sensor():
    track = make_track()
    with pytest.raises(ArgumentError, match="into CAM_FRONT: the drive has no ego poses"):
        into_sensor(track.cuboids, make_rig()["CAM_FRONT"], None, timestamps_ns=track.timestamps_ns)
