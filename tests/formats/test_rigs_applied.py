"""Calibrations put in place of a drive's own: who moves, who stays, and what does not fit."""

import numpy as np
import pytest

from sensorann.errors import ArgumentError, FormatError
from sensorann.formats import open_drive, read_rig_document
from sensorann.formats.rigs import EGO, Placement, RigDocument, recalibrated
from tests.builders import make_rig
from tests.formats.rig_files import TURNED, chain, lens


def test_a_pair_moves_its_source_and_leaves_the_target(tmp_path):
    rig = make_rig(radars=("RADAR_FRONT",))
    pair = RigDocument(placements=(Placement("RADAR_FRONT", "CAM_FRONT", TURNED),), lenses={})
    found = recalibrated(rig, pair, tmp_path)
    expected = rig["RADAR_FRONT"].ego_from_sensor @ TURNED
    np.testing.assert_allclose(found["CAM_FRONT"].ego_from_sensor.matrix, expected.matrix)
    for name in ("RADAR_FRONT", "LIDAR_TOP"):
        np.testing.assert_array_equal(found[name].ego_from_sensor.matrix, rig[name].ego_from_sensor.matrix)


def test_the_topmost_frame_stays_though_the_file_names_it_last(tmp_path):
    rig = make_rig(radars=("RADAR_FRONT",))
    upwards = RigDocument(
        placements=(Placement("LIDAR_TOP", "CAM_FRONT", TURNED), Placement("RADAR_FRONT", "LIDAR_TOP", TURNED)),
        lenses={},
    )
    assert upwards.frames == ("RADAR_FRONT", "LIDAR_TOP", "CAM_FRONT")
    found = recalibrated(rig, upwards, tmp_path)
    np.testing.assert_array_equal(
        found["RADAR_FRONT"].ego_from_sensor.matrix, rig["RADAR_FRONT"].ego_from_sensor.matrix
    )
    expected = rig["RADAR_FRONT"].ego_from_sensor @ TURNED @ TURNED
    np.testing.assert_allclose(found["CAM_FRONT"].ego_from_sensor.matrix, expected.matrix, atol=1e-12)


def test_frames_between_sensors_are_walked_through(tmp_path):
    rig = make_rig()
    over_mast = RigDocument(
        placements=(Placement(EGO, "mast", TURNED), Placement("mast", "LIDAR_TOP", TURNED)), lenses={}
    )
    found = recalibrated(rig, over_mast, tmp_path)
    np.testing.assert_allclose(found["LIDAR_TOP"].ego_from_sensor.matrix, (TURNED @ TURNED).matrix)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (RigDocument(placements=(Placement(EGO, "cam0", TURNED),), lenses={}), "sensors of the drive: LIDAR_TOP"),
        (RigDocument(lenses={"CAM_FRONT": lens()}), "1280 x 720 pixels, these have 640 x 480"),
        (RigDocument(lenses={"LIDAR_TOP": lens()}), "no lens for a lidar"),
        (RigDocument(placements=(Placement("mast", "CAM_FRONT", TURNED),), lenses={}), "another sensor"),
    ],
    ids=["other names", "pictures of another size", "a lens for a LiDAR", "joined to nothing"],
)
def test_a_calibration_that_does_not_fit_the_drive_is_refused(tmp_path, document, message):
    with pytest.raises(FormatError, match=message):
        recalibrated(make_rig(), document, tmp_path)


def test_frames_are_renamed_or_the_slip_is_named():
    renamed = chain().renamed({"CAM": "CAM_FRONT"})
    assert (renamed.frames, list(renamed.lenses)) == ((EGO, "LIDAR", "CAM_FRONT"), ["CAM_FRONT"])
    with pytest.raises(ArgumentError, match="no frame 'cam'"):
        chain().renamed({"cam": "x"})
    with pytest.raises(ArgumentError, match="the same name"):
        chain().renamed({"CAM": "LIDAR"})


@pytest.mark.real_data
def test_the_camera_of_the_recorded_boards_is_read(real_data):
    found = read_rig_document(real_data / "acfr_camlidar" / "cfg" / "camera_info.yaml").lenses["camera"]
    assert (found.model, found.size) == ("fisheye", (1920, 1208))
    np.testing.assert_array_equal(found.distortion, [-0.0540096, -0.0784275, 0.0959641, -0.0515253])


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("place", "file"),
    [
        ("kitti_tracking/training#0000", "kitti_tracking/training/calib/0000.txt"),
        ("pandaset_nuscenes", "pandaset_nuscenes/v1.0-pandaset/calibrated_sensor.json"),
    ],
    ids=["kitti", "nuscenes"],
)
def test_the_file_of_a_drive_calibrates_it_as_it_is(real_data, place, file):
    drive, found = open_drive(real_data / place), open_drive(real_data / place, rig=real_data / file)
    assert list(found.rig) == list(drive.rig)
    for name, sensor in drive.rig.items():
        np.testing.assert_allclose(found.rig[name].ego_from_sensor.matrix, sensor.ego_from_sensor.matrix, atol=1e-9)
        if sensor.camera is not None:
            np.testing.assert_array_equal(found.rig.camera(name).matrix, sensor.camera.matrix)
