"""2D boxes of a drive's labels as a camera would be labelled that has turned, or whose pictures are late."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from calib.estimation.tangent import rotation_from_vector
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.geometry import Cuboids, Transform
from sensorann.scene import Drive, ImageTrack, Labels, Source, Track, sources_of

_LEAST_PX = 8.0


def pictured(
    drive: Drive,
    labels: Labels,
    camera_name: str,
    *,
    rng: np.random.Generator,
    turn: Floats | None = None,
    delay: float = 0.0,
    noise_px: float = 3.0,
) -> Labels:
    """Draw the boxes of all tracks into the pictures of one camera.

    Parameters
    ----------
    drive : with ego poses
    labels : tracks in the world
    camera_name : of the rig
    rng : of the noise
    turn : (3,) radians by which the camera has turned about its own axes since the rig was written
    delay : seconds by which its pictures are later than their stamps
    noise_px : of the middle of each object's boxes, the same for all of them, as a person's habit is

    Raises
    ------
    CalibrationError
        When the drive has no ego poses.
    """
    trajectory, sensor = drive.trajectory, drive.rig[camera_name]
    if trajectory is None:
        raise CalibrationError(f"{drive.name} has no ego poses")
    camera = drive.rig.camera(camera_name)
    knocked = Transform(rotation_from_vector(np.zeros(3) if turn is None else -turn), np.zeros(3))
    late_ns = round(delay * 1e9)
    tracks = []
    for track in labels.tracks:
        seen_ns = track.timestamps_ns + late_ns
        rows = np.flatnonzero((seen_ns <= track.timestamps_ns[-1]) & trajectory.covers(seen_ns))
        if len(rows) < 2:
            continue
        camera_from_world = (trajectory.sample(seen_ns[rows]) @ (sensor.ego_from_sensor @ knocked)).inverse()
        corners = _moved(track, seen_ns[rows], rows).corners()
        pixels = np.stack([camera.project(camera_from_world.apply(corners[:, k])) for k in range(8)], axis=1)
        boxes = np.concatenate([pixels.min(axis=1), pixels.max(axis=1)], axis=1)
        boxes = boxes + np.tile(noise_px * rng.normal(size=2), 2)
        whole = np.isfinite(boxes).all(axis=1) & (boxes[:, 2:] - boxes[:, :2] > _LEAST_PX).all(axis=1)
        whole &= (boxes[:, 0] > 0) & (boxes[:, 2] < camera.size[0] - 1)
        if whole.any():
            tracks.append(
                ImageTrack(
                    id=track.id,
                    camera=camera_name,
                    category=track.category,
                    timestamps_ns=track.timestamps_ns[rows[whole]],
                    boxes=boxes[whole],
                    sources=sources_of(int(whole.sum()), Source.HUMAN),
                )
            )
    return replace(labels, image_tracks=tuple(tracks))


def _moved(track: Track, times_ns: np.ndarray, rows: np.ndarray) -> Cuboids:
    """Cuboids of a track at other instants: between its own they move evenly."""
    own, start = track.timestamps_ns, track.timestamps_ns[0]
    seconds, wanted = 1e-9 * (own - start), 1e-9 * (times_ns - start)
    centers = np.stack([np.interp(wanted, seconds, column) for column in track.cuboids.centers.T], axis=1)
    return replace(track.cuboids[rows], centers=centers)
