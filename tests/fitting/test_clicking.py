import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.fitting import fit_at
from sensorann.scene import Sweep
from tests.builders import MemoryDrive, make_rig, make_trajectory
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


def test_a_point_in_the_world_needs_ego_poses(drive):
    time_ns = int(drive.trajectory.timestamps_ns[0])
    drive.times = dict.fromkeys(drive.rig, drive.trajectory.timestamps_ns)
    drive.trajectory = None
    with pytest.raises(ArgumentError, match="no ego poses"):
        fit_at(drive, timestamp_ns=time_ns, point=CENTERS_EGO[0], frame="world")


def test_a_sensor_that_is_no_lidar_is_refused(drive):
    with pytest.raises(ArgumentError, match="CAM_FRONT was asked for, there are: LIDAR_TOP"):
        fit_at(drive, timestamp_ns=int(drive.trajectory.timestamps_ns[0]), point=[0, 0, 0], lidar="CAM_FRONT")
