"""Followed boxes stand on the ground that is seen, as high above it as their keyframes."""

from dataclasses import replace

import numpy as np

from sensorann.tracks import interpolate
from tests.builders import make_labels
from tests.tracks.followed import N, braking_path, keyframes, make_drive


def test_height_follows_the_road():
    path = braking_path()
    slope = 0.06
    bumped = (path[0], path[1])
    drive = make_drive([bumped], slope=slope)
    result = interpolate(make_labels(keyframes(path, slope=slope)), drive).tracks[0]
    expected = path[0][:, 2] + slope * path[0][:, 0]
    assert np.abs(result.cuboids.centers[:, 2] - expected).max() < 0.06


def test_a_keyframe_that_floats_lifts_no_box_but_its_neighbours():
    path = braking_path()
    track = keyframes(path, (0, 10, 20, N - 1))
    centers = track.cuboids.centers.copy()
    centers[2, 2] += 0.3
    labels = make_labels(replace(track, cuboids=replace(track.cuboids, centers=centers)))
    heights = interpolate(labels, make_drive([path])).tracks[0].cuboids.centers[:, 2]
    far = np.r_[1:10, 11:16, 25:30]
    assert np.abs(heights - path[0][:, 2])[far].max() < 0.1
    assert heights[20] == centers[2, 2]


def test_far_from_all_keyframes_those_on_both_sides_say_how_high_an_object_stands(monkeypatch):
    monkeypatch.setattr("sensorann.tracks.fusing.CLEARANCE_NS", 0)
    path = braking_path()
    track = keyframes(path)
    centers = track.cuboids.centers.copy()
    centers[1, 2] += 0.3
    labels = make_labels(replace(track, cuboids=replace(track.cuboids, centers=centers)))
    heights = interpolate(labels, make_drive([path])).tracks[0].cuboids.centers[:, 2]
    assert abs(heights[N // 2] - path[0][N // 2, 2] - 0.15) < 0.05


def test_the_ground_is_looked_for_where_the_points_put_the_box():
    path = braking_path()
    slope = 0.12
    fitted = interpolate(make_labels(keyframes(path, slope=slope)), make_drive([path], slope=slope)).tracks[0]
    expected = path[0][:, 2] + slope * path[0][:, 0]
    assert np.abs(fitted.cuboids.centers[:, 2] - expected).max() < 0.06
