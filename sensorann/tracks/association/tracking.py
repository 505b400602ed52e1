"""Detections of a whole drive into tracks."""

from __future__ import annotations

import logging

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.scene import Detections, Drive, Labels, Track, check_drive, frame_timestamps_ns
from sensorann.tracks.association.duplicates import surest_rows, surest_tracks
from sensorann.tracks.association.finishing import finished_tracks
from sensorann.tracks.association.offline import offline_tracks
from sensorann.tracks.association.tuning import TUNINGS

_log = logging.getLogger(__name__)


def track(detections: Detections, drive: Drive, *, min_score: float | None = None, min_detections: int = 3) -> Labels:
    """Join the detections of a drive to tracks, smoothed in the world frame.

    Each category is tracked by itself. Of boxes that cover each other the surest counts; two-stage association with a
    constant-velocity filter runs in both directions of time; pieces are joined across occlusions; then each track gets
    one size, one score and one smooth path. Of two tracks of different categories in one place the surer stays. The
    same detections give the same tracks bit for bit.

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
    spelled = {name: detections.ontology[name].name for name in set(detections.categories)}
    names = np.array([spelled[name] for name in detections.categories], np.str_)
    steps = np.diff(np.unique(detections.timestamps_ns))
    step_ns = int(np.median(steps)) if len(steps) else 1
    tracks: list[Track] = []
    for name in np.unique(names):
        own = detections[names == name]
        tracks += _track_category(own, drive, step_ns=step_ns, min_detections=min_detections, first_id=len(tracks))
    tracks = surest_tracks(tracks)
    kept = tuple(item for item in tracks if min_score is None or float(item.attributes["score"]) >= min_score)
    return Labels(drive_name=drive.name, frame=frame, tracks=kept, ontology=detections.ontology)


def _track_category(
    detections: Detections, drive: Drive, *, step_ns: int, min_detections: int, first_id: int
) -> list[Track]:
    # By time, then by score: a tie between equal costs does not depend on the order in the file.
    order = np.lexsort([-detections.scores, detections.timestamps_ns])
    seconds, boxes = _columns(detections, order)
    rows = surest_rows(seconds, boxes)
    detections, seconds, boxes = detections[order[rows]], seconds[rows], boxes[rows]
    motion = detections.ontology[detections.categories[0]].motion
    tuning = TUNINGS[motion]
    groups = offline_tracks(seconds, boxes, tuning=tuning, noises=tuning.noises(motion))
    return finished_tracks(
        detections,
        [rows for rows in groups if len(rows) >= min_detections],
        frames_ns=frame_timestamps_ns(drive),
        motion=motion,
        tuning=tuning,
        step_ns=step_ns,
        first_id=first_id,
    )


def _columns(detections: Detections, order: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Seconds (N,) since the first detection, and boxes (N, 9) as the filter takes them."""
    cuboids, times = detections.cuboids, detections.timestamps_ns[order]
    boxes = np.column_stack([cuboids.centers, cuboids.yaws, cuboids.sizes, detections.velocities])
    return (times - times[0]) * 1e-9, boxes[order]
