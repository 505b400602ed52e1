"""Tracks out of grouped detections: one smoothed path, one size, one score, and a sigma on every box."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboids
from sensorann.scene import MOTION_MODELS, Detections, Motion, MotionModel, Source, Track
from sensorann.tracks.association.tuning import Tuning
from sensorann.tracks.keyframes import Ragged
from sensorann.tracks.motion.position import fill_positions

# Objects that go this far, in metres, do not go backwards: who parks takes less.
_TELLING_WAY = 10.0


def finished_tracks(
    detections: Detections,
    groups: Sequence[NDArray[np.int64]],
    *,
    frames_ns: NDArray[np.int64],
    motion: Motion,
    tuning: Tuning,
    step_ns: int,
    first_id: int,
) -> list[Track]:
    """Smooth the detections of each group and fill the frames between them.

    Boxes at detections have the source ``detected``, those between ``interpolated``. The path is the smoothed one
    (Rauch, Tung and Striebel 1965) of the motion class; headings that point backwards are turned; the size is the
    median; the score is the mean of the detections' scores over all frames in which the detector looked, missed ones
    counting 0 or the lowest score of the track, whichever is less. The sigmas are those of the smoother and, in
    squares, of what the detector gets wrong throughout.

    Parameters
    ----------
    detections : of one category
    groups : G rows of detections each, in time order
    frames_ns : (F,) int64, instants at which the drive has frames
    motion, tuning : of the category
    step_ns : usual time between two frames of detections
    first_id : number of the first track
    """
    parts = [detections[rows] for rows in groups]
    wanted = Ragged.of([_span(own.timestamps_ns, frames_ns) for own in parts])
    poses, sigmas = _smoothed(parts, wanted, MOTION_MODELS[motion], tuning)
    tracks = []
    for i, own in enumerate(parts):
        at = wanted.rows(i)
        tracks.append(
            _track(
                own,
                wanted.timestamps_ns[at],
                poses[at],
                sigmas[at],
                tuning=tuning,
                score=_mean_score(own.scores, own.timestamps_ns, step_ns),
                track_id=str(first_id + i),
            )
        )
    return tracks


def _smoothed(
    parts: Sequence[Detections], wanted: Ragged, model: MotionModel, tuning: Tuning
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Smoothed x, y, z and yaw (F, 4) of all tracks at the wanted instants, and their standard deviations (F, 4)."""
    keys = Ragged.of([own.timestamps_ns for own in parts])
    centers = np.concatenate([np.zeros((0, 3)), *(own.cuboids.centers for own in parts)])
    yaws = np.concatenate([np.zeros(0), *(_one_way(own) for own in parts)])
    columns = [
        fill_positions(keys, values, wanted, wanders=[wander] * len(parts), sigmas=np.full(values.shape, sigma))
        for values, wander, sigma in (
            (centers[:, :2], model.plan, tuning.plan),
            (centers[:, 2:], model.height, tuning.height),
            (yaws[:, None], model.yaw, tuning.yaw),
        )
    ]
    return np.hstack([values for values, _ in columns]), np.hstack([spread for _, spread in columns])


def _track(
    own: Detections,
    instants: NDArray[np.int64],
    poses: NDArray[np.float64],
    sigmas: NDArray[np.float64],
    *,
    tuning: Tuning,
    score: float,
    track_id: str,
) -> Track:
    """One track of its detections and its smoothed poses (F, 4)."""
    n, sizes = len(instants), own.cuboids.sizes
    seen = np.isin(instants, own.timestamps_ns)
    size_sigma = np.maximum(tuning.size, np.std(sizes, axis=0)) / np.sqrt(len(own))
    pose_sigmas = np.where(seen, 1.0, tuning.unseen)[:, None] * sigmas
    independent = np.column_stack([pose_sigmas[:, :3], np.tile(size_sigma, (n, 1)), pose_sigmas[:, 3]])
    return Track(
        id=track_id,
        category=own.categories[0],
        timestamps_ns=instants,
        cuboids=Cuboids.from_yaws(
            poses[:, :3], np.tile(np.median(sizes, axis=0), (n, 1)), poses[:, 3], frame=own.cuboids.frame
        ),
        sources=np.where(seen, Source.DETECTED, Source.INTERPOLATED).astype(np.uint8),
        sigmas=np.hypot(independent, tuning.doubt),
        attributes={"score": score},
    )


def _mean_score(scores: NDArray[np.float64], times: NDArray[np.int64], step_ns: int) -> float:
    """Mean over the frames of detections from the first to the last one, missed ones too."""
    n_frames = max(len(scores), 1 + round(int(times[-1] - times[0]) / step_ns))
    return float(scores.sum() + (n_frames - len(scores)) * min(0.0, float(scores.min()))) / n_frames


def _span(times: NDArray[np.int64], frames_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Instants from the first to the last detection: those of the frames, and those of the detections."""
    return np.union1d(frames_ns[(frames_ns >= times[0]) & (frames_ns <= times[-1])], times)


def _one_way(detections: Detections) -> NDArray[np.float64]:
    """Unwrapped headings that differ from one to the next by less than a right angle.

    They face where the object goes if it goes far in the world, else as most of them do.
    """
    yaws, scores = detections.cuboids.yaws, detections.scores
    axes = np.unwrap(yaws, period=np.pi)
    steps = np.diff(detections.cuboids.centers[:, :2], axis=0)
    ahead = float((steps * np.column_stack([np.cos(axes), np.sin(axes)])[1:]).sum())
    if detections.cuboids.frame == "world" and abs(ahead) > _TELLING_WAY:
        return np.asarray(axes + np.pi * (ahead < 0))
    weights = scores - scores.min() + 1.0
    backwards = np.cos(yaws - axes) < 0
    return np.asarray(axes + np.pi * (weights[backwards].sum() > weights[~backwards].sum()))
