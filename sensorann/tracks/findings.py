"""What keyframes and points say against each other: told in words, never an error."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sensorann.fitting.template import template_points
from sensorann.kernels.following import FEWEST_POINTS
from sensorann.scene import Motion
from sensorann.tracks.clouds import Clouds
from sensorann.tracks.following import GATES, Gap, Measured
from sensorann.tracks.resting import stands_still

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One gap of a track in which keyframes and points do not belong together.

    Attributes
    ----------
    track : its id
    timestamp_ns : of the keyframe that holds no point, or of the first keyframe of a gap that fits no point
    empty : the keyframe holds no point although its surroundings were seen; else all points of the gap were refused
    """

    track: str
    timestamp_ns: int
    empty: bool


def find_contradictions(track: str, gap: Gap, clouds: Clouds, found: Measured, *, motion: Motion) -> list[Finding]:
    """Look at one gap after it was followed.

    A keyframe is empty where its sweep shows something around the box and nothing in it. A gap fits nothing where both
    keyframes hold points, at least half of the boxes between them do as well, and every frame was refused all the same.
    """
    margin = GATES[motion].box_margin
    counts = [_n_inside(gap, clouds, k, margin) for k in (0, len(gap.timestamps_ns) - 1)]
    empty = [
        Finding(track=track, timestamp_ns=int(gap.timestamps_ns[k]), empty=True)
        for k, n in zip((0, -1), counts, strict=True)
        if n == 0 and len(clouds.frame(k % len(gap.timestamps_ns)))
    ]
    if len(found) or min(counts) < FEWEST_POINTS or stands_still(gap.cuboids):
        return empty
    between = [_n_inside(gap, clouds, k, GATES[motion].crop_limit) for k in range(1, len(gap.timestamps_ns) - 1)]
    if np.mean(np.array(between) >= FEWEST_POINTS) < 0.5:
        return empty
    return [Finding(track=track, timestamp_ns=int(gap.timestamps_ns[0]), empty=False)]


def tell(findings: Sequence[Finding]) -> None:
    """Say each kind of finding in one warning that names its first place."""
    texts = {
        True: "%d keyframes hold no point although their sweeps show what is around them; the first is of track %s at "
        "%d ns: hidden, or misplaced?",
        False: "in %d gaps there are points, but none that fit what the keyframes hold, and boxes keep the curve; the "
        "first is of track %s from %d ns on: is a keyframe misplaced?",
    }
    for kind, text in texts.items():
        own = sorted({(f.track, f.timestamp_ns) for f in findings if f.empty == kind}, key=lambda place: place[1])
        if own:
            _log.warning(text, len(own), *own[0])


def _n_inside(gap: Gap, clouds: Clouds, k: int, margin: float) -> int:
    box = gap.cuboids[k : k + 1]
    points = clouds.frame(k).astype(np.float64) + clouds.origin
    return len(template_points(points, box.record(0), margin=margin))
