"""Labels with scores, as a detector leaves them."""

import numpy as np

from tests.builders import FRAME_NS, START_NS, make_labels, make_track


def scored_labels(seed, *, n_frames=12, n_objects=8, found=0.7):
    """Truth, and what a detector makes of it: boxes moved, resized and turned, some missed, some invented."""
    rng = np.random.default_rng(seed)
    times = START_NS + np.arange(n_frames) * FRAME_NS
    truth, other = [], []
    for i in range(n_objects):
        start = rng.uniform([0, 0, 0], [30, 30, 1])
        centers = start + np.arange(n_frames)[:, None] * rng.normal(0, 0.5, 3) * [1, 1, 0]
        size, yaw = rng.uniform([3.5, 1.6, 1.4], [5.0, 2.1, 1.8]), rng.uniform(-np.pi, np.pi)
        truth.append(
            make_track(id=str(i), timestamps_ns=times, centers=centers, size=size, yaws=np.full(n_frames, yaw))
        )
        seen = np.flatnonzero(rng.random(n_frames) < found)
        n = len(seen)
        other.append(
            make_track(
                id=str(i),
                timestamps_ns=times[seen],
                centers=centers[seen] + rng.normal(0, 0.6, (n, 3)),
                size=size * rng.uniform(0.9, 1.1, 3),
                yaws=yaw + rng.normal(0, 0.2, n),
                box_attributes={"score": tuple(rng.uniform(0.05, 1.0, n).round(1))},
            )
        )
    invented = make_track(
        id="invented",
        timestamps_ns=times,
        centers=rng.uniform(0, 30, (n_frames, 3)) * [1, 1, 0],
        box_attributes={"score": tuple(rng.uniform(0.05, 0.6, n_frames))},
    )
    return make_labels(*truth), make_labels(*other, invented)
