"""What computed boxes say about their own doubt."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.scene import MOTION_MODELS, Motion, Source
from sensorann.tracks import interpolate
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_labels, make_track, make_trajectory


def fill(*frames, category="Car", source=Source.HUMAN, sigmas=None, centers=None, size=(4.0, 1.8, 1.5), **options):
    times = START_NS + np.array(frames) * FRAME_NS
    centers = np.zeros((len(frames), 3)) if centers is None else centers
    track = make_track(category=category, timestamps_ns=times, centers=centers, source=source, size=size)
    if sigmas is not None:
        track = replace(track, sigmas=np.tile(np.asarray(sigmas, np.float64), (len(frames), 1)))
    drive = MemoryDrive(trajectory=make_trajectory(n=max(frames) + 1))
    return interpolate(make_labels(track), drive, **options).tracks[0]


def test_human_keyframes_that_state_none_have_sigma_zero():
    track = fill(0, 10)
    assert (track.sigmas[[0, 10]] == 0).all()


def test_every_box_has_all_seven_sigmas():
    assert np.isfinite(fill(0, 10, 15, source=Source.IMPORTED, keyframe_sigma=0.1).sigmas).all()


def test_doubt_between_two_exact_keyframes_is_a_brownian_bridge_of_velocity_and_the_placement():
    # Nothing but both positions is known: the integral of a Brownian bridge, variance q h^3 u^2 (1 - u)^2 / 3.
    track = fill(0, 20)
    u = np.arange(1, 20) / 20
    model = MOTION_MODELS[Motion.VEHICLE]
    for axis, wander in enumerate((model.plan, model.plan, model.height)):
        expected = np.sqrt(wander.noise * 2.0**3 * (u * (1 - u)) ** 2 / 3 + wander.placement**2)
        np.testing.assert_allclose(track.sigmas[1:20, axis], expected, atol=1e-9)


def test_doubt_about_yaw_is_that_of_the_class():
    car, walker = fill(0, 20), fill(0, 20, category="Pedestrian")
    walking, driving = (MOTION_MODELS[motion].yaw for motion in (Motion.PEDESTRIAN, Motion.VEHICLE))
    np.testing.assert_allclose(
        (walker.sigmas[1:20, 6] ** 2 - walking.placement**2) / walking.noise,
        (car.sigmas[1:20, 6] ** 2 - driving.placement**2) / driving.noise,
    )


def test_static_objects_are_nearly_certain():
    static = MOTION_MODELS[Motion.STATIC].plan
    assert fill(0, 20, category="barrier").sigmas[10, 0] < 1.5 * static.placement < fill(0, 20).sigmas[10, 0]


def test_a_straight_line_through_a_bend_says_that_it_may_be_off():
    bend = np.array([[0.0, 0, 0], [10, 0, 0], [10, 10, 0]])
    smooth, linear = (fill(0, 10, 20, centers=bend, method=method) for method in ("smooth", "linear"))
    apart = linear.cuboids.centers - smooth.cuboids.centers
    expected = np.sqrt(smooth.sigmas[:, :3] ** 2 + apart**2)
    np.testing.assert_allclose(linear.sigmas[:, :3], expected, atol=1e-12)
    assert (linear.sigmas[5, :2] > smooth.sigmas[5, :2] + 0.05).all()


@pytest.mark.parametrize("source", [Source.IMPORTED, Source.DETECTED])
def test_a_measured_keyframe_pulls_the_curve_only_as_far_as_it_is_sure(source):
    zigzag = np.array([[0.0, 0, 0], [1, 1, 0], [2, 0, 0], [3, 1, 0], [4, 0, 0]])
    frames = (0, 10, 20, 30, 40)
    exact = fill(*frames, centers=zigzag, source=source)
    vague = fill(*frames, centers=zigzag, source=source, sigmas=[2.0] * 3 + [0.1] * 4)
    assert np.ptp(vague.cuboids.centers[19:21:2, 1]) < np.ptp(exact.cuboids.centers[[15, 19], 1])
    np.testing.assert_array_equal(vague.cuboids.centers[10], zigzag[1])  # the box itself stays
    assert (vague.sigmas[10, :3] == 2.0).all()


def test_axes_of_different_sureness_are_smoothed_apart():
    zigzag = np.array([[0.0, 0, 0], [1, 1, 0], [0, 0, 0]])
    track = fill(0, 10, 20, centers=zigzag, source=Source.IMPORTED, sigmas=[0.0, 3.0, 0.0, 0, 0, 0, 0])
    assert track.cuboids.centers[9, 0] > 0.9
    assert track.cuboids.centers[9, 1] < 0.7
    assert track.sigmas[5, 1] > track.sigmas[5, 0]


def test_the_keyframe_sigma_holds_for_imported_boxes_that_state_none():
    track = fill(0, 10, source=Source.IMPORTED, keyframe_sigma=0.1)
    np.testing.assert_allclose(track.sigmas[0], [0.1] * 6 + [0.1 / 2.0])


def test_the_keyframe_sigma_holds_for_imported_boxes_that_an_earlier_run_called_exact():
    track = fill(0, 10, source=Source.IMPORTED, sigmas=[0.0] * 7, keyframe_sigma=0.1)
    np.testing.assert_allclose(track.sigmas[0], [0.1] * 6 + [0.1 / 2.0])


def test_a_stated_sigma_goes_before_the_keyframe_sigma():
    track = fill(0, 10, source=Source.IMPORTED, sigmas=[0.3] * 7, keyframe_sigma=0.1)
    np.testing.assert_array_equal(track.sigmas[0], [0.3] * 7)


def test_the_keyframe_sigma_leaves_human_boxes_exact():
    zigzag = np.array([[0.0, 0, 0], [1, 1, 0], [2, 0, 0]])
    exact, same = fill(0, 10, 20, centers=zigzag), fill(0, 10, 20, centers=zigzag, keyframe_sigma=0.5)
    np.testing.assert_array_equal(exact.cuboids.centers, same.cuboids.centers)
    np.testing.assert_array_equal(exact.sigmas, same.sigmas)


@pytest.mark.parametrize("apart_ns", [1, 500, 4_000_000, 33_000_000], ids=["1 ns", "500 ns", "4 ms", "33 ms"])
def test_two_keyframes_close_in_time_do_not_throw_the_curve_away(apart_ns):
    # A car at 10 m/s; of two boxes nearly at one instant, one is placed 5 cm off.
    times = START_NS + np.array([0, 1_000_000_000, 1_000_000_000 + apart_ns, 2_000_000_000])
    centers = np.zeros((4, 3))
    centers[:, 0] = 10.0 * (times - START_NS) * 1e-9
    centers[2, 1] = 0.05
    track = make_track(timestamps_ns=times, centers=centers)
    drive = MemoryDrive(trajectory=make_trajectory(n=21))
    result = interpolate(make_labels(track), drive).tracks[0]
    computed = result[result.sources == Source.INTERPOLATED]
    truth = 10.0 * (computed.timestamps_ns - START_NS) * 1e-9
    misses = np.hypot(computed.cuboids.centers[:, 0] - truth, computed.cuboids.centers[:, 1])
    assert (misses < 3 * computed.sigmas[:, 0]).all()
    assert misses.max() < 0.1


def test_nine_tenths_of_simulated_motion_lie_in_the_interval_of_nine_tenths():
    rng = np.random.default_rng(5)
    step, n = 0.1, 41
    model = MOTION_MODELS[Motion.VEHICLE]
    wanders = (model.plan, model.plan, model.height)
    unit = np.linalg.cholesky(np.array([[step**3 / 3, step**2 / 2], [step**2 / 2, step]]))
    frames = np.array([0, 7, 20, 31, 40])
    inside = []
    for _ in range(60):
        state = np.zeros((n, 2, 3))
        state[0] = rng.normal(0, 5, (2, 3))
        for i in range(1, n):
            kick = unit @ rng.normal(size=(2, 3)) * np.sqrt([wander.noise for wander in wanders])
            state[i] = np.array([[1, step], [0, 1]]) @ state[i - 1] + kick
        # Keyframes are exact; a person who placed one of the others would scatter.
        track = fill(*frames, centers=state[frames, 0])
        truth = state[:, 0] + rng.normal(0, [wander.placement for wander in wanders], (n, 3))
        computed = track.sources == Source.INTERPOLATED
        miss = np.abs(track.cuboids.centers - truth)[computed] / track.sigmas[computed, :3]
        inside.append(miss <= 1.6449)
    assert 0.88 < np.mean(inside) < 0.92
