"""Boxes that are labelled both in space and in a picture, as a camera's calibration joins them."""

from __future__ import annotations

import numpy as np

from calib.drift.finding import Pairs
from calib.estimation.tangent import cross_matrices
from calib.lenses.models import lens_parameters, project_with_derivatives
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.geometry import Camera, Transforms
from sensorann.scene import Drive, ImageTrack, Labels, Track

# A box that touches the border of the picture has lost its middle.
_MARGIN_PX = 5.0
# Pixels move evenly over less than this.
_LONGEST_GAP_S = 0.6


def labelled_pairs(drive: Drive, labels: Labels, camera_name: str) -> Pairs:
    """Pair the cuboids and the picture's boxes of the same objects at the same instants.

    Raises
    ------
    CalibrationError
        When the sensor is no camera, or the labels lie in the world and the drive has no ego poses.
    """
    sensor = drive.rig[camera_name]
    if sensor.camera is None:
        raise CalibrationError(f"{camera_name} is a {sensor.kind}: name a camera")
    tracks = {track.id: track for track in labels.tracks}
    parts, names = [], []
    for pictured in labels.image_tracks:
        if pictured.camera != camera_name or pictured.id not in tracks:
            continue
        part = _pairs_of(drive, tracks[pictured.id], pictured, sensor.camera)
        if len(part[0]):
            parts.append(part)
            names.append(pictured.id)
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else _NO_PAIRS
    counts = [len(part[0]) for part in parts]
    return Pairs(
        residuals=columns[0],
        by_pose=columns[1],
        pixel_velocities=columns[2],
        pixels_per_metre=columns[3],
        objects=np.repeat(np.arange(len(parts)), counts),
        names=tuple(names),
    )


_NO_PAIRS = [np.zeros((0, 2)), np.zeros((0, 2, 6)), np.zeros((0, 2)), np.zeros(0)]


def _pairs_of(
    drive: Drive, track: Track, pictured: ImageTrack, camera: Camera
) -> tuple[Floats, Floats, Floats, Floats]:
    """Residuals, derivatives, pixel velocities and scales of one object; the columns of `Pairs`."""
    common, rows, pictured_rows = np.intersect1d(track.timestamps_ns, pictured.timestamps_ns, return_indices=True)
    camera_from_frame = _camera_from_frame(drive, track, pictured.camera, common)
    corners = track.cuboids[rows].corners()
    centers = camera_from_frame.apply(track.cuboids[rows].centers)
    projected = np.stack([_rectangle(camera, camera_from_frame, corners[:, k]) for k in range(8)])
    predicted = np.concatenate([projected.min(axis=0), projected.max(axis=0)], axis=1)
    boxes = pictured.boxes[pictured_rows]
    middles = (predicted[:, :2] + predicted[:, 2:]) / 2
    velocities = _velocities(common, middles)
    usable = _whole(predicted, camera) & _whole(boxes, camera) & np.isfinite(velocities).all(axis=1)
    _, by_points, _ = project_with_derivatives(centers[usable], lens_parameters(camera), model=camera.model)
    return (
        ((boxes[:, :2] + boxes[:, 2:]) / 2 - middles)[usable],
        np.concatenate([-by_points @ cross_matrices(centers[usable]), by_points], axis=2),
        velocities[usable],
        camera.matrix[0, 0] / centers[usable, 2],
    )


def _camera_from_frame(drive: Drive, track: Track, camera: str, timestamps_ns: np.ndarray) -> Transforms:
    camera_from_ego = drive.rig[camera].ego_from_sensor.inverse()
    if track.cuboids.frame == "ego":
        n = len(timestamps_ns)
        return Transforms(np.tile(camera_from_ego.rotation, (n, 1, 1)), np.tile(camera_from_ego.translation, (n, 1)))
    if drive.trajectory is None:
        raise CalibrationError(f"{drive.name} has no ego poses to carry labels from the world into {camera}")
    return camera_from_ego @ drive.trajectory.sample(timestamps_ns).inverse()


def _rectangle(camera: Camera, camera_from_frame: Transforms, points: Floats) -> Floats:
    """Pixels (N, 2) of one corner of each cuboid; NaN behind the camera."""
    return camera.project(camera_from_frame.apply(points))


def _whole(boxes: Floats, camera: Camera) -> np.ndarray:
    """Tell which boxes (N, 4) lie in the picture with a margin; NaN never does."""
    width, height = camera.size
    inside = (boxes[:, :2] > _MARGIN_PX).all(axis=1)
    return np.asarray(inside & (boxes[:, 2] < width - 1 - _MARGIN_PX) & (boxes[:, 3] < height - 1 - _MARGIN_PX))


def _velocities(timestamps_ns: np.ndarray, middles: Floats) -> Floats:
    """Pixels per second (N, 2) of a path, from the instants before and after; NaN across gaps and for single boxes."""
    n = len(timestamps_ns)
    before, after = np.maximum(np.arange(n) - 1, 0), np.minimum(np.arange(n) + 1, n - 1)
    seconds = 1e-9 * (timestamps_ns[after] - timestamps_ns[before])
    near = (seconds > 0) & (seconds < _LONGEST_GAP_S)
    moves = middles[after] - middles[before]
    return np.where(near[:, None], moves / np.where(near, seconds, 1.0)[:, None], np.nan)
