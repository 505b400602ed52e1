import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.geometry import Cuboids, Transform
from sensorann.images import BirdseyeView, draw_birdseye

RED, GREEN = (0, 0, 255), (0, 255, 0)
UTM = np.array([500_000.0, 5_400_000.0, 300.0])


def view(**changes):
    return BirdseyeView(**{"frame_from_ego": Transform.from_yaw(0.5, UTM), "radius": 20.0, "side": 400, **changes})


def test_the_vehicle_drives_upwards_in_its_own_view():
    ahead, left = (view().frame_from_ego.apply(point) for point in ([10.0, 0, 0], [0, 10.0, 0]))
    np.testing.assert_allclose(view().pixels(ahead), [199.5, 99.5], atol=1e-6)
    np.testing.assert_allclose(view().pixels(left), [99.5, 199.5], atol=1e-6)


def test_north_stays_up_where_asked():
    north = np.add(UTM, [0, 10.0, 0])
    east = np.add(UTM, [10.0, 0, 0])
    np.testing.assert_allclose(view(ego_up=False).pixels(north), [199.5, 99.5], atol=1e-6)
    np.testing.assert_allclose(view(ego_up=False).pixels(east), [299.5, 199.5], atol=1e-6)


def test_a_box_is_outlined_and_its_front_is_the_heaviest_edge():
    center = view().frame_from_ego.apply([8.0, 0, 1.0])
    box = Cuboids.from_yaws([center], [[6.0, 3.0, 2.0]], [0.5], frame="world")
    image = draw_birdseye(view(), cuboids=box, colors=[RED], solid=[False])
    front_row, back_row = round(199.5 - 10 * 11), round(199.5 - 10 * 5)
    red = (image[:, :, 2] > 150) & (image[:, :, 1] < 100)
    assert red[front_row, 190:210].all()
    assert 2 <= red[back_row, 186:214].sum() < 26  # dashed


def test_points_are_brighter_the_higher_they_are():
    low, high = (view().frame_from_ego.apply(point) for point in ([7.0, 3.0, 0.0], [7.0, -3.0, 2.0]))
    image = draw_birdseye(view(), sweeps=[np.stack([low, high, [np.nan] * 3])])
    (u_low, v_low), (u_high, v_high) = np.round(view().pixels(np.stack([low, high]))).astype(int)
    assert 40 < image[v_low, u_low].mean() < image[v_high, u_high].mean()


def test_several_lidars_have_different_tints():
    point = view().frame_from_ego.apply([[7.0, 3.0, 1.0]])
    first = draw_birdseye(view(), sweeps=[point, np.empty((0, 3))], sweep_names=["A", "B"])
    second = draw_birdseye(view(), sweeps=[np.empty((0, 3)), point], sweep_names=["A", "B"])
    u, v = np.round(view().pixels(point[0])).astype(int)
    assert first[v, u].tolist() != second[v, u].tolist()


def test_a_trail_leads_through_its_points():
    path = view().frame_from_ego.apply([[3.0, 5.0, 0], [6.0, 5.0, 0], [9.0, 5.0, 0]])
    image = draw_birdseye(view(), trails=[path], trail_colors=[GREEN])
    green = (image[:, :, 1].astype(int) - image[:, :, 2]) > 30
    assert green[115:165, 149:151].any(axis=1).all()


def test_boxes_outside_of_the_view_leave_the_picture_unchanged():
    box = Cuboids.from_yaws([np.add(UTM, [100.0, 0, 0])], [[4.0, 2.0, 1.5]], [0.0], frame="world")
    np.testing.assert_array_equal(
        draw_birdseye(view(), cuboids=box, colors=[RED], captions=["car"]), draw_birdseye(view())
    )


def test_one_color_per_box_is_asked_for():
    box = Cuboids.from_yaws([UTM], [[4.0, 2.0, 1.5]], [0.0], frame="world")
    with pytest.raises(ArgumentError, match="colors must have 1 entries, got 0"):
        draw_birdseye(view(), cuboids=box)
