"""Gardens: rough leaves, smooth walls, clear of who walks by, and everything else as it was without them."""

import numpy as np
import pytest

from sensorann.simulate import simulate_drive
from sensorann.simulate.actors import Footprints, collide, footprints
from sensorann.simulate.gardens import LEAVES, WALL, into_leaves
from sensorann.simulate.vehicle import LIDAR

SMALL = {"seed": 21, "n_frames": 6, "n_actors": 12, "n_beams": 32, "n_columns": 900}


@pytest.fixture(scope="module")
def drives():
    return [simulate_drive(gardens=gardens, **SMALL)[0] for gardens in (False, True)]


def test_gardens_change_nothing_but_the_town(drives):
    plain, green = (drive.world for drive in drives)
    for one, other in zip(plain.actors, green.actors, strict=True):
        for a, b in zip(one.motion.at(np.arange(3.0) / 10), other.motion.at(np.arange(3.0) / 10), strict=True):
            np.testing.assert_array_equal(a, b)
    assert not (plain.town_kinds >= WALL).any()
    assert {*np.unique(green.town_kinds)} == {0, 1, 2, 3}


def test_leaves_scatter_behind_their_surface_and_walls_do_not(drives):
    _, green = drives
    sweep, owners = green.sweep_with_owners(LIDAR, 2)
    points = (green.trajectory.at(sweep.timestamp_ns) @ green.rig[LIDAR].ego_from_sensor).apply(sweep.points)
    first = len(green.world.actors)
    town = owners >= first
    town &= np.linalg.norm(sweep.points, axis=1) < 40
    boxes, kinds = green.world.town[owners[town] - first], green.world.town_kinds[owners[town] - first]
    half = boxes.sizes / 2
    local = np.einsum("nij,ni->nj", boxes.rotations, points[town] - boxes.centers)
    depths = (half - np.abs(local)).min(axis=1)
    # The sweep is not deskewed: the vehicle moves by less than half a metre within it.
    assert np.percentile(depths[kinds == LEAVES], 90) > np.percentile(depths[kinds == WALL], 90) + 0.05


def test_light_never_comes_back_from_before_the_leaves():
    depths = into_leaves(2000, np.random.default_rng(0))
    assert 0 <= depths.min() < depths.mean() < depths.max() <= 0.5


def test_nobody_walks_through_a_garden(drives):
    world = drives[1].world
    times = np.arange(0.0, 0.6, 0.1)
    for actor in world.actors:
        print_ = footprints(actor, times)
        for center, size in zip(world.town.centers[:, :2], world.town.sizes, strict=True):
            if np.linalg.norm(print_.places - center, axis=1).min() > 12:
                continue
            box = Footprints(np.tile(center, (len(times), 1)), np.zeros(len(times)), (size[0] / 2, size[1] / 2))
            assert not collide(box, print_, clearance=0.0)
