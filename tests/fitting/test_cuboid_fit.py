import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.errors import ArgumentError
from sensorann.fitting import fit_cuboid
from tests.fitting.clouds import SENSOR, visible_faces

SIZE = (4.4, 1.8, 1.5)
CENTER = np.array([14.0, 6.0, 0.75])


def yaw_error(a, b, period=np.pi):
    return abs((a - b + period / 2) % period - period / 2)


@given(yaw=st.floats(-np.pi, np.pi), bearing=st.floats(-np.pi, np.pi), seed=st.integers(0, 1000))
def test_a_seen_corner_and_the_known_size_give_the_box(yaw, bearing, seed):
    center = np.array([15 * np.cos(bearing), 15 * np.sin(bearing), 0.75])
    points = visible_faces(center, SIZE, yaw, seed=seed)
    fit = fit_cuboid(points, ground_height=0.0, size=SIZE, anchor=SENSOR)
    assert yaw_error(fit.cuboid.yaw, yaw) < np.radians(2)
    np.testing.assert_allclose(fit.cuboid.center[:2], center[:2], atol=0.25)
    assert fit.cuboid.center[2] == pytest.approx(0.75, abs=0.06)


def test_without_a_size_the_box_spans_the_points():
    fit = fit_cuboid(visible_faces(CENTER, SIZE, 0.6), ground_height=0.0)
    np.testing.assert_allclose(fit.cuboid.size, SIZE, atol=0.1)
    np.testing.assert_allclose(fit.cuboid.center, CENTER, atol=0.1)


@given(shift=st.tuples(st.floats(-1e6, 1e6), st.floats(-6e6, 6e6)), turn=st.floats(-3, 3))
def test_the_fit_moves_and_turns_with_the_points(shift, turn):
    points = visible_faces(CENTER, SIZE, 0.4)
    c, s = np.cos(turn), np.sin(turn)
    move = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    offset = np.array([*shift, 0.0])
    here = fit_cuboid(points, size=(5.0, 2.0, 1.6), anchor=SENSOR)
    there = fit_cuboid(points @ move.T + offset, size=(5.0, 2.0, 1.6), anchor=move @ SENSOR + offset)
    np.testing.assert_allclose(there.cuboid.center, move @ here.cuboid.center + offset, atol=0.05)
    assert yaw_error(there.cuboid.yaw, here.cuboid.yaw + turn) < np.radians(1)


def test_the_faces_that_were_seen_stay_where_they_are():
    rear = np.column_stack([np.full(60, 10.0), np.linspace(-0.9, 0.9, 60), np.tile(np.linspace(0.3, 1.4, 6), 10)])
    fit = fit_cuboid(rear, ground_height=0.0, size=SIZE, anchor=SENSOR)
    assert yaw_error(fit.cuboid.yaw, 0.0) < 1e-3
    assert fit.cuboid.center[0] == pytest.approx(10.0 + SIZE[0] / 2, abs=0.01)
    # The sensor looks straight at it: neither side is near, so the width grows to both.
    assert fit.cuboid.center[1] == pytest.approx(0.0, abs=0.01)


def test_a_known_size_never_cuts_points_off():
    points = visible_faces(CENTER, SIZE, 0.3)
    fit = fit_cuboid(points, size=(2.0, 1.0, 1.0), anchor=SENSOR)
    local = fit.cuboid.frame_from_cuboid.inverse().apply(points)
    assert (np.abs(local) <= np.array(fit.cuboid.size) / 2 + 1e-9).all()


def test_a_given_heading_is_kept():
    fit = fit_cuboid(visible_faces(CENTER, SIZE, 0.6), yaw=-2.0, size=SIZE, anchor=SENSOR)
    assert fit.cuboid.yaw == pytest.approx(-2.0)
    assert fit.yaw_period == pytest.approx(2 * np.pi)


@pytest.mark.parametrize(("size", "period"), [((4.4, 1.8, 1.5), np.pi), ((1.0, 0.95, 1.7), np.pi / 2)])
def test_the_ambiguity_of_the_heading_is_said(size, period):
    fit = fit_cuboid(visible_faces(CENTER, size, 0.3))
    assert fit.yaw_period == pytest.approx(period)


def test_one_stray_point_does_not_buy_the_heading():
    points = np.concatenate([visible_faces(CENTER, SIZE, 0.6), [[13.0, 9.5, 0.8]]])
    assert yaw_error(fit_cuboid(points).cuboid.yaw, 0.6, np.pi / 2) < np.radians(1)


def test_points_of_the_ground_are_left_out():
    points = visible_faces(CENTER, SIZE, 0.6)
    carpet = np.column_stack([np.random.default_rng(0).uniform(-4, 4, (300, 2)) + CENTER[:2], np.full(300, 0.05)])
    bare, on_road = (fit_cuboid(cloud, ground_height=0.0) for cloud in (points, np.concatenate([points, carpet])))
    np.testing.assert_allclose(on_road.cuboid.center, bare.cuboid.center)
    assert on_road.n_points == bare.n_points


def test_points_without_a_position_and_duplicates_change_nothing():
    points = visible_faces(CENTER, SIZE, 0.6)
    odd = np.concatenate([points, points, np.full((5, 3), np.nan)])
    np.testing.assert_allclose(fit_cuboid(odd).cuboid.center, fit_cuboid(points).cuboid.center, atol=0.05)
    assert fit_cuboid(odd).n_points == 2 * len(points)


def test_points_on_one_line_give_a_thin_box_along_it():
    line = np.column_stack([np.linspace(0, 3, 20), np.linspace(0, 3, 20), np.linspace(0.5, 1, 20)])
    fit = fit_cuboid(line)
    assert yaw_error(fit.cuboid.yaw, np.pi / 4) < 1e-3
    assert fit.cuboid.size[0] == pytest.approx(3 * np.sqrt(2), abs=1e-3)
    assert fit.cuboid.size[1] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (np.zeros((0, 3)), "at least 3 points, got 0"),
        (np.zeros((2, 3)), "at least 3 points, got 2"),
        (np.full((9, 3), np.nan), "at least 3 points, got 0"),
        (np.ones((9, 3)), "above one spot"),
        (np.zeros((9, 2)), r"shape \(N, 3\)"),
    ],
    ids=["none", "two", "all NaN", "all the same", "flat array"],
)
def test_points_that_make_no_box_are_refused(points, message):
    with pytest.raises(ArgumentError, match=message):
        fit_cuboid(points)


def test_points_of_the_ground_alone_are_refused():
    with pytest.raises(ArgumentError, match="above the ground, got 0"):
        fit_cuboid(visible_faces(CENTER, SIZE, 0.6), ground_height=5.0)


@pytest.mark.parametrize(
    "argument", [{"size": (4.0, 0.0, 1.0)}, {"yaw": np.nan}, {"ground_height": np.inf}, {"anchor": [np.nan] * 3}]
)
def test_senseless_arguments_are_named(argument):
    with pytest.raises(ArgumentError, match=next(iter(argument))):
        fit_cuboid(visible_faces(CENTER, SIZE, 0.6), **argument)


@pytest.mark.parametrize("noise", [0.01, 0.03])
def test_a_known_size_is_kept_under_range_noise(noise):
    rng = np.random.default_rng(7)
    size = (4.4, 1.8, 1.5)
    rear = np.column_stack([np.full(300, 10.0), rng.uniform(-0.9, 0.9, 300)])
    side = np.column_stack([rng.uniform(10.0, 14.4, 300), np.full(300, -0.9)])
    points = np.column_stack([np.concatenate([rear, side]), rng.uniform(0.3, 1.5, 600)])
    fit = fit_cuboid(points + rng.normal(0, noise, points.shape), ground_height=0.0, size=size)
    assert fit.cuboid.size == pytest.approx(size)
    np.testing.assert_allclose(fit.cuboid.center, [12.2, 0.0, 0.75], atol=0.15)
