"""What keyframes show of an object: the points that it is known by in a gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sensorann.fitting.template import FEWEST_TEMPLATE_POINTS, View, build_template, view_of
from sensorann.kernels.nearest import NearestGrid
from sensorann.scene import Motion
from sensorann.tracks.clouds import Clouds
from sensorann.tracks.following import GATES, Gap, relative

# How far from a gap a keyframe may be to say how the object looks in it, and how many before it may. Each was placed
# with an error of its own: the more there are, the less any of them counts.
NEAR_S, MOST_BEFORE = 3.5, 3


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Sighting:
    """What the sweep of one keyframe shows inside its box."""

    timestamp_ns: int
    view: View


def sightings_of(gap: Gap, clouds: Clouds, motion: Motion) -> tuple[Sighting, Sighting]:
    """Look at both keyframes of a gap."""
    boxes, margin = relative(gap.cuboids, clouds.origin), GATES[motion].box_margin
    first, last = (
        Sighting(
            timestamp_ns=int(gap.timestamps_ns[k]),
            view=view_of(clouds.frame(k), boxes.record(k), clouds.viewers[k], margin=margin),
        )
        for k in (0, len(boxes) - 1)
    )
    return first, last


def known_by(gap: Gap, own: Sequence[Sighting], others: Sequence[Sighting]) -> NearestGrid | None:
    """Join what the keyframes of a gap and others near it show; None where its own show too little.

    Parameters
    ----------
    gap : of the track
    own : of its two keyframes
    others : of other keyframes of the same track
    """
    if sum(len(sighting.view.points) for sighting in own) < FEWEST_TEMPLATE_POINTS:
        return None
    start, end = gap.timestamps_ns[[0, -1]]
    near = [s for s in others if np.maximum(start - s.timestamp_ns, s.timestamp_ns - end) <= NEAR_S * 1e9]
    return build_template([sighting.view for sighting in (*own, *near)], gap.cuboids.record(0).size)
