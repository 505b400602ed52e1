"""Files of calibrations for tests: a chain of frames and lenses, written in every format and read again."""

import math

import numpy as np

from sensorann.formats import read_rig_document, write_rig_document
from sensorann.formats.rigs import EGO, Intrinsics, Placement, RigDocument
from sensorann.geometry import Transform
from tests.builders import make_camera

TURNED = Transform.from_yaw(math.pi / 2, [1.0, 2.0, 3.0]) @ Transform(
    np.array([[1, 0, 0], [0, math.cos(0.3), -math.sin(0.3)], [0, math.sin(0.3), math.cos(0.3)]]), np.zeros(3)
)
W, X, Y, Z = TURNED.quaternion_wxyz.tolist()
FILES = {
    "sensorann": "rig.json",
    "nuscenes": "calibrated_sensor.json",
    "openlabel": "rig.json",
    "tf": "rig.json",
    "kalibr": "chain.yaml",
    "opencv": "lens.yaml",
    "camera-info": "front.yaml",
    "kitti": "0000.txt",
    "urdf": "rig.urdf",
}


def lens(**options) -> Intrinsics:
    return Intrinsics.of(make_camera(size=(1280, 720), focal=900.1, **options))


def chain() -> RigDocument:
    """Two cameras and a LiDAR, named as Kalibr and KITTI would, and one pose that is chained."""
    return RigDocument(
        placements=(Placement(EGO, "LIDAR", TURNED), Placement("LIDAR", "CAM", TURNED.inverse() @ TURNED.inverse())),
        lenses={"CAM": lens(distortion=(-0.1, 0.02, 0.001, -0.002))},
    )


def written(document, folder, name):
    path = folder / FILES[name]
    assert write_rig_document(document, path, to=name) == name
    return read_rig_document(path)


def assert_same_poses(found, expected, *, frames):
    for target, source in frames:
        np.testing.assert_allclose(
            found.transform(target, source).matrix, expected.transform(target, source).matrix, rtol=0, atol=1e-12
        )
