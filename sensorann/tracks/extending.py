"""Follow objects beyond their first and last keyframe, as long as their own points say where they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.fitting.template import build_template, template_points
from sensorann.geometry import Cuboids
from sensorann.geometry.rotations import rotations_from_yaws
from sensorann.kernels.following import FEWEST_POINTS, MOST_REFUSALS, crop, register_frame
from sensorann.kernels.ground_height import ground_under
from sensorann.kernels.nearest import NearestGrid
from sensorann.kernels.pose_filter import filter_forward, predict, update
from sensorann.scene import MOTION_MODELS, Drive, Labels, Motion, Source, Track, sources_of
from sensorann.scene import frame_timestamps_ns as frames_of
from sensorann.tracks.clouds import points_at
from sensorann.tracks.following import (
    EXACT,
    FOLLOWING_NOISES,
    GATES,
    GROUND_ABOVE,
    GROUND_BELOW,
    GROUND_MARGIN,
    MEMORY,
    TEMPLATE_SIGMAS,
    seconds_since,
)
from sensorann.tracks.fusing import GROUND_SIGMA
from sensorann.tracks.keyframes import KEYFRAME_SOURCES

# Why following ended, in the words of the summary.
END_OF_DRIVE, HIDDEN, OUT_OF_RANGE, JUMP = "end of the drive", "hidden", "out of range", "points elsewhere"
UNKNOWN_SPEED, NO_TEMPLATE = "fewer than two boxes", "too few points at the keyframe"
ROOM = 8.0  # metres around the box whose points are looked at: the search, and the ground
# How fast the doubt grows with the time since the keyframe: nothing pulls a slow slip of the template back.
DRIFT, YAW_DRIFT = 0.05, 0.005  # m/s, rad/s


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


@dataclass(eq=False, kw_only=True, slots=True)
class _End:
    """One end of a track on its way outward; it alone changes while sweeps go by.

    `seconds` count away from the end: negative time is the track itself, on both ends.
    """

    track: int
    key: Track
    start_ns: np.int64
    sign: int
    motion: Motion
    template: NearestGrid
    clearance: float
    n_points: int
    distance: float
    state: NDArray[np.float64]
    covariance: NDArray[np.float64]
    seconds: float
    height: float
    refusals: int
    reason: str
    found: list[tuple[int, NDArray[np.float64], float, NDArray[np.float64]]]


def extend_tracks(labels: Labels, drive: Drive, *, progress: Callable[[int, int], None] | None = None) -> Extended:
    """Follow every object forward from its last keyframe and backward from its first one.

    A filter predicts the next sweep's pose, the points there are registered to those of the keyframe, and an accepted
    frame becomes a box with the source ``fitted``. Refused frames get none; four in a row end the side. Its doubt grows
    with the time since the keyframe.

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
        ends: list[_End] = []
        for i, track in enumerate(labels.tracks):
            motion = labels.ontology[track.category].motion
            if motion not in FOLLOWING_NOISES or not np.isin(track.sources, KEYFRAME_SOURCES).any():
                continue
            end = _started(drive, i, track, motion, sign)
            if isinstance(end, str):
                reasons[end] += 1
            else:
                ends.append(end)
        _walk(drive, frames[::sign], ends, progress)
        for end in ends:
            reasons[end.reason] += 1
            if end.found:
                added.setdefault(end.track, []).append(_boxes(end, labels.frame))
    tracks = tuple(_lengthened(track, added.get(i, [])) for i, track in enumerate(labels.tracks))
    n_boxes = sum(len(part) for parts in added.values() for part in parts)
    return Extended(labels=replace(labels, tracks=tracks), reasons=dict(reasons), n_boxes=n_boxes)


def _started(drive: Drive, i: int, track: Track, motion: Motion, sign: int) -> _End | str:
    """Know the object at its outermost keyframe, or say why it cannot be followed."""
    if len(track) < 2:
        return UNKNOWN_SPEED
    key_rows = np.flatnonzero(np.isin(track.sources, KEYFRAME_SOURCES))[::-sign]
    key = track[key_rows[:1]]
    start = key.timestamps_ns[0]
    views, n_points, ground = [], 0, np.nan
    for row in key_rows[:2]:
        # Also the keyframe before shows the object, often from another side.
        points = points_at(drive, int(track.timestamps_ns[row]))
        if points is None:
            continue
        box = track.cuboids[np.array([row])]
        near = _near(points, box.centers[0])
        at_origin = replace(box, centers=np.zeros((1, 3)))
        views.append(template_points(near, at_origin.record(0), margin=GATES[motion].box_margin))
        if row == key_rows[0]:
            n_points = len(views[0])
            ground = _ground(near, np.zeros(3), float(box.yaws[0]), box.sizes[0]) + box.centers[0, 2]
    template = build_template(views, key.cuboids.record(0).size) if n_points >= FEWEST_POINTS else None
    if template is None:
        return NO_TEMPLATE
    rows = np.argsort(sign * (track.timestamps_ns - start), kind="stable")
    rows = rows[sign * (track.timestamps_ns[rows] - start) <= 0][-MEMORY:]
    state, covariance = _filtered(track, rows, start, sign, FOLLOWING_NOISES[motion])
    center = key.cuboids.centers[0]
    clearance = center[2] - ground
    return _End(
        track=i, key=key, start_ns=start, sign=sign, motion=motion, template=template, clearance=float(clearance),
        n_points=n_points, distance=_distance(drive, int(start), center), state=state, covariance=covariance,
        seconds=0.0, height=float(center[2]), refusals=0, reason=END_OF_DRIVE, found=[],
    )  # fmt: skip


def _filtered(
    track: Track, rows: NDArray[np.int64], start_ns: np.int64, sign: int, noise: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Filter the boxes towards the end; time runs outward, so backward is forward with the signs of rates turned."""
    boxes = track.cuboids[rows]
    center = boxes.centers[-1, :2]
    poses = np.column_stack([boxes.centers[:, :2] - center, np.unwrap(boxes.yaws)])
    human = track.sources[rows] == Source.HUMAN
    sigmas = np.where(human[:, None], 0.0, np.nan_to_num(track.sigmas[rows][:, [0, 1, 6]]))
    # Boxes along a curve are no evidence of their own.
    evident = track.sources[rows] != Source.INTERPOLATED
    covariances = EXACT + np.einsum("ni,ij->nij", sigmas**2, np.eye(3))
    n = int(evident.sum())
    states, spreads = np.zeros((n, 6)), np.zeros((n, 6, 6))
    seconds = sign * seconds_since(track.timestamps_ns[rows], start_ns)
    filter_forward(seconds[evident], poses[evident], covariances[evident], noise, states, spreads)
    state = states[-1].copy()
    state[:2] += center
    return state, spreads[-1]


def _walk(
    drive: Drive, frames: NDArray[np.int64], ends: list[_End], progress: Callable[[int, int], None] | None
) -> None:
    """Take the sweeps one by one, outward; each is read once, and only while an end is on its way."""
    active = list(ends)
    for n_done, instant in enumerate(frames):
        due = [end for end in active if end.sign * (int(instant) - int(end.start_ns)) > 0]
        if due:
            points = points_at(drive, int(instant))
            for end in due:
                _step(drive, end, int(instant), points)
            active = [end for end in active if end.refusals < MOST_REFUSALS]
        if progress is not None:
            progress(n_done + 1, len(frames))
    for end in active:
        end.reason = END_OF_DRIVE


def _step(drive: Drive, end: _End, instant: int, points: NDArray[np.float64] | None) -> None:
    """Register one sweep for one end."""
    noise, gates = FOLLOWING_NOISES[end.motion], GATES[end.motion]
    seconds = end.sign * (instant - int(end.start_ns)) * 1e-9
    end.state, end.covariance = predict(end.state, end.covariance, seconds - end.seconds, noise)
    end.seconds = seconds
    center = np.array([end.state[0], end.state[1], end.height])
    near = np.zeros((0, 3), np.float32) if points is None else _near(points, center)
    size, yaw = end.key.cuboids.sizes[0], float(end.state[2])
    ground = _ground(near, np.zeros(3), yaw, size) + end.height
    if np.isfinite(ground) and np.isfinite(end.clearance):
        end.height = float(ground + end.clearance)
    prior = end.state.copy()
    prior[:2] = 0.0
    tilt = np.ascontiguousarray((rotations_from_yaws(-end.key.cuboids.yaws) @ end.key.cuboids.rotations)[0])
    above = end.height - float(center[2])
    pose, covariance = np.zeros(3), np.zeros((3, 3))
    if register_frame(near, prior, end.covariance, size, tilt, above, end.template, gates, pose, covariance):
        pose[:2] += center[:2]
        end.state, end.covariance = update(end.state, end.covariance, pose, covariance)
        end.refusals = 0
        end.found.append((instant, end.state[:3].copy(), end.height, _sigmas(end)))
        return
    end.refusals += 1
    n_seen = len(crop(near, prior[:3], tilt, above, size, gates.crop_margin))
    end.reason = _why(end, n_seen, _distance(drive, instant, center))


def _why(end: _End, n_seen: int, distance: float) -> str:
    """Say why a frame was refused: the number of points on a surface falls with the square of the distance."""
    if n_seen >= FEWEST_POINTS:
        return JUMP
    expected = end.n_points * (end.distance / max(distance, 1.0)) ** 2
    return OUT_OF_RANGE if expected < 2 * FEWEST_POINTS else HIDDEN


def _sigmas(end: _End) -> NDArray[np.float64]:
    """Doubt (7,) of the newest box: the filter's, the template's, and what grows with the time since the keyframe."""
    model, drift = MOTION_MODELS[end.motion], DRIFT * end.seconds
    template, template_yaw = TEMPLATE_SIGMAS[end.motion]
    x, y, yaw = np.diag(end.covariance)[:3]
    constant = template**2 + model.plan.placement**2 + drift**2
    # The ground is measured twice, here and under the keyframe.
    height = 2 * GROUND_SIGMA**2 + model.height.placement**2 + drift**2
    turn = yaw + template_yaw**2 + model.yaw.placement**2 + (YAW_DRIFT * end.seconds) ** 2
    return np.asarray(np.sqrt([x + constant, y + constant, height, *end.key.sigmas[0, 3:6] ** 2, turn]))


def _near(points: NDArray[np.float64], center: NDArray[np.float64]) -> NDArray[np.float32]:
    """Points around a place, relative to it."""
    moved = points - center
    near: NDArray[np.float32] = moved[(np.abs(moved[:, :2]) < ROOM).all(axis=1)].astype(np.float32)
    return near


def _ground(near: NDArray[np.float32], center: NDArray[np.float64], yaw: float, size: NDArray[np.float64]) -> float:
    forward = np.array([np.cos(yaw), np.sin(yaw)])
    half = size / 2
    return float(
        ground_under(
            near, center, forward, half[0], half[1], center[2] - half[2], GROUND_MARGIN, GROUND_BELOW, GROUND_ABOVE
        )
    )


def _distance(drive: Drive, timestamp_ns: int, center: NDArray[np.float64]) -> float:
    """Distance in plan from the vehicle, metres; NaN where nobody knows where it was."""
    trajectory = drive.trajectory
    if trajectory is None:
        return float(np.hypot(*center[:2]))
    if not trajectory.covers(np.array([timestamp_ns])).all():
        return np.nan
    return float(np.hypot(*(center - trajectory.at(timestamp_ns).translation)[:2]))


def _boxes(end: _End, frame: str) -> Track:
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
