"""What speaks for and against a proposed track being an object, measured on its points and on what surrounds them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboids
from sensorann.scene import Motion
from sensorann.tracks.prelabelling.refining import Refined, Seen, witnessed
from sensorann.tracks.prelabelling.surface import openness, roughness

# Metres: points so near to a face are the object's, those from there on beside and above it are not.
_SKIN, _BESIDE, _ABOVE = 0.15, (0.25, 0.7), (0.2, 1.4)
# Nothing is read off points so near to the ground, metres: it may be the ground.
_GROUND, _LOW = 0.3, 0.4
_MOST_COUNTED, _SEEN_OFTEN = 100, 12
# Vehicles above are rarer than houses and hedges, objects below rarer than low walls and bushes; metres.
_TALL, _LONG = 1.8, 5.5
_LOW_VEHICLE, _LOW_PERSON = 1.4, 1.5
_FEWEST_FILLING = 12
_ENDS = 0.03  # share of the points that may stray beyond either end
_FEWEST_LEFT = 3
_JUMPY = 0.1  # metres by which what moves strays from its way at most, in the mean


def evidence(seen: Seen, refined: Refined) -> NDArray[np.float64]:
    """Measure a track (F,), the first one being 1; the weights of `believing` are in this order.

    In how many frames it was detected, with how many points; how much stands beside and above it, as if it went on
    there; how high its lowest points hang; along which share of its length and width it has points; whether it moves,
    and what it left behind where it was; how much taller and longer than a car it is; whether its surface is rough; how
    low it is; whether points lie inside it; and whether it jumps as it moves.
    """
    parts = [
        _parts(cloud, refined.boxes[k : k + 1]) for k, cloud in zip(seen.looked.tolist(), seen.around(), strict=True)
    ]
    owns = [own for own, _, _ in parts]
    n_all = max(sum(map(len, owns)), 1)
    length, _, height = refined.spans
    lowest = [np.quantile(own[:, 2], 0.05) + refined.boxes.sizes[0, 2] / 2 for own in owns if len(own)]
    small = refined.category.motion is not Motion.VEHICLE
    return np.array(
        [
            1.0,
            np.log(min(len(seen.boxes), _SEEN_OFTEN) / _SEEN_OFTEN),
            _without_gaps(seen),
            np.log(min(float(np.median([len(own) for own in owns])), _MOST_COUNTED) / _MOST_COUNTED + 0.02),
            np.sqrt(min(sum(beside for _, beside, _ in parts) / n_all, 1.0)),
            np.sqrt(min(sum(above for _, _, above in parts) / n_all, 1.0)),
            np.clip(np.median(lowest) if lowest else np.inf, 0.3, 1.5) - 0.3,
            *_filled(np.concatenate(owns), refined.boxes.sizes[0]),
            float(refined.moving),
            left_behind(seen),
            0.0 if small else max(height - _TALL, 0.0),
            0.0 if small else max(length - _LONG, 0.0) / 3.0,
            roughness(owns),
            max((_LOW_PERSON if small else _LOW_VEHICLE) - height, 0.0),
            0.0 if small else min(_openness(seen), openness(owns, refined.boxes.sizes[seen.looked])),
            _jumps(seen) if refined.moving else 0.0,
        ]
    )


def _openness(seen: Seen) -> float:
    """Share of the low points that lie inside the boxes as they were tracked: these follow what the poses err by."""
    boxes = seen.boxes[seen.looked]
    owns = [_parts(cloud, seen.boxes[k : k + 1])[0] for k, cloud in zip(seen.looked, seen.around(), strict=True)]
    return openness(owns, boxes.sizes)


def _jumps(seen: Seen) -> float:
    """How far the places of what moves lie beside the line from the one before to the one after: 0 none, 1 far."""
    places, seconds = seen.boxes.centers[:, :2], seen.seconds
    if len(places) < 3:
        return 0.0
    share = ((seconds[1:-1] - seconds[:-2]) / (seconds[2:] - seconds[:-2]))[:, None]
    beside = places[1:-1] - (places[:-2] * (1 - share) + places[2:] * share)
    return float(min(np.sqrt((beside**2).sum(axis=1).mean()) / _JUMPY, 1.0))


def _without_gaps(seen: Seen) -> float:
    """Share of the frames between the first and the last detection that have one."""
    if len(seen.seconds) < 2:
        return 1.0
    steps = np.diff(seen.seconds)
    return float(min(1.0, len(steps) * np.median(steps) / seen.seconds[-1]))


def _parts(cloud: NDArray[np.float64], box: Cuboids) -> tuple[NDArray[np.float64], int, int]:
    """Points (P, 3) of one look that are the object's, in its frame, and how many stand beside and above it."""
    local = (cloud - box.centers[0]) @ box.rotations[0]
    half = box.sizes[0] / 2
    outside = (np.abs(local[:, :2]) - half[:2]).max(axis=1)
    rise = local[:, 2] + half[2]
    own = (outside <= _SKIN) & (rise > _GROUND) & (rise < 2 * half[2] + _SKIN)
    beside = (outside > _BESIDE[0]) & (outside <= _BESIDE[1]) & (rise > _LOW) & (rise < 2 * half[2] + _GROUND)
    over = rise - 2 * half[2]
    above = (outside <= _SKIN) & (over > _ABOVE[0]) & (over < _ABOVE[1])
    return local[own], int(beside.sum()), int(above.sum())


def _filled(points: NDArray[np.float64], size: NDArray[np.float64]) -> tuple[float, float]:
    """Shares of the length and the width of a box along which it has points (P, 3)."""
    if len(points) < _FEWEST_FILLING:
        return 0.0, 0.0
    low, high = np.quantile(points[:, :2], [_ENDS, 1 - _ENDS], axis=0)
    length, width = np.minimum((high - low) / size[:2], 1.0)
    return float(length), float(width)


def left_behind(seen: Seen) -> float:
    """Share of the points where an object started and ended that are there, too, when it is elsewhere.

    A vehicle that drove on leaves an empty place; a wall that comes into sight piece by piece leaves the wall. 0 where
    it never was elsewhere.
    """
    there, still = 0, 0
    for own, clouds in zip((0, -1), seen.places, strict=False):
        rows = witnessed(seen.looked)
        place = seen.boxes[rows[[own]]]
        looks = [clouds.frame(i) + clouds.origin for i in range(len(rows))]
        for k, look in zip(rows.tolist(), looks, strict=True):
            first, now = (_in_place(points, place, seen.boxes[k : k + 1]) for points in (looks[own], look))
            if first >= _FEWEST_LEFT:
                there, still = there + first, still + min(first, now)
    return still / max(there, 1)


def _in_place(points: NDArray[np.float64], place: Cuboids, elsewhere: Cuboids) -> int:
    """How many points lie in one box, above the ground, and clearly outside of another."""
    in_place, in_other = ((points - box.centers[0]) @ box.rotations[0] for box in (place, elsewhere))
    half = place.sizes[0] / 2
    inside = (np.abs(in_place) <= half).all(axis=1) & (in_place[:, 2] > _GROUND - half[2])
    return int((inside & (np.abs(in_other[:, :2]) > elsewhere.sizes[0, :2] / 2 + _GROUND).any(axis=1)).sum())
