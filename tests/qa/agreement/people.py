"""People who label the same objects, each with errors that are known."""

from dataclasses import replace

import numpy as np

from sensorann.geometry import Cuboids
from tests.builders import FRAME_NS, START_NS, make_labels, make_track


def scene(*, n_objects=8, n=12, category="Car", **parts):
    """Objects in a row, 12 m apart, that drive ahead."""
    tracks = [
        make_track(
            id=str(number),
            category=category,
            n=n,
            centers=np.column_stack([0.8 * np.arange(n), np.full(n, 12.0 * number), np.full(n, 0.8)]),
            yaws=np.zeros(n),
        )
        for number in range(n_objects)
    ]
    return make_labels(*tracks, **parts)


def changed(labels, ids, change):
    """Replace the tracks of some ids by what `change` makes of them: a track, several, or nothing."""
    tracks = []
    for track in labels.tracks:
        made = change(track) if track.id in ids else track
        tracks += made if isinstance(made, list) else [made]
    return replace(labels, tracks=tuple(track for track in tracks if track is not None))


def moved(track, *, by=(0.0, 0.0, 0.0), turned=0.0, scaled=1.0):
    boxes = track.cuboids
    centers, yaws = boxes.centers + np.asarray(by), boxes.yaws + turned
    return replace(track, cuboids=Cuboids.from_yaws(centers, boxes.sizes * scaled, yaws, frame=boxes.frame))


def scattered(labels, *, sigma, seed):
    """Every box off by a normal error in x, y and z."""
    random = np.random.default_rng(seed)
    tracks = [moved(track, by=random.normal(0.0, sigma, (len(track), 3))) for track in labels.tracks]
    return replace(labels, tracks=tuple(tracks))


def instant(frame):
    return START_NS + frame * FRAME_NS
