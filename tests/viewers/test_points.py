"""The points of a frame: merged sweeps, what their colors tell, which are shown, and what is drawn around them."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from sensorann.errors import MissingDataError
from sensorann.images import track_color
from sensorann.scene import Source, Sweep
from sensorann.tracks import surgery
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_labels, make_rig, make_track
from viewers import open_session, surroundings
from viewers.coloring import colors_of, filtered, height_colors
from viewers.looks import Coloring, PointFilter
from viewers.points import Cloud, cloud_at, merged_cloud

N, SPEED = 5, 8.0
LIDAR = make_rig().of_kind("lidar")[0]
BODY = np.random.default_rng(1).uniform([-2.0, -0.8, -0.6], [2.0, 0.8, 0.6], (40, 3))
WALL = np.random.default_rng(2).uniform([10.0, 10.0, 0.0], [20.0, 10.2, 3.0], (60, 3))


def moving_car(*, n=N):
    centers = np.column_stack([15 + SPEED * FRAME_NS * 1e-9 * np.arange(n), np.zeros(n), np.full(n, 0.75)])
    return make_track(n=n, centers=centers, yaws=np.full(n, 0.4))


def sweeps_of(car, trajectory) -> list[Sweep]:
    """The car's body and a wall, as a LiDAR on the vehicle sees them."""
    sweeps = []
    for row, instant in enumerate(car.timestamps_ns.tolist()):
        world = np.concatenate([car.cuboids.record(row).frame_from_cuboid.apply(BODY), WALL])
        lidar_from_world = (trajectory.at(instant) @ LIDAR.ego_from_sensor).inverse()
        points = lidar_from_world.apply(world).astype(np.float32)
        fields = {"intensity": np.linspace(0, 255, len(points)).astype(np.float32)}
        sweeps.append(Sweep(sensor=LIDAR.name, timestamp_ns=instant, points=points, fields=fields))
    return sweeps


def recorded(**parts) -> MemoryDrive:
    car, empty = moving_car(), MemoryDrive()
    sweeps = {LIDAR.name: sweeps_of(car, empty.trajectory)}
    return replace(empty, sweeps=sweeps, times={LIDAR.name: car.timestamps_ns}, **parts)


@pytest.fixture
def street(store):
    """A session on a moving car and a wall, in five frames."""
    store.import_labels(make_labels(moving_car()), drive="memory")
    session = open_session(recorded(), store)
    session.go_to(2)
    yield session
    session.close()


def in_world(session, cloud: Cloud) -> np.ndarray:
    return session.frame_from_ego(session.timestamp_ns).apply(cloud.points)


def test_merged_sweeps_are_sharp_where_it_stands_and_where_it_moves(street):
    one, merged = cloud_at(street, street.timestamp_ns), merged_cloud(street, 2, 5)
    assert len(merged.points) == N * len(one.points)
    expected = np.tile(in_world(street, one), (N, 1))
    np.testing.assert_allclose(in_world(street, merged), expected, atol=1e-3)
    assert sorted(set(np.round(merged.ages, 3))) == pytest.approx([-0.2, -0.1, 0.0, 0.1, 0.2])


def test_without_a_box_in_this_frame_a_moving_object_is_smeared(street):
    street.commit(surgery.delete_span(street.labels, "1", span=(street.timestamp_ns,) * 2), "delete")
    car = in_world(street, merged_cloud(street, 2, 5)).reshape(N, -1, 3)[:, : len(BODY)]
    np.testing.assert_allclose(np.diff(car.mean(axis=1)[:, 0]), SPEED * FRAME_NS * 1e-9, atol=1e-3)


def test_at_the_ends_of_the_drive_and_where_sweeps_are_missing_fewer_are_merged(street, monkeypatch):
    n_points = len(cloud_at(street, street.timestamp_ns).points)
    assert len(merged_cloud(street, 0, 5).points) == 3 * n_points
    read = street.drive.sweep

    def missing_first(sensor, index):
        if index == 0:
            raise MissingDataError("gone")
        return read(sensor, index)

    monkeypatch.setattr(street.drive, "sweep", missing_first)
    assert len(merged_cloud(street, 1, 3).points) == 2 * n_points
    with pytest.raises(MissingDataError):
        merged_cloud(street, 0, 3)


def colored(session, coloring: Coloring, cloud: Cloud) -> np.ndarray:
    session.looks = replace(session.looks, coloring=coloring)
    colors = colors_of(session, cloud)
    assert colors.shape == cloud.points.shape
    assert colors.dtype == np.float32
    return colors


def test_colors_tell_the_object_its_age_its_intensity_and_its_lidar(street):
    cloud = merged_cloud(street, 2, 3)
    of_object = colored(street, Coloring.OBJECT, cloud)
    own = np.array(track_color("1")[::-1]) / 255
    np.testing.assert_allclose(of_object[: len(BODY)], np.tile(own, (len(BODY), 1)), atol=1e-6)
    assert np.ptp(of_object[len(BODY) : len(BODY) + len(WALL)]) == 0.0
    of_age = colored(street, Coloring.AGE, cloud)
    assert len(np.unique(of_age, axis=0)) == 3
    of_intensity = colored(street, Coloring.INTENSITY, cloud)
    assert (of_intensity[0] != of_intensity[99]).any()
    no_intensity = replace(cloud, intensities=np.full(len(cloud.points), np.nan, np.float32))
    assert len(np.unique(colored(street, Coloring.INTENSITY, no_intensity), axis=0)) == 1
    two_lidars = replace(cloud, lidars=(np.arange(len(cloud.points)) % 2).astype(np.uint8))
    assert len(np.unique(colored(street, Coloring.LIDAR, two_lidars), axis=0)) == 2
    np.testing.assert_array_equal(colored(street, Coloring.HEIGHT, cloud), height_colors(cloud.points[:, 2]))
    assert len(colored(street, Coloring.OBJECT, Cloud.joined([]))) == 0


def test_colors_of_the_camera_are_those_of_its_picture_where_it_sees_the_point(street):
    camera = street.drive.rig.of_kind("camera")[0]
    _, png = cv2.imencode(".png", np.full((*camera.camera.size[::-1], 3), (200, 100, 50), np.uint8))
    drive = recorded(images={camera.name: [png.tobytes()] * 20})
    with_pictures = open_session(drive, street.store, name="memory")
    cloud = cloud_at(with_pictures, with_pictures.timestamp_ns)
    colors = colored(with_pictures, Coloring.CAMERA, cloud)
    np.testing.assert_allclose(colors[: len(BODY)], np.tile(np.array([50, 100, 200]) / 255, (40, 1)), atol=1e-6)
    blind = colored(street, Coloring.CAMERA, cloud)
    assert len(np.unique(blind, axis=0)) == 1
    with_pictures.close()


def test_heights_are_colored_above_the_ground_wherever_that_is():
    heights = np.concatenate([np.full(90, -1.7), np.linspace(0, 5, 10)]).astype(np.float32)
    np.testing.assert_allclose(height_colors(heights), height_colors(heights + np.float32(100)), atol=1e-6)
    assert (height_colors(heights)[0] != height_colors(heights)[-1]).any()


@pytest.mark.parametrize(
    ("wanted", "n_points"),
    [(PointFilter.ALL, 100), (PointFilter.INSIDE, 40), (PointFilter.OUTSIDE, 60)],
    ids=lambda value: value.value if isinstance(value, PointFilter) else "",
)
def test_points_in_boxes_and_outside_of_them(street, wanted, n_points):
    street.looks = replace(street.looks, point_filter=wanted)
    assert len(filtered(street, cloud_at(street, street.timestamp_ns)).points) == n_points
    street.hidden = frozenset({"1"})
    n_hidden = {PointFilter.ALL: 100, PointFilter.INSIDE: 0, PointFilter.OUTSIDE: 100}[wanted]
    assert len(filtered(street, cloud_at(street, street.timestamp_ns)).points) == n_hidden


def test_rings_are_round_and_a_halo_is_as_wide_as_the_doubt(street):
    rings = surroundings.rings(-1.7)
    radii = np.hypot(*rings.starts[:, :2].T)
    assert np.isclose(radii, 50.0).sum() >= 90
    assert (rings.starts[:, 2] == -1.7).all()
    assert len(surroundings.halo(street).starts) == 0  # a person placed the box
    computed = surgery.set_source(street.labels, "1", timestamp_ns=street.timestamp_ns, source=Source.INTERPOLATED)
    sigmas = computed.track("1").sigmas.copy()
    sigmas[2, :2] = 0.3, 0.4
    track = replace(computed.track("1"), sigmas=sigmas)
    street.commit(surgery.with_tracks(computed, {"1": (track,)}), "test")
    halo, box = surroundings.halo(street), street.box_here("1")
    local = box.frame_from_cuboid.inverse().apply(halo.starts)
    np.testing.assert_allclose(np.abs(local[:, 0]), box.size[0] / 2 + 2 * 0.5)
    np.testing.assert_allclose(local[:, 2], -box.size[2] / 2)


@pytest.mark.parametrize(
    ("fields", "velocity"),
    [
        ({"vx_comp": [3.0, -2.0], "vy_comp": [0.0, -1.0]}, [[3, 0, 0], [-2, -1, 0]]),
        ({"doppler": [4.0, -4.0]}, [[4, 0, 0], [0, -4, 0]]),
        ({}, [[0, 0, 0], [0, 0, 0]]),
    ],
    ids=["over ground", "along the ray", "no speed"],
)
def test_radar_returns_have_arrows_as_long_as_their_speed(store, fields, velocity):
    rig = make_rig(radars=("RADAR",))
    points = np.array([[20, 0, 0], [0, 10, 0]], np.float32)
    columns = {name: np.array(values, np.float32) for name, values in fields.items()}
    scan = Sweep(sensor="RADAR", timestamp_ns=START_NS, points=points, fields=columns)
    session = open_session(MemoryDrive(rig=rig, sweeps={"RADAR": [scan] * 20}), store)
    drawn = surroundings.radar(session)
    ego_from_radar = rig["RADAR"].ego_from_sensor
    np.testing.assert_allclose(drawn.starts[:2], ego_from_radar.apply(points), atol=1e-9)
    np.testing.assert_allclose(drawn.ends[2:] - drawn.starts[2:], 0.5 * ego_from_radar.rotate(velocity), atol=1e-6)
    assert (drawn.colors[0] != drawn.colors[1]).any() == bool(fields)
    session.close()


def test_a_radar_without_a_scan_at_the_frame_draws_nothing(store):
    session = open_session(MemoryDrive(rig=make_rig(radars=("RADAR",))), store)
    assert len(surroundings.radar(session).starts) == 0
    session.close()


def test_what_is_measured_is_a_line(street):
    street.clicks = (np.zeros(3), np.array([1.0, 2, 3]))
    np.testing.assert_array_equal(surroundings.measured(street).ends, [[1, 2, 3]])
    street.clicks = ()
    assert len(surroundings.measured(street).starts) == 0
