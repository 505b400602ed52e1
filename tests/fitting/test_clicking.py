import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.fitting import fit_at
from sensorann.scene import Sweep
from tests.builders import MemoryDrive, make_rig, make_track, make_trajectory
from tests.fitting.clouds import ground, visible_faces

SIZE = (4.4, 1.8, 1.5)
CENTERS_EGO = ([12.0, 5.0, 0.75], [9.0, 5.0, 0.75])


@pytest.fixture
def drive():
    """Two sweeps; the car comes three metres nearer between them."""
    rig, trajectory = make_rig(), make_trajectory(n=2, origin=(500_000.0, 5_400_000.0, 100.0))
    ego_from_lidar = rig["LIDAR_TOP"].ego_from_sensor
    sweeps = []
    for center, time_ns in zip(CENTERS_EGO, trajectory.timestamps_ns, strict=True):
        faces = visible_faces(np.array(center), SIZE, 0.9, sensor=ego_from_lidar.translation)
        points = ego_from_lidar.inverse().apply(np.concatenate([ground(), faces]))
        sweeps.append(Sweep(sensor="LIDAR_TOP", timestamp_ns=int(time_ns), points=points))
    return MemoryDrive(rig=rig, trajectory=trajectory, sweeps={"LIDAR_TOP": sweeps})


@pytest.mark.parametrize("index", [0, 1])
def test_the_nearest_sweep_is_taken_and_its_own_instant_and_pose_used(drive, index):
    time_ns = int(drive.trajectory.timestamps_ns[index])
    click = np.array(CENTERS_EGO[index]) - [1.4, 1.7, 0.0]
    found = fit_at(drive, timestamp_ns=time_ns + 20_000_000 * (1 - 2 * index), point=click, size=SIZE)
    assert (found.lidar, found.timestamp_ns) == ("LIDAR_TOP", time_ns)
    assert found.proposal.cuboid.frame == "world"
    expected = drive.trajectory.at(time_ns).apply(CENTERS_EGO[index])
    np.testing.assert_allclose(found.proposal.cuboid.center, expected, atol=0.2)


def test_an_instant_far_from_all_sweeps_is_refused(drive):
    time_ns = int(drive.trajectory.timestamps_ns[0]) - 3_000_000_000
    with pytest.raises(ArgumentError, match=r"LIDAR_TOP has nothing within 1.0 s of .* 3.000 s away"):
        fit_at(drive, timestamp_ns=time_ns, point=CENTERS_EGO[0])


def test_a_standing_car_is_where_it_stands_though_the_vehicle_drove_on_while_it_was_scanned():
    rig, trajectory = make_rig(), make_trajectory(n=5, speed=20.0, yaw_rate=0.0)
    time_ns, ego_from_lidar = int(trajectory.timestamps_ns[2]), rig["LIDAR_TOP"].ego_from_sensor
    center, early_ns = np.array([12.0, 5.0, 0.75]), -40_000_000
    cloud = np.concatenate([ground(), visible_faces(center, SIZE, 0.9, sensor=ego_from_lidar.translation)])
    in_world = trajectory.at(time_ns).apply(cloud)
    measured = (trajectory.at(time_ns + early_ns) @ ego_from_lidar).inverse().apply(in_world)
    offsets = {"time_offset_ns": np.full(len(measured), early_ns, np.int64)}
    sweep = Sweep(sensor="LIDAR_TOP", timestamp_ns=time_ns, points=measured, fields=offsets)
    times = {"LIDAR_TOP": trajectory.timestamps_ns[2:3]}
    drive = MemoryDrive(rig=rig, trajectory=trajectory, times=times, sweeps={"LIDAR_TOP": [sweep]})
    found = fit_at(drive, timestamp_ns=time_ns, point=center - [1.4, 1.7, 0.0], size=SIZE)
    np.testing.assert_allclose(found.proposal.cuboid.center, trajectory.at(time_ns).apply(center), atol=0.2)


def test_a_point_in_the_world_needs_ego_poses(drive):
    time_ns = int(drive.trajectory.timestamps_ns[0])
    drive.times = dict.fromkeys(drive.rig, drive.trajectory.timestamps_ns)
    drive.trajectory = None
    with pytest.raises(ArgumentError, match="no ego poses"):
        fit_at(drive, timestamp_ns=time_ns, point=CENTERS_EGO[0], frame="world")


def test_a_sensor_that_is_no_lidar_is_refused(drive):
    with pytest.raises(ArgumentError, match="CAM_FRONT was asked for, there are: LIDAR_TOP"):
        fit_at(drive, timestamp_ns=int(drive.trajectory.timestamps_ns[0]), point=[0, 0, 0], lidar="CAM_FRONT")


def facing(drive, **options):
    time_ns = int(drive.trajectory.timestamps_ns[1])
    click = np.array(CENTERS_EGO[1]) - [1.4, 1.7, 0.0]
    return fit_at(drive, timestamp_ns=time_ns, point=click, **options).proposal


def expected_yaw(drive):
    return 0.9 + drive.trajectory.at(int(drive.trajectory.timestamps_ns[1])).yaw


def off_deg(proposal, yaw):
    return abs((np.degrees(proposal.cuboid.yaw - yaw) + 180) % 360 - 180)


@pytest.mark.parametrize("front", [0.0, np.pi], ids=["ahead", "back"])
def test_a_stroke_says_where_the_object_faces(drive, front):
    start = np.array(CENTERS_EGO[1]) - [1.4, 1.7, 0.0]
    toward = start + 3 * np.array([np.cos(0.9 + front), np.sin(0.9 + front), 0.0])
    found = facing(drive, toward=toward)
    assert off_deg(found, expected_yaw(drive) + front) < 2
    assert found.heading.half_turn_probability < 0.02


@pytest.mark.parametrize("front", [0.0, np.pi], ids=["ahead", "back"])
def test_keyframes_of_the_object_say_where_it_faces(drive, front):
    yaw = expected_yaw(drive) + front
    center = drive.trajectory.at(int(drive.trajectory.timestamps_ns[1])).apply(CENTERS_EGO[1])
    later = int(drive.trajectory.timestamps_ns[1]) + 1_000_000_000
    track = make_track(timestamps_ns=[later], centers=center[None], yaws=[yaw])
    found = facing(drive, track=track)
    assert off_deg(found, yaw) < 2
    assert found.heading.half_turn_probability < 0.03


@pytest.mark.parametrize("front", [0.0, np.pi], ids=["ahead", "back"])
def test_a_radar_tells_the_front_of_a_moving_object(drive, front):
    drive.rig = make_rig(radars=("RADAR",))
    radar, time_ns = drive.rig["RADAR"], int(drive.trajectory.timestamps_ns[1])
    points = radar.ego_from_sensor.inverse().apply([CENTERS_EGO[1], np.add(CENTERS_EGO[1], [0.3, 0.2, 0])])
    away = points[:, :2] / np.linalg.norm(points[:, :2], axis=1, keepdims=True)
    velocity = 8 * np.array([np.cos(0.9 + front), np.sin(0.9 + front)])
    shown = (away @ velocity)[:, None] * away
    fields = {"vx_comp": shown[:, 0], "vy_comp": shown[:, 1]}
    scan = Sweep(sensor="RADAR", timestamp_ns=time_ns, points=points.astype(np.float32), fields=fields)
    drive.sweeps["RADAR"], drive.times = [scan], {"RADAR": np.array([time_ns])}
    found = facing(drive)
    assert off_deg(found, expected_yaw(drive) + front) < 2
    assert found.heading.half_turn_probability < 0.1
