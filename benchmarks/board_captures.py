"""Camera and LiDAR from recorded pictures and clouds of a board, beside what their authors publish.

    python -m benchmarks.board_captures [--write]

Ten captures of acfr/cam_lidar_calibration. Their authors found thirty boards more, which are not used here: where they
saw the middles of these, by camera and by LiDAR, tells which pose is nearer. `--write` updates docs/calibration.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from benchmarks.calibration import DOCS
from benchmarks.kitti_interpolation import DATA as RECORDED
from benchmarks.report import write
from calib import Estimate
from calib.estimation.start import rigid_fit
from calib.estimation.tangent import difference
from calib.lenses.camera import calibrate_camera
from calib.lenses.session import described_camera, described_views
from calib.targets.session import Session
from calib.targets.solving import calibrate_session
from sensorann.formats.rigs import Intrinsics
from sensorann.formats.rigs.own import lens_members
from sensorann.geometry import Camera, Transform

FOLDER = RECORDED / "acfr_camlidar"
# Of each board they write 19 lines: by the camera its middle, normal and four corners, then the same by the LiDAR.
_LINES = 19
# Lines of the middles by camera and LiDAR, and of the normals.
_SEEN = (0, 6, 1, 7)


@dataclass(frozen=True, eq=False)
class Published:
    """What the authors publish: solutions, and the middles of all boards.

    solutions map points of the camera into the LiDAR's frame; by_camera and by_lidar (40, 3) are metres; the normals
    (40, 3) of the same boards point away from the sensors.
    """

    solutions: tuple[Transform, ...]
    by_camera: NDArray[np.float64]
    by_lidar: NDArray[np.float64]
    normals_by_camera: NDArray[np.float64]
    normals_by_lidar: NDArray[np.float64]

    @property
    def mean(self) -> Transform:
        turns = Rotation.from_matrix(np.stack([one.rotation for one in self.solutions]))
        return Transform(turns.mean().as_matrix(), np.mean([one.translation for one in self.solutions], axis=0))

    def scatter(self) -> NDArray[np.float64]:
        """Covariance (6, 6) of a solution about their mean."""
        return np.cov(np.stack([difference(one, self.mean) for one in self.solutions]), rowvar=False)


def read_published(folder: Path, name: str = "calibration_quickstart.csv") -> Published:
    """Angles of the solutions turn about fixed x, y, z."""
    rows = np.loadtxt(folder / name, delimiter=",", skiprows=1)
    turns = Rotation.from_euler("xyz", rows[:, :3]).as_matrix()
    lines = [line for line in (folder / "poses.csv").read_text("utf-8").splitlines() if line]
    seen = [np.array([line.split(",") for line in lines[first::_LINES]], np.float64) for first in _SEEN]
    middles, normals = [one / 1000 for one in seen[:2]], [_unit(one) for one in seen[2:]]
    away = [
        one * np.sign(np.sum(one * middle, axis=1, keepdims=True)) for one, middle in zip(normals, middles, strict=True)
    ]
    return Published(tuple(Transform(turn, row[3:]) for turn, row in zip(turns, rows, strict=True)), *middles, *away)


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="update docs/calibration.md")
    options = parser.parse_args()
    tables = {"boards": boards_table(FOLDER), "other boards": other_boards_table(FOLDER)}
    print("\n\n".join(tables.values()))
    if options.write:
        write(tables, DOCS)


LENSES = {"published": False, "of these pictures": True}


def boards_table(folder: Path) -> str:
    head = (
        "| lens | boards found | noise | off the published mean | our sigmas, largest | of their solutions "
        "| chi-square of what is between, 6 is usual | CPU time |"
    )
    rows = [boards_row(folder, name) for name in LENSES]
    return "\n".join([head, "|---|---|---|---|---|---|---|---|", *rows])


def boards_row(folder: Path, lens: str) -> str:
    begin = process_time()
    found = estimate_board_captures(folder, own_lens=LENSES[lens])
    seconds = process_time() - begin
    published = read_published(folder)
    degrees, metres = published_difference(found.target_from_source, folder)
    kept = f"{int(found.inliers.sum())} of {len(list((folder / 'images').iterdir()))}"
    scatter, between = published.scatter(), difference_chi2(found, published)
    return (
        f"| {lens} | {kept} | {found.noise_scale:.2f} x stated | {degrees:.2f} deg, {100 * metres:.1f} cm "
        f"| {largest(found.covariance)} | {largest(scatter)} | {between:.1f} | {seconds:.0f} s |"
    )


def difference_chi2(found: Estimate, published: Published) -> float:
    """Squared difference from the published mean, in units of our covariance and their scatter together."""
    off = difference(found.target_from_source, published.mean)
    return float(off @ np.linalg.solve(found.covariance + published.scatter(), off))


def largest(covariance: NDArray[np.float64]) -> str:
    sigmas = np.sqrt(np.diag(covariance))
    return f"{np.rad2deg(sigmas[:3].max()):.2f} deg, {100 * sigmas[3:].max():.1f} cm"


def other_boards_table(folder: Path) -> str:
    """How far each pose is off the published mean, and how far it images boards from where they are seen."""
    published, second = read_published(folder), read_published(folder, "calibration_2022-08-31_16-14-05.csv")
    poses = {f"ours, lens {name}": _pose_and_lens(folder, own) for name, own in LENSES.items()}
    poses |= {
        name: (pose, None)
        for name, pose in {
            "their 40 boards: all middles brought together": rigid_fit(published.by_camera, published.by_lidar),
            "their 40 boards: turned by normals, placed by middles": by_normals(published),
            "mean of their solutions": published.mean,
            "mean of the solutions of their second run": second.mean,
        }.items()
    }
    rows = [poses_row(name, [pose], folder, lens) for name, (pose, lens) in poses.items()]
    rows.append(poses_row("one of their solutions, median", published.solutions, folder))
    n_others = int(_others(folder).sum())
    head = f"| pose | off the mean of their solutions | middles of {n_others} boards that we did not use, off by |"
    return "\n".join([head, "|---|---|---|", *rows])


def poses_row(name: str, poses: Sequence[Transform], folder: Path, lens: Camera | None = None) -> str:
    offs = [published_difference(pose, folder) for pose in poses]
    degrees, metres = np.median(offs, axis=0)
    pixels = np.median([off_other_boards(folder, pose, lens) for pose in poses])
    return f"| {name} | {degrees:.2f} deg, {100 * metres:.1f} cm | {pixels:.1f} px |"


def by_normals(published: Published) -> Transform:
    """Turn the normals of all boards onto each other, then bring the mean of the middles together."""
    sides = published.normals_by_camera, published.normals_by_lidar
    rotation = rigid_fit(*(np.concatenate([side, -side]) for side in sides)).rotation
    return Transform(rotation, (published.by_lidar - published.by_camera @ rotation.T).mean(axis=0))


def off_other_boards(folder: Path, pose: Transform, lens: Camera | None = None) -> float:
    """Root mean square pixels between their middles as the LiDAR saw them, imaged, and as the camera saw them."""
    published, others = read_published(folder), _others(folder)
    published_lens = described_camera(_session(folder, published_camera(folder)))
    seen = published_lens.project(published.by_camera[others])
    pixels = (lens or published_lens).project(pose.inverse().apply(published.by_lidar[others]))
    return float(np.sqrt(((pixels - seen) ** 2).sum(axis=1).mean()))


def _others(folder: Path) -> NDArray[np.bool_]:
    names = {path.name for path in (folder / "images").iterdir()}
    n_boards = len(read_published(folder).by_camera)
    return np.array([f"pose{number + 1}.png" not in names for number in range(n_boards)])


def _pose_and_lens(folder: Path, own_lens: bool) -> tuple[Transform, Camera]:
    camera = own_camera(folder) if own_lens else published_camera(folder)
    found = calibrate_session(_session(folder, camera), "camera-lidar")
    return found.target_from_source, described_camera(_session(folder, camera))


def estimate_board_captures(folder: Path, *, own_lens: bool = False) -> Estimate:
    """Find the boards in the pictures and clouds of a folder, and where the camera sits."""
    camera = own_camera(folder) if own_lens else published_camera(folder)
    return calibrate_session(_session(folder, camera), "camera-lidar")


def published_difference(pose: Transform, folder: Path) -> tuple[float, float]:
    """Degrees and metres between a pose and the mean of the published solutions."""
    off = difference(pose, read_published(folder).mean)
    return float(np.rad2deg(np.linalg.norm(off[:3]))), float(np.linalg.norm(off[3:]))


def published_camera(folder: Path) -> dict:
    return {"lens": str(folder / "cfg" / "camera_info.yaml")}


def own_camera(folder: Path) -> dict:
    views = described_views(_session(folder, published_camera(folder)))[0]
    return lens_members(Intrinsics.of(calibrate_camera(views, model="fisheye", n_coefficients=4).camera))


def _session(folder: Path, camera: dict) -> Session:
    root = {
        "camera": camera,
        "images": {"folder": "images", "columns": 7, "rows": 5, "spacing_m": 0.095},
        "lidar": {"clouds": "pcd/*_full.pcd"},
        "board": {"columns_m": 0.85, "rows_m": 0.61},
    }
    return Session(folder / "session.toml", root)


if __name__ == "__main__":
    main()
