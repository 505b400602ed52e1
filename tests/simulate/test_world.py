"""The world is physically sound: nobody runs into anybody, everybody stands on the ground and looks where he goes."""

import itertools

import numpy as np
import pytest

from sensorann.geometry.rotations import wrap_angle
from sensorann.simulate.actors import Footprints, collide, footprints
from sensorann.simulate.ground import Ground
from sensorann.simulate.motion import plan_motion, stand_still
from sensorann.simulate.paths import round_corners
from sensorann.simulate.world import draw_world

SPAN_S = 6.0
SEEDS = [0, 1, 2]


@pytest.fixture(scope="module", params=SEEDS)
def world(request):
    return draw_world(seed=request.param, span_s=SPAN_S, n_actors=30)


@pytest.fixture
def times(world):
    return world.start_ns + np.arange(0, round(SPAN_S * 1e9), 50_000_000, dtype=np.int64)


def test_no_two_actors_touch(world, times):
    all_prints = [footprints(actor, world.seconds(times)) for actor in world.actors]
    for a, b in itertools.combinations(all_prints, 2):
        assert not collide(a, b, clearance=0.0)


def test_nobody_touches_the_ego_vehicle(world, times):
    poses = world.trajectory.sample(times)
    yaws = np.arctan2(poses.rotations[:, 1, 0], poses.rotations[:, 0, 0])
    ego = Footprints(poses.translations[:, :2], yaws, (2.3, 0.95))
    for actor in world.actors:
        assert not collide(ego, footprints(actor, world.seconds(times)), clearance=0.0)


def test_nobody_walks_into_a_house(world, times):
    instants = world.seconds(times)
    for actor in world.actors:
        print_ = footprints(actor, instants)
        for center, size in zip(world.town.centers, world.town.sizes, strict=True):
            if np.linalg.norm(print_.places - center[:2], axis=1).min() > 30:
                continue
            house = Footprints(np.tile(center[:2], (len(times), 1)), np.zeros(len(times)), (size[0] / 2, size[1] / 2))
            assert not collide(house, print_, clearance=0.0)


def test_boxes_stand_on_the_ground_and_follow_its_slope(world, times):
    for actor in world.actors:
        boxes = world.boxes(actor, times)
        up = boxes.rotations[:, :, 2]
        standing = boxes.centers - up * (actor.size[2] / 2)
        np.testing.assert_allclose(standing[:, 2], world.ground.heights(standing[:, :2]), atol=1e-9)
        np.testing.assert_allclose(up, world.ground.normals(standing[:, :2]), atol=1e-9)


def test_movers_look_where_they_go(world, times):
    for actor in world.actors:
        boxes = world.boxes(actor, times)
        steps = np.diff(boxes.centers[:, :2], axis=0)
        moving = np.linalg.norm(steps, axis=1) > 0.05
        course = np.arctan2(steps[:, 1], steps[:, 0])
        middle_yaw = boxes.yaws[:-1] + wrap_angle(np.diff(boxes.yaws)) / 2
        assert np.abs(wrap_angle(course - middle_yaw))[moving].max(initial=0) < np.radians(2.0)


def test_velocities_are_the_rate_of_change_of_places(world):
    middle = world.start_ns + np.arange(3, dtype=np.int64) * 1_730_000_000
    for actor in world.actors:
        if not actor.moves:
            continue
        before, after = (world.boxes(actor, middle + step).centers for step in (-1_000_000, 1_000_000))
        measured = (after - before) / 2e-3
        # Vertical: the kerb is a step, and the middle of a tilting box swings a little.
        np.testing.assert_allclose(measured[:, :2], world.velocities(actor, middle)[:, :2], atol=0.08)


def test_accelerations_are_those_of_traffic(world, times):
    for actor in world.actors:
        speeds = np.linalg.norm(world.velocities(actor, times), axis=1)
        assert np.abs(np.diff(speeds) / 0.05).max() < 6.0


def test_the_streets_see_turning_stopping_and_parking():
    actors = [actor for seed in SEEDS for actor in draw_world(seed=seed, span_s=10.0, n_actors=30).actors]
    instants = np.arange(0, 10.0, 0.1)
    tracks = [(actor, *actor.motion.at(instants)) for actor in actors]
    assert any(np.ptp(headings) > 1.2 for _, _, headings, _ in tracks)
    assert any(actor.moves and speeds.min() == 0 and speeds.max() > 2 for actor, _, _, speeds in tracks)
    assert any(not actor.moves for actor in actors)
    assert {actor.category for actor in actors} == {"car", "van", "truck", "pedestrian", "cyclist"}


def test_the_ego_vehicle_drives_and_turns(world):
    poses = world.trajectory.world_from_ego
    yaws = np.unwrap(np.arctan2(poses.rotations[:, 1, 0], poses.rotations[:, 0, 0]))
    assert np.linalg.norm(poses.translations[-1] - poses.translations[0]) > 25
    long = draw_world(seed=world.seed, span_s=10.0, n_actors=0).trajectory.world_from_ego.rotations
    assert np.ptp(np.unwrap(np.arctan2(long[:, 1, 0], long[:, 0, 0]))) > 1.2
    assert np.abs(np.diff(yaws)).max() < 0.02


def test_footprints_that_overlap_collide_and_neighbours_do_not():
    def square(x, heading=0.0):
        return Footprints(np.array([[x, 0.0]]), np.array([heading]), (1.0, 1.0))

    assert collide(square(0.0), square(1.9), clearance=0.0)
    assert not collide(square(0.0), square(2.1), clearance=0.0)
    assert collide(square(0.0), square(2.3), clearance=0.4)
    assert collide(square(0.0), square(2.3, heading=np.pi / 4), clearance=0.0)


def test_a_path_keeps_straight_stretches_and_rounds_corners():
    path = round_corners([[0, 0], [40, 0], [40, 40]], rounding=6.0)
    np.testing.assert_allclose(path.points[: int(25 / 0.1), 1], 0, atol=1e-9)
    assert path.headings[0] == pytest.approx(0)
    assert path.headings[-1] == pytest.approx(np.pi / 2)
    assert np.abs(path.curvatures).max() < 1 / 3.5
    np.testing.assert_allclose(np.linalg.norm(np.diff(path.points, axis=0), axis=1), 0.1, rtol=2e-2)


def test_a_stop_is_a_stop_for_as_long_as_asked():
    path = round_corners([[0, 0], [300, 0]], rounding=2.0)
    motion = plan_motion(path, start=10.0, start_s=0.0, end_s=30.0, cruise=8.0, stops=[(60.0, 3.0)])
    standing = motion.speeds == 0
    assert standing.sum() * 0.05 == pytest.approx(3.0, abs=0.11)
    assert motion.distances[standing].max() == pytest.approx(60.0, abs=0.5)
    assert motion.speeds[-1] == pytest.approx(8.0)


def test_what_stands_still_never_moves():
    places, headings, speeds = stand_still([3.0, 4.0], 1.0).at([-5.0, 0.0, 1e4])
    np.testing.assert_allclose(places, [[3.0, 4.0]] * 3)
    np.testing.assert_allclose(headings, 1.0)
    np.testing.assert_allclose(speeds, 0.0)


def test_flat_waves_make_flat_ground():
    ground = Ground(waves=np.zeros((1, 4)))
    np.testing.assert_allclose(ground.heights([[0.0, 0.0], [45.0, 45.0]]), [0.0, 0.12])
    np.testing.assert_allclose(ground.normals([[3.0, 5.0]]), [[0, 0, 1]])
