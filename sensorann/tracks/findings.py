"""What keyframes and points say against each other: told in words, never an error."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from sensorann.fitting.template import template_points
from sensorann.kernels.following import FEWEST_POINTS
from sensorann.scene import Motion
from sensorann.tracks.clouds import Clouds
from sensorann.tracks.following import GATES, Gap, Measured
from sensorann.tracks.resting import stands_still

_log = logging.getLogger(__name__)
MOST_NAMED = 5


class FindingKind(Enum):
    """What keyframes and points may have against each other, as it is told: how often, and where."""

    EMPTY = "keyframes that hold no point although their sweeps show what is around: %d (%s); hidden, or misplaced?"
    NOWHERE = (
        "keyframes with no point around them, not even of the ground, although there are sweeps: %d (%s); out of the "
        "LiDAR's reach, hidden, or misplaced?"
    )
    BESIDE = (
        "keyframes whose object, as others of the track show it, is seen a metre or more beside the box: %d (%s); is "
        "one of them misplaced?"
    )
    FOREIGN = (
        "gaps with points of which none fit what the keyframes hold, so that boxes keep the curve: %d (%s); is a "
        "keyframe misplaced?"
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One place of a track in which keyframes and points do not belong together.

    Attributes
    ----------
    track : its id
    timestamp_ns : of the keyframe, or of the first keyframe of a gap
    kind : what is wrong there
    """

    track: str
    timestamp_ns: int
    kind: FindingKind


def find_contradictions(track: str, gap: Gap, clouds: Clouds, found: Measured, *, motion: Motion) -> list[Finding]:
    """Look at one gap after it was followed.

    A keyframe is empty where its sweep shows something around the box and nothing in it; it is nowhere where its sweep
    shows nothing around it either. A gap fits nothing where both keyframes hold points, at least half of the boxes
    between them do as well, and every frame was refused all the same.
    """
    margin = GATES[motion].box_margin
    ends = (0, len(gap.timestamps_ns) - 1)
    counts = [_n_inside(gap, clouds, k, margin) for k in ends]
    empty = [
        Finding(
            track=track,
            timestamp_ns=int(gap.timestamps_ns[k]),
            kind=FindingKind.EMPTY if len(clouds.frame(k)) else FindingKind.NOWHERE,
        )
        for k, n in zip(ends, counts, strict=True)
        if n == 0 and np.isfinite(clouds.viewers[k]).all()
    ]
    if len(found) or min(counts) < FEWEST_POINTS or stands_still(gap.cuboids):
        return empty
    between = [_n_inside(gap, clouds, k, GATES[motion].crop_limit) for k in range(1, len(gap.timestamps_ns) - 1)]
    if np.mean(np.array(between) >= FEWEST_POINTS) < 0.5:
        return empty
    return [Finding(track=track, timestamp_ns=int(gap.timestamps_ns[0]), kind=FindingKind.FOREIGN)]


def tell(findings: Sequence[Finding]) -> None:
    """Say each kind of finding in one warning that names its first places."""
    places = {kind: {(f.timestamp_ns, f.track) for f in findings if f.kind is kind} for kind in FindingKind}
    # Where the object was found beside the box, nobody needs to be told that the box is empty.
    places[FindingKind.EMPTY] -= places[FindingKind.BESIDE]
    for kind, own in places.items():
        if own:
            named = [f"track {track} at {timestamp_ns} ns" for timestamp_ns, track in sorted(own)[:MOST_NAMED]]
            rest = [f"and {len(own) - MOST_NAMED} more"] if len(own) > MOST_NAMED else []
            _log.warning(kind.value, len(own), ", ".join(named + rest))


def _n_inside(gap: Gap, clouds: Clouds, k: int, margin: float) -> int:
    box = gap.cuboids[k : k + 1]
    points = clouds.frame(k).astype(np.float64) + clouds.origin
    return len(template_points(points, box.record(0), margin=margin))
