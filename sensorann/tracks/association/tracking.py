"""Detections of a whole drive into tracks."""

from __future__ import annotations

import logging

import numpy as np

from sensorann.errors import ArgumentError
from sensorann.scene import Detections, Drive, Labels, Track, check_drive, frame_timestamps_ns
from sensorann.tracks.association.finishing import finished_tracks
from sensorann.tracks.association.offline import offline_tracks
from sensorann.tracks.association.tuning import TUNINGS

_log = logging.getLogger(__name__)


def track(detections: Detections, drive: Drive, *, min_score: float | None = None, min_detections: int = 3) -> Labels:
    """Join the detections of a drive to tracks, smoothed in the world frame.

    Each category is tracked by itself: two-stage association with a constant-velocity filter in both directions of
    time, pieces joined across occlusions, then one size, one score and one smooth path for each track.
    The same detections give the same tracks bit for bit.

    Parameters
    ----------
    detections : of the drive, in the world frame, or in the ego frame where it has no ego poses
    drive : only its name, its frames and whether it has ego poses are used
    min_score : tracks with a lower score are left out; None keeps all
    min_detections : tracks of fewer detections are left out

    Returns
    -------
    Labels
        Tracks with the attribute ``score``; boxes at detections have the source ``detected``, those between them
        ``interpolated``; all have sigmas.

    Raises
    ------
    ArgumentError
        When an option is out of range, or detections in the ego frame meet a drive with ego poses, or the reverse.
    """
    check_drive(drive)
    if min_detections < 1:
        raise ArgumentError(f"min_detections must be a number of detections, 1 or more, got {min_detections}")
    if min_score is not None and not np.isfinite(min_score):
        raise ArgumentError(f"min_score must be finite, got {min_score}")
    frame = "ego" if drive.trajectory is None else "world"
    if len(detections) and detections.cuboids.frame != frame:
        raise ArgumentError(
            f"detections of drive {drive.name} must be in the {frame} frame, got {detections.cuboids.frame!r}"
        )
    if frame == "ego":
        _log.warning("drive %s has no ego poses: objects are tracked in the frame of the moving vehicle", drive.name)
    tracks: list[Track] = []
    for category in sorted(set(detections.categories)):
        chosen = np.array([name == category for name in detections.categories], np.bool_)
        tracks += _track_category(detections[chosen], drive, min_detections=min_detections, first_id=len(tracks))
    kept = tuple(item for item in tracks if min_score is None or float(item.attributes["score"]) >= min_score)
    return Labels(drive_name=drive.name, frame=frame, tracks=kept, ontology=detections.ontology)


def _track_category(detections: Detections, drive: Drive, *, min_detections: int, first_id: int) -> list[Track]:
    # By time, then by score: a tie between equal costs does not depend on the order in the file.
    detections = detections[np.lexsort([-detections.scores, detections.timestamps_ns])]
    cuboids, times = detections.cuboids, detections.timestamps_ns
    seconds = (times - times[0]) * 1e-9
    boxes = np.column_stack([cuboids.centers, cuboids.yaws, cuboids.sizes, detections.velocities])
    motion = detections.ontology[detections.categories[0]].motion
    tuning = TUNINGS[motion]
    groups = offline_tracks(seconds, boxes, tuning=tuning, noises=tuning.noises(motion))
    return finished_tracks(
        detections,
        [rows for rows in groups if len(rows) >= min_detections],
        frames_ns=frame_timestamps_ns(drive),
        motion=motion,
        tuning=tuning,
        first_id=first_id,
    )
