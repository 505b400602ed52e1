"""Scans of a radar beside pictures and clouds of boards that carry a reflector: files, and the tables of sessions."""

import numpy as np

from calib.estimation.tangent import moved
from sensorann.formats import pack
from sensorann.formats.points.pcd import write_pcd
from sensorann.geometry import Transform
from sensorann.scene import Rig, Sensor, Sweep
from tests.builders import START_NS, MemoryDrive
from tests.calib.board_captures import BOARD, CAMERA, LIDAR_FROM_CAMERA, write_captures
from tests.calib.board_sweeps import SIZE

DEPTH = 0.1
RADAR_FROM_LIDAR = Transform.from_yaw(0.05, [-1.0, 0.1, 0.5])
# What a tape says of the mounting.
TAPED = moved(RADAR_FROM_LIDAR, [0.01, -0.01, 0.015, 0.03, -0.03, 0.02])
RADAR = "sigma_range_m = 0.02\nsigma_azimuth_deg = 0.25\n"
IMAGES = f"[images]\ncolumns = {BOARD.columns}\nrows = {BOARD.rows}\nspacing_m = {BOARD.spacing}\n"
SIZES = f"[board]\nreflector_depth_m = {DEPTH}\ncolumns_m = {SIZE[0]}\nrows_m = {SIZE[1]}\n"
SOURCES = {
    "camera": f"[camera]\nmatrix = {CAMERA.matrix.tolist()}\nsize_px = {list(CAMERA.size)}\n"
    f'{IMAGES}folder = "pictures"\n',
    "lidar": '[lidar]\nclouds = "clouds/*_full.pcd"\n',
}
YARD = (
    f'[drive]\npath = "yard.drive.h5"\n[camera]\nname = "FRONT"\n[lidar]\nname = "ROOF"\n{IMAGES}{SIZES}'
    f'[radar]\nname = "RADAR"\n{RADAR}'
)
SCANS = f'[radar]\nclouds = "radar/*.pcd"\n{RADAR}'


def make_scan(board: Transform, seed: int) -> dict[str, np.ndarray]:
    """Returns of the reflector, of weaker things around it, and of a truck far from it, in the radar's plane."""
    rng = np.random.default_rng(seed)
    reflector = (RADAR_FROM_LIDAR @ board).apply([0.0, 0.0, DEPTH])
    distance, azimuth = np.linalg.norm(reflector), np.arctan2(reflector[1], reflector[0])
    ranges = np.array([distance + rng.normal(0, 0.02), distance + 0.5, distance - 0.4, distance + 20])
    azimuths = azimuth + np.array([rng.normal(0, np.deg2rad(0.25)), 0.1, -0.15, 0.0])
    x, y = ranges * np.cos(azimuths), ranges * np.sin(azimuths)
    columns = {"x": x, "y": y, "z": np.zeros(4), "rcs": np.array([18.0, 4.0, 7.0, 30.0])}
    return {name: column.astype(np.float32) for name, column in columns.items()}


def taped(source: str) -> str:
    """The table of a prior: where a camera or LiDAR sits in the frame of the radar."""
    pose = TAPED if source == "lidar" else TAPED @ LIDAR_FROM_CAMERA
    return (
        f"[prior]\nrotation_wxyz = {pose.quaternion_wxyz.tolist()}\ntranslation_m = {pose.translation.tolist()}\n"
        "sigma_deg = 1.0\nsigma_m = 0.05\n"
    )


def write_radar_captures(folder, captures) -> None:
    """Pictures and clouds of boards, and scans of a radar beside them."""
    write_captures(folder, captures)
    (folder / "radar").mkdir()
    for i, (board, *_) in enumerate(captures):
        write_pcd(folder / "radar" / f"{i}.pcd", make_scan(board, i))


def write_yard(folder, captures) -> None:
    """The same captures as a drive, yard.drive.h5, whose rig is what a tape says."""
    ego_from_radar = Transform.from_yaw(0.0, [3.5, 0.0, 0.5])
    poses = {
        "RADAR": ego_from_radar,
        "ROOF": ego_from_radar @ TAPED,
        "FRONT": ego_from_radar @ TAPED @ LIDAR_FROM_CAMERA,
    }
    kinds = {"RADAR": "radar", "ROOF": "lidar", "FRONT": "camera"}
    rig = Rig(
        tuple(
            Sensor(name=name, kind=kind, ego_from_sensor=poses[name], camera=CAMERA if kind == "camera" else None)
            for name, kind in kinds.items()
        )
    )
    times = START_NS + 1_000_000_000 * np.arange(len(captures), dtype=np.int64)
    sweeps: dict[str, list[Sweep]] = {"ROOF": [], "RADAR": []}
    for i, (time, (board, _, points, rings)) in enumerate(zip(times.tolist(), captures, strict=True)):
        scan = make_scan(board, i)
        returns = np.stack([scan.pop(axis) for axis in "xyz"], axis=1)
        for name, cloud, fields in (("ROOF", points.astype(np.float32), {"ring": rings}), ("RADAR", returns, scan)):
            sweeps[name].append(Sweep(sensor=name, timestamp_ns=time, points=cloud, fields=fields))
    pictures = [(folder / "pictures" / f"{i}.png").read_bytes() for i in range(len(captures))]
    drive = MemoryDrive(
        rig=rig, trajectory=None, times=dict.fromkeys(kinds, times), sweeps=sweeps, images={"FRONT": pictures}
    )
    pack(drive, folder / "yard.drive.h5")
