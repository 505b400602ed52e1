"""Boxes for whatever stands on the ground, against the truth of simulated sweeps and in scenes built by hand."""

import numpy as np
import pytest

from sensorann.fitting import find_candidates
from sensorann.fitting.clustering import object_groups
from sensorann.fitting.likeness import Shape, first_like, smallest_first
from sensorann.geometry import Cuboids, points_in_cuboids
from sensorann.scene import default_ontology
from sensorann.simulate import simulate_drive
from sensorann.tracks.clouds import points_at

CATEGORIES = tuple(default_ontology()[name] for name in ("car", "van", "truck", "bus", "pedestrian", "cyclist"))
SENSOR = np.array([0.0, 0.0, 1.8])


def road():
    """Rings of a level road at z = 0."""
    radii = 1.8 / np.tan(np.radians(np.linspace(2, 25, 64)))
    angles = np.linspace(-np.pi, np.pi, 900, endpoint=False)
    x, y = np.outer(radii, np.cos(angles)).ravel(), np.outer(radii, np.sin(angles)).ravel()
    return np.column_stack([x, y, np.zeros(len(x))])


def shell(center, size, *, yaw=0.0, spacing=0.1):
    """Points on the upright faces and the roof of a box that stands on the road."""
    length, width, height = size
    u, v, z = (np.arange(-edge / 2, edge / 2 + 1e-9, spacing) for edge in size)
    faces = [
        *(np.stack(np.meshgrid(u, [side], z), -1).reshape(-1, 3) for side in (-width / 2, width / 2)),
        *(np.stack(np.meshgrid([side], v, z), -1).reshape(-1, 3) for side in (-length / 2, length / 2)),
        np.stack(np.meshgrid(u, v, [height / 2]), -1).reshape(-1, 3),
    ]
    local = np.concatenate(faces)
    local[:, 2] += height / 2
    turn = np.array([[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]])
    return local @ turn.T + np.append(center, 0.0)


def found_in(*things):
    return find_candidates(np.concatenate([road(), *things]), sensor=SENSOR, categories=CATEGORIES)


@pytest.mark.parametrize(
    ("size", "name"),
    [((4.3, 1.8, 1.5), "car"), ((0.6, 0.6, 1.75), "pedestrian"), ((8.0, 2.5, 3.1), "truck")],
    ids=["car", "pedestrian", "truck"],
)
def test_an_object_gets_its_box_and_category(size, name):
    found = found_in(shell([11.0, 4.0], size, yaw=0.4))
    assert [category.name for category in found.categories] == [name]
    np.testing.assert_allclose(found.cuboids.centers[0], [11.0, 4.0, size[2] / 2], atol=0.3)
    assert abs(np.sin(found.cuboids.yaws[0] - 0.4)) < 0.03 or size[0] == size[1]


def test_a_rider_tells_a_cyclist_from_the_rear_of_a_car():
    bicycle, rider = shell([9.0, 2.0], (1.8, 0.5, 1.1)), shell([9.0, 2.0], (0.5, 0.5, 1.75))
    assert [category.name for category in found_in(bicycle, rider).categories] == ["cyclist"]
    assert [category.name for category in found_in(shell([9.0, 2.0], (0.4, 1.8, 1.7))).categories] == ["car"]


def test_a_box_is_completed_away_from_the_sensor():
    car = shell([12.0, 0.0], (4.4, 1.8, 1.5))
    rear = car[car[:, 0] < 9.9]
    found = found_in(rear)
    assert len(found) == 1
    assert found.cuboids.centers[0, 0] > 11.0
    assert found.cuboids.sizes[0, 0] > 3.9


def test_a_pedestrian_beside_a_car_is_another_object():
    found = found_in(shell([11.0, 4.0], (4.3, 1.8, 1.5)), shell([11.5, 5.7], (0.5, 0.5, 1.75)))
    assert sorted(category.name for category in found.categories) == ["car", "pedestrian"]


def test_neither_the_road_nor_a_house_is_an_object():
    house = shell([14.0, 10.0], (30.0, 8.0, 7.0))
    assert len(found_in()) == 0
    assert len(found_in(house)) == 0


@pytest.mark.parametrize(
    "points",
    [np.empty((0, 3)), np.full((4, 3), np.nan), np.array([[9.0, 0, 1]] * 10)],
    ids=["empty", "NaN", "ten points at one spot"],
)
def test_without_objects_there_is_no_candidate(points):
    found = find_candidates(points, sensor=SENSOR, categories=CATEGORIES)
    assert len(found) == len(found.cuboids) == len(found.scores) == 0


def test_most_actors_of_a_simulated_street_are_found():
    drive, labels = simulate_drive(seed=5, n_frames=2, n_actors=40, n_beams=64, n_columns=1200)
    instant = int(labels.tracks[0].timestamps_ns[0])
    points = points_at(drive, instant)
    place = (drive.trajectory.at(instant) @ drive.rig["LIDAR_TOP"].ego_from_sensor).translation
    found = find_candidates(points, sensor=place, categories=CATEGORIES)
    truth = Cuboids.concatenate([track.cuboids[track.timestamps_ns == instant] for track in labels.tracks])
    truth = truth[points_in_cuboids(points, truth).counts >= 60]
    apart = np.linalg.norm(truth.centers[:, None, :2] - found.cuboids.centers[None, :, :2], axis=2).min(axis=1)
    assert len(truth) >= 10
    assert (apart < 1.5).mean() > 0.8


def shape(longest, shortest, top, *, bottom=0.2, upper=0.5):
    return Shape((longest, shortest), bottom, top, upper)


@pytest.mark.parametrize(
    ("seen", "name"),
    [
        (shape(4.2, 1.7, 1.5), "car"),
        (shape(1.7, 0.3, 1.65), "cyclist"),
        (shape(1.8, 0.4, 1.4), "car"),
        (shape(1.7, 0.3, 1.65, upper=1.6), "car"),
        (shape(5.5, 2.0, 2.3), "van"),
        (shape(0.5, 0.4, 1.7), "pedestrian"),
        (shape(11.0, 2.8, 3.4), "bus"),
        (shape(20.0, 0.5, 1.5), None),
        (shape(4.0, 1.8, 5.0), None),
        (shape(0.4, 0.3, 0.5), None),
        (shape(0.5, 0.5, 1.9, bottom=1.5), None),
    ],
    ids=lambda value: str(value) if value is None or isinstance(value, str) else "",
)
def test_the_smallest_category_that_fits(seen, name):
    category = first_like(seen, smallest_first(CATEGORIES))
    assert (category and category.name) == name


def test_groups_that_are_not_recognised_are_split():
    row = np.column_stack([np.linspace(5, 15, 101), np.zeros(101), np.zeros(101)])
    two = np.delete(row, [50, 51], axis=0)  # a gap of 0.3 m

    def short(points):
        return lambda rows: "piece" if np.ptp(points[rows, 0]) < 6 else None

    groups = list(object_groups(two, recognise=short(two), fewest=5))
    assert [kind for _, kind in groups] == ["piece", "piece"]
    assert sorted(len(rows) for rows, _ in groups) == [49, 50]
    assert list(object_groups(row, recognise=short(row), fewest=5)) == []
