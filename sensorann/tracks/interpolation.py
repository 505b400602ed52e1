"""Complete tracks from keyframes: the main job."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike

from sensorann.errors import ArgumentError
from sensorann.scene import (
    MOTION_MODELS,
    Drive,
    Labels,
    Motion,
    Ontology,
    Track,
    check_drive,
    frame_timestamps_ns,
    labels_in_world,
)
from sensorann.tracks.clouds import sweep_instants
from sensorann.tracks.curving import curve_tracks
from sensorann.tracks.extending import extend_tracks
from sensorann.tracks.instants import wanted_instants
from sensorann.tracks.keyframes import Keyframes, keyframes_of, with_slack
from sensorann.tracks.motion.position import Method
from sensorann.tracks.points_in_loop import Followed, follow_points

_log = logging.getLogger(__name__)


def interpolate(
    labels: Labels,
    drive: Drive,
    *,
    method: Method = "smooth",
    at: str | ArrayLike = "lidar",
    keyframe_sigma: float = 0.0,
    points: bool = True,
    extend: bool = False,
    only: Collection[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Labels:
    """Fill every track between its keyframes, in the world frame at the sensors' real timestamps.

    Keyframes are the human, imported and detected boxes. All of them stay in the result bit for bit, also at instants
    that were not asked for; boxes interpolated or fitted earlier are replaced. Human keyframes are exact: the curve
    passes through them. Imported and detected ones are measurements with their sigma.

    A track with one keyframe stays one box, unless it is extended; one without keyframes stays as it is. Per-box
    attributes hold their last value, everything else in the labels is handed on. The same input gives the same output
    bit for bit. Tracks know nothing of each other, but for one thing: points inside the box of a neighbour, where that
    is sure, are the neighbour's.

    Parameters
    ----------
    labels : keyframes; labels in the ego frame are moved into the world where the drive has ego poses
    drive : the recording; its sweeps are read once, and with ``points`` off only its timestamps and ego poses are used
    method : ``smooth`` (constant-velocity smoothing spline; R. E. Kalman 1960, H. E. Rauch, F. Tung and C. T. Striebel,
        AIAA J. 3(8), 1965), ``linear`` or ``spline`` (natural cubic)
    at : ``lidar``, ``camera``, or instants in ns; see `sensorann.tracks.instants.wanted_instants`
    keyframe_sigma : metres, of imported and detected keyframes that state no sigma; 0 means exact
    points : let ``smooth`` follow each object's own points in the LiDAR sweeps between its keyframes
    extend : follow them beyond the first and last keyframe too, as far as its points are found; see
        `sensorann.tracks.extending`, which also says why it ended
    only : ids of the tracks to fill, each as it would be among all; the others stay as they are, and only sweeps near
        those asked for are read
    progress : called with the number of sweeps read and of all sweeps

    Returns
    -------
    Labels
        In the world frame, or in the ego frame where the drive has no ego poses. Computed boxes have the source
        ``fitted`` where points decided, else ``interpolated``, and a standard deviation.

    Raises
    ------
    ArgumentError
        When an argument or a sigma is out of range, the ontology does not know a category, or `only` an id.
    TimeRangeError
        When a box in the ego frame lies outside the ego trajectory.
    """
    check_drive(drive)
    if method not in get_args(Method):
        raise ArgumentError(f"method must be one of {', '.join(get_args(Method))}, got {method!r}")
    if not (np.isfinite(keyframe_sigma) and keyframe_sigma >= 0):
        raise ArgumentError(f"keyframe_sigma must be a length in metres, 0 or more, got {keyframe_sigma}")
    if extend and not (points and method == "smooth" and isinstance(at, str) and at == "lidar"):
        raise ArgumentError(
            "extend follows points at the LiDAR's instants: it needs points, method smooth and at lidar"
        )
    instants = wanted_instants(drive, at)
    motions = [_motion_of(track, labels.ontology) for track in labels.tracks]
    labels = labels_in_world(labels, drive.trajectory)
    keyed = [keyframes_of(track, keyframe_sigma=keyframe_sigma) for track in labels.tracks]
    chosen = _chosen(labels, only)
    _tell(
        replace(labels, tracks=tuple(labels.tracks[i] for i in chosen)),
        [keyed[i] for i in chosen],
        drive,
        extend=extend,
    )
    filled = [i for i, keys in enumerate(keyed) if len(keys)]
    motions = [motions[i] for i in filled]
    keys = [with_slack(keyed[i], MOTION_MODELS[motion]) for i, motion in zip(filled, motions, strict=True)]
    complete = curve_tracks(keys, motions, instants, method)
    if points and method == "smooth" and _shares_frame(labels, drive):
        along = curve_tracks(keys, motions, sweep_instants(drive), method)
        items = [
            Followed(keyframes=key, curve=curve, complete=track, motion=motion)
            for key, curve, track, motion in zip(keys, along, complete, motions, strict=True)
        ]
        complete = follow_points(drive, items, only=only, progress=progress)
    asked = dict(zip(filled, complete, strict=True))
    result = replace(labels, tracks=tuple(asked.get(i, labels.tracks[i]) for i in chosen))
    if extend:
        result = extend_tracks(result, drive, progress=progress).labels
    return _among(labels, result, chosen)


def _chosen(labels: Labels, only: Collection[str] | None) -> list[int]:
    """Rows of the tracks that were asked for."""
    rows = {track.id: row for row, track in enumerate(labels.tracks)}
    if only is None:
        return list(rows.values())
    if unknown := set(only) - set(rows):
        raise ArgumentError(f"only names {min(unknown)!r}, and there is no such track")
    return sorted(rows[track_id] for track_id in only)


def _among(labels: Labels, filled: Labels, chosen: Sequence[int]) -> Labels:
    """Put filled tracks in their places among the others."""
    tracks = list(labels.tracks)
    for row, track in zip(chosen, filled.tracks, strict=True):
        tracks[row] = track
    return replace(filled, tracks=tuple(tracks))


def _shares_frame(labels: Labels, drive: Drive) -> bool:
    """Tell whether there are LiDARs whose points can be brought into the frame of the labels."""
    return bool(drive.rig.of_kind("lidar")) and (labels.frame == "ego" or drive.trajectory is not None)


def _motion_of(track: Track, ontology: Ontology) -> Motion:
    try:
        return ontology[track.category].motion
    except ArgumentError as error:
        raise ArgumentError(f"track {track.id}: {error}") from error


def _tell(labels: Labels, keyed: Sequence[Keyframes], drive: Drive, *, extend: bool) -> None:
    """Say what a user would else have to find out: what stays as it is, what goes, what lies outside."""
    counts = np.array([len(item) for item in keyed], np.int64)
    times = np.concatenate([np.zeros(0, np.int64), *(item.track.timestamps_ns for item in keyed)])
    frames = frame_timestamps_ns(drive) if drive.rig.sensors else np.zeros(0, np.int64)
    lost = sum(_n_beyond(track, item.track) for track, item in zip(labels.tracks, keyed, strict=True) if len(item))
    n_single = 0 if extend else int((counts == 1).sum())
    notes = {
        "%d of %d tracks have one keyframe and stay one box": (n_single, len(counts)),
        "%d of %d tracks have no keyframe and stay as they are": (int((counts == 0).sum()), len(counts)),
        "%d computed boxes before the first or after the last keyframe of their track are left out": (lost,),
    }
    if len(frames):
        n_outside = int(((times < frames[0]) | (times > frames[-1])).sum())
        notes["%d of %d keyframes lie outside the drive's frames and are kept"] = (n_outside, len(times))
    if drive.trajectory is not None:
        n_outside = int((~drive.trajectory.covers(times)).sum())
        notes["%d of %d keyframes lie outside the ego trajectory and are kept"] = (n_outside, len(times))
    if labels.frame == "ego":
        _log.warning(
            "drive %s has no ego poses: boxes are interpolated in the ego frame, where the vehicle's own motion bends "
            "every path",
            drive.name,
        )
    for note, figures in notes.items():
        if figures[0]:
            _log.warning(note, *figures)


def _n_beyond(track: Track, keys: Track) -> int:
    before = track.timestamps_ns < keys.timestamps_ns[0]
    return int((before | (track.timestamps_ns > keys.timestamps_ns[-1])).sum())
