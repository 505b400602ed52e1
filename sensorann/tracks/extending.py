"""Follow objects beyond their first and last keyframe, as long as their own points say where they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboids
from sensorann.geometry.rotations import rotations_from_yaws
from sensorann.kernels.following import MOST_REFUSALS
from sensorann.scene import Drive, Labels, Source, Track, sources_of
from sensorann.scene import frame_timestamps_ns as frames_of
from sensorann.tracks.clouds import points_at
from sensorann.tracks.following import FOLLOWING_NOISES
from sensorann.tracks.keyframes import KEYFRAME_SOURCES
from sensorann.tracks.outward import END_OF_DRIVE, End, started, step
from sensorann.tracks.setting_out import fittest, rivals, still_in_question


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Extended:
    """Labels with longer tracks.

    Attributes
    ----------
    labels : Labels
    reasons : why following ended, and at how many ends of tracks
    n_boxes : boxes that were added
    """

    labels: Labels
    reasons: Mapping[str, int]
    n_boxes: int


def extend_tracks(labels: Labels, drive: Drive, *, progress: Callable[[int, int], None] | None = None) -> Extended:
    """Follow every object forward from its last keyframe and backward from its first one.

    A filter predicts the next sweep's pose, the points there are registered to those of the keyframe, and an accepted
    frame becomes a box with the source ``fitted``. Refused frames get none; four in a row end the side, or two seconds
    where nothing of it is in sight. Its doubt grows with the time since the keyframe. One box says nothing of the
    speed: it sets out at all of them, and the first sweeps tell which.

    Parameters
    ----------
    labels : complete tracks, in the frame of the drive's poses, as `interpolate` returns them
    drive : the recording; its sweeps are read once for each direction
    progress : called with the number of sweeps done and of all sweeps
    """
    frames = np.unique(frames_of(drive))
    reasons: Counter[str] = Counter()
    added: dict[int, list[Track]] = {}
    for sign in (1, -1):
        ends: list[End] = []
        for i, track in enumerate(labels.tracks):
            motion = labels.ontology[track.category].motion
            if motion not in FOLLOWING_NOISES or not np.isin(track.sources, KEYFRAME_SOURCES).any():
                continue
            # What was found one way says how fast an object with one box goes the other way.
            known = _lengthened(track, added.get(i, [])) if len(track) == 1 else track
            end = started(drive, i, known, motion, sign)
            if isinstance(end, str):
                reasons[end] += 1
            else:
                ends += rivals(end, step_s=_step_s(frames, end)) if len(known) == 1 else [end]
        for end in _walk(drive, frames[::sign], ends, progress):
            reasons[end.reason] += 1
            if end.found:
                added.setdefault(end.track, []).append(_boxes(end, labels.frame))
    tracks = tuple(_lengthened(track, added.get(i, [])) for i, track in enumerate(labels.tracks))
    n_boxes = sum(len(part) for parts in added.values() for part in parts)
    return Extended(labels=replace(labels, tracks=tracks), reasons=dict(reasons), n_boxes=n_boxes)


def _walk(
    drive: Drive, frames: NDArray[np.int64], ends: list[End], progress: Callable[[int, int], None] | None
) -> list[End]:
    """Take the sweeps one by one, outward; each is read once, and only while an end is on its way.

    Of ends that are rivals, the fittest is returned.
    """
    active = list(ends)
    for n_done, instant in enumerate(frames):
        due = [end for end in active if end.sign * (int(instant) - int(end.start_ns)) > 0]
        if due:
            points = points_at(drive, int(instant))
            for end in due:
                step(drive, end, int(instant), points)
            active = still_in_question([end for end in active if end.may_be_found], ends)
        if progress is not None:
            progress(n_done + 1, len(frames))
    for end in active:
        if end.refusals < MOST_REFUSALS:
            end.reason = END_OF_DRIVE
    return fittest(ends)


def _step_s(frames: NDArray[np.int64], end: End) -> float:
    """Time from an end to the next sweep; 0 where there is none."""
    apart = end.sign * (frames - end.start_ns)
    return float(apart[apart > 0].min()) * 1e-9 if (apart > 0).any() else 0.0


def _boxes(end: End, frame: str) -> Track:
    """Boxes that were found beyond one end, in time order."""
    found = sorted(end.found, key=lambda item: item[0])
    n = len(found)
    poses = np.array([pose for _, pose, _, _ in found])
    tilt = (rotations_from_yaws(-end.key.cuboids.yaws) @ end.key.cuboids.rotations)[0]
    cuboids = Cuboids(
        centers=np.column_stack([poses[:, :2], [height for _, _, height, _ in found]]),
        sizes=np.broadcast_to(end.key.cuboids.sizes[0], (n, 3)),
        rotations=rotations_from_yaws(poses[:, 2]) @ tilt,
        frame=frame,
    )
    return replace(
        end.key,
        timestamps_ns=np.array([instant for instant, _, _, _ in found], np.int64),
        cuboids=cuboids,
        sources=sources_of(n, Source.FITTED),
        sigmas=np.array([sigmas for _, _, _, sigmas in found]),
        box_attributes={name: values * n for name, values in end.key.box_attributes.items()},
    )


def _lengthened(track: Track, parts: list[Track]) -> Track:
    if not parts:
        return track
    ordered = sorted([track, *parts], key=lambda part: int(part.timestamps_ns[0]))
    return replace(
        track,
        timestamps_ns=np.concatenate([part.timestamps_ns for part in ordered]),
        cuboids=Cuboids.concatenate([part.cuboids for part in ordered]),
        sources=np.concatenate([part.sources for part in ordered]),
        sigmas=np.concatenate([part.sigmas for part in ordered]),
        box_attributes={
            name: tuple(value for part in ordered for value in part.box_attributes[name])
            for name in track.box_attributes
        },
    )
