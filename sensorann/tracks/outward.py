"""One end of a track on its way outward: started at a keyframe, taken further sweep by sweep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sensorann.fitting.template import build_template, view_of
from sensorann.geometry.rotations import rotations_from_yaws
from sensorann.kernels.following import FEWEST_POINTS, MOST_REFUSALS, crop, explained, grow, register_frame
from sensorann.kernels.ground_height import ground_under
from sensorann.kernels.nearest import NearestGrid
from sensorann.kernels.pose_filter import filter_forward, predict, roll, update
from sensorann.scene import MOTION_MODELS, Drive, Motion, Source, Track
from sensorann.tracks.clouds import points_at, viewer_at
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
NO_TEMPLATE = "too few points at the keyframe"
PATIENCE_S = 2.0  # so long an object that nobody sees is expected to come out again
TRIALS = 3  # sweeps after which the speed of an object with one box is known
ROOM = 8.0  # metres around the box whose points are looked at: the search, and the ground
# How fast what has one wheel behind the other slides sideways, m/s. Long edges say better where a vehicle faces, and
# people walk any way.
SLIDE: Mapping[Motion, float] = MappingProxyType({Motion.TWO_WHEELER: 0.2})
# How fast the doubt grows with the time since the keyframe: nothing pulls a slow slip of the template back.
DRIFT, YAW_DRIFT = 0.05, 0.005  # m/s, rad/s


@dataclass(eq=False, kw_only=True, slots=True)
class End:
    """One end of a track on its way outward; it alone changes while sweeps go by.

    `seconds` count away from the end: negative time is the track itself, on both ends. `explained` sums up how well the
    template explained the first sweeps, `n_tried` of them, see `sensorann.tracks.setting_out`.
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
    explained: float = 0.0
    n_tried: int = 0
    last_seen_s: float = 0.0

    @property
    def may_be_found(self) -> bool:
        """Whether it is worth looking on: what nobody sees may come out again, what looks otherwise is lost."""
        unseen = self.reason != JUMP and self.seconds - self.last_seen_s < PATIENCE_S
        return self.refusals < MOST_REFUSALS or unseen


def started(drive: Drive, i: int, track: Track, motion: Motion, sign: int) -> End | str:
    """Know the object at its outermost keyframe, or say why it cannot be followed."""
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
        viewer = viewer_at(drive, int(track.timestamps_ns[row])) - box.centers[0]
        views.append(view_of(near, at_origin.record(0), viewer, margin=GATES[motion].box_margin))
        if row == key_rows[0]:
            n_points = views[0].n_seen
            ground = _ground(near, np.zeros(3), float(box.yaws[0]), box.sizes[0]) + box.centers[0, 2]
    size, faces = key.cuboids.record(0).size, motion is Motion.VEHICLE
    template = build_template(views, size, faces=faces) if n_points >= FEWEST_POINTS else None
    if template is None:
        return NO_TEMPLATE
    rows = np.argsort(sign * (track.timestamps_ns - start), kind="stable")
    rows = rows[sign * (track.timestamps_ns[rows] - start) <= 0][-MEMORY:]
    state, covariance = _filtered(track, rows, start, sign, FOLLOWING_NOISES[motion])
    center = key.cuboids.centers[0]
    clearance = center[2] - ground
    return End(
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


def step(drive: Drive, end: End, instant: int, points: NDArray[np.float64] | None) -> None:
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
    end.n_tried += 1
    pose, covariance = np.zeros(3), np.zeros((3, 3))
    viewer = viewer_at(drive, instant)[:2] - center[:2]
    if register_frame(near, viewer, prior, end.covariance, size, tilt, above, end.template, gates, pose, covariance):
        pose[:2] += center[:2]
        end.state, end.covariance = update(end.state, end.covariance, pose, covariance)
        if end.motion in SLIDE:
            # What rolls turns about its rear axle, a quarter of its length behind the middle.
            end.state, end.covariance = roll(end.state, end.covariance, size[0] / 4, SLIDE[end.motion])
        end.refusals, end.last_seen_s = 0, seconds
        place = end.state.copy()
        place[:2] -= center[:2]
        if end.n_tried <= TRIALS:
            end.explained += explained(
                end.template, near, viewer, place, size, tilt, above, gates.box_margin, end.n_points
            )
        grow(end.template, near, viewer, place, end.covariance, size, tilt, above, gates)
        end.found.append((instant, end.state[:3].copy(), end.height, _sigmas(end)))
        return
    end.refusals += 1
    n_seen = len(crop(near, prior[:3], tilt, above, size, gates.crop_margin))
    end.reason = _why(end, n_seen, _distance(drive, instant, center))


def _why(end: End, n_seen: int, distance: float) -> str:
    """Say why a frame was refused: the number of points on a surface falls with the square of the distance."""
    if n_seen >= FEWEST_POINTS:
        return JUMP
    expected = end.n_points * (end.distance / max(distance, 1.0)) ** 2
    return OUT_OF_RANGE if expected < 2 * FEWEST_POINTS else HIDDEN


def _sigmas(end: End) -> NDArray[np.float64]:
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
