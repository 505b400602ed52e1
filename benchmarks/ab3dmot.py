"""AB3DMOT's method (X. Weng et al., IROS 2020) written anew, to see what it reaches on the sequences that are at hand.

Its published figures are of all eleven sequences of its validation list. Here are a constant-velocity Kalman filter per
frame, generalised 3D IoU or distance of the centres, Hungarian or greedy, and its published parameters for PointRCNN.
It is no copy of the program: what that reaches on equal data can differ a little.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from sensorann.geometry import Cuboids, giou_3d
from sensorann.geometry.rotations import wrap_angle
from sensorann.scene import Detections, Drive, Labels, Source, Track, frame_timestamps_ns, sources_of, unknown_sigmas

# Greedy or not, by distance or not, least similarity, hits before a track is told, frames that it may miss.
PARAMETERS = {
    "Car": (False, False, -0.2, 3, 2),
    "Pedestrian": (True, False, -0.4, 1, 4),
    "Cyclist": (False, True, -2.0, 3, 4),
}
# State: x, y, z, yaw, length, width, height, and the velocity per frame.
_TRANSITION = np.eye(10) + np.eye(10, k=7)
_NOISE = np.diag([1.0] * 7 + [0.01] * 3)


@dataclass(eq=False)
class Tracker:
    """One object: state, covariance, and what was told of it."""

    state: NDArray[np.float64]
    score: float
    covariance: NDArray[np.float64] = field(default_factory=lambda: np.diag([10.0] * 7 + [10_000.0] * 3))
    missed: int = 0
    hits: int = 1
    told: list[tuple[int, NDArray[np.float64], float]] = field(default_factory=list)

    def predict(self) -> None:
        self.state = _TRANSITION @ self.state
        self.covariance = _TRANSITION @ self.covariance @ _TRANSITION.T + _NOISE
        self.missed += 1

    def update(self, box: NDArray[np.float64], score: float) -> None:
        turn = float(wrap_angle(box[3] - self.state[3]))
        if abs(turn) > np.pi / 2:
            self.state[3] += np.pi
            turn = float(wrap_angle(box[3] - self.state[3]))
        miss = box - self.state[:7]
        miss[3] = turn
        gain = self.covariance[:, :7] @ np.linalg.inv(self.covariance[:7, :7] + np.eye(7))
        self.state = self.state + gain @ miss
        self.covariance = self.covariance - gain @ self.covariance[:7]
        self.missed, self.hits, self.score = 0, self.hits + 1, score


def track(detections: Detections, drive: Drive, category: str) -> Labels:
    """Track the detections of one category as AB3DMOT does."""
    greedy, by_distance, least, fewest_hits, longest_gap = PARAMETERS[category]
    live: list[Tracker] = []
    every: list[Tracker] = []
    for i_frame, now in enumerate(frame_timestamps_ns(drive)):
        own = detections[detections.timestamps_ns == now]
        boxes = np.column_stack([own.cuboids.centers, own.cuboids.yaws, own.cuboids.sizes])
        for one in live:
            one.predict()
        similar = similarities(boxes, live, by_distance=by_distance)
        pairs = [(i, j) for i, j in choose(similar, greedy=greedy) if similar[i, j] >= least]
        for i, j in pairs:
            live[j].update(boxes[i], float(own.scores[i]))
        fresh = sorted(set(range(len(boxes))) - {i for i, _ in pairs})
        born = [Tracker(state=np.append(boxes[i], np.zeros(3)), score=float(own.scores[i])) for i in fresh]
        live, every = live + born, every + born
        for one in live:
            if one.missed < longest_gap and (one.hits >= fewest_hits or i_frame < fewest_hits):
                one.told.append((int(now), one.state[:7].copy(), one.score))
        live = [one for one in live if one.missed < longest_gap]
    tracks = tuple(_tracks(every, category))
    return Labels(drive_name=drive.name, frame="world", tracks=tracks, ontology=detections.ontology)


def similarities(boxes: NDArray[np.float64], live: list[Tracker], *, by_distance: bool) -> NDArray[np.float64]:
    """Similarity (N, M) of detections and predictions."""
    predicted = np.array([one.state[:7] for one in live]).reshape(-1, 7)
    if by_distance:
        return -np.asarray(np.linalg.norm(boxes[:, None, :3] - predicted[None, :, :3], axis=2))
    return giou_3d(_cuboids(boxes), _cuboids(predicted))


def choose(similar: NDArray[np.float64], *, greedy: bool) -> Iterator[tuple[int, int]]:
    """Pairs of rows and columns, each once."""
    if not greedy:
        yield from zip(*linear_sum_assignment(similar, maximize=True), strict=True)
        return
    left = similar.copy()
    for _ in range(min(similar.shape)):
        i, j = np.unravel_index(np.argmax(left), left.shape)
        yield int(i), int(j)
        left[i], left[:, j] = -np.inf, -np.inf


def _cuboids(boxes: NDArray[np.float64]) -> Cuboids:
    return Cuboids.from_yaws(boxes[:, :3], np.maximum(boxes[:, 4:7], 0.01), boxes[:, 3], frame="world")


def _tracks(every: list[Tracker], category: str) -> Iterator[Track]:
    for i, one in enumerate(every):
        if one.told:
            times, boxes, scores = zip(*one.told, strict=True)
            yield Track(
                id=str(i),
                category=category,
                timestamps_ns=np.array(times, np.int64),
                cuboids=_cuboids(np.array(boxes)),
                sources=sources_of(len(times), Source.DETECTED),
                sigmas=unknown_sigmas(len(times)),
                attributes={"score": float(np.mean(scores))},
            )
