"""Sizes that change though objects do not, and sizes and speeds that belong to another category."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from sensorann.qa.checking.evidence import Evidence
from sensorann.qa.checking.finding import Edit, Suspicion
from sensorann.qa.checking.paths import Path
from sensorann.qa.checking.physics import LIMITS
from sensorann.qa.checking.sightings import Sightings
from sensorann.qa.checking.spans import how_long, span_ns, spans_of
from sensorann.scene import Category, Labels, Motion

_EDGES = ("length", "width", "height")
# Shares of an edge by which boxes of one object differ; people stretch and bend.
_TOLERANCE = {Motion.VEHICLE: 0.04, Motion.TWO_WHEELER: 0.06, Motion.PEDESTRIAN: 0.08, Motion.STATIC: 0.04}
_USUAL_CHANGES = 6.0
# Of two sizes the one is right whose faces are nearer to their points by so many metres.
_CLEARER = 0.04
# Squared standard deviations from the category's typical size, and by how much another category is likelier.
_STRANGE, _NEARER = 9.0, 6.0
# A size that is no strange one is of another category all the same when it is a hundred times likelier there.
_FAR_NEARER = 2.0 * float(np.log(100.0))


def changing(evidence: Evidence) -> Iterator[Suspicion]:
    """Boxes whose size leaves that of the rest of their track."""
    for path in evidence.paths:
        sizes = path.track.cuboids.sizes
        # Between two leaps it is one object; what comes after may be another one.
        usual = _medians(sizes, path.steps.pieces)
        shares = np.abs(sizes / usual - 1.0)
        limit = max(_TOLERANCE[path.motion], _USUAL_CHANGES * 1.48 * float(np.median(shares.max(axis=1))))
        off = shares.max(axis=1)
        for rows in spans_of(off > limit):
            worst = int(rows[np.argmax(off[rows])])
            edge = int(np.argmax(shares[worst]))
            yield Suspicion(
                object=path.track.id,
                timestamp_ns=int(path.track.timestamps_ns[worst]),
                value=float(off[worst]),
                limit=limit,
                message=f"{_EDGES[edge]} is {sizes[worst, edge]:.2f} m {how_long(rows, path.track)}, "
                f"{usual[worst, edge]:.2f} m in the others",
                repair=(_of_one_size(path, usual[worst], span_ns(rows, path.track)),),
            )


def _of_one_size(path: Path, size: NDArray[np.float64], span: tuple[int, int]) -> Edit:
    """Give some boxes the size (3,) that others have."""
    length, width, height = size.tolist()
    arguments = {"track_id": path.track.id, "size": (length, width, height), "span": span}
    return Edit(action="unify_size", arguments=arguments)


def _medians(sizes: NDArray[np.float64], pieces: NDArray[np.int64]) -> NDArray[np.float64]:
    """Median size (N, 3) of the piece that each box belongs to."""
    return np.array([np.median(sizes[pieces == piece], axis=0) for piece in range(pieces[-1] + 1)])[pieces]


def drifting(evidence: Evidence) -> Iterator[Suspicion]:
    """Sizes that creep from one value to another over a track."""
    for path, seen in zip_longest(evidence.paths, evidence.sightings):
        if path.motion is Motion.PEDESTRIAN or len(path.track) < 8:
            continue
        sizes = path.track.cuboids.sizes
        third = max(len(sizes) // 4, 2)
        first, last = np.median(sizes[:third], axis=0), np.median(sizes[-third:], axis=0)
        drift = last / first - 1.0
        edge = int(np.argmax(np.abs(drift)))
        steps = np.abs(np.diff(sizes[:, edge])) / sizes[:-1, edge]
        limit = _TOLERANCE[path.motion]
        # One large step is a box of another size, which `changing` tells of.
        if abs(drift[edge]) > limit and steps.max() < 0.5 * abs(drift[edge]):
            yield Suspicion(
                object=path.track.id,
                timestamp_ns=int(path.track.timestamps_ns[-1]),
                value=float(drift[edge]),
                limit=limit,
                message=f"{_EDGES[edge]} drifts from {first[edge]:.2f} to {last[edge]:.2f} m over the track",
                repair=_by_faces(path, seen, (slice(0, third), slice(len(sizes) - third, None))),
            )


def _by_faces(path: Path, seen: Sightings | None, ends: tuple[slice, slice]) -> tuple[Edit, ...]:
    """Give all boxes the size of that end of the track whose faces meet their points; nothing without points."""
    if seen is None:
        return ()
    offs = [_off_points(seen, end) for end in ends]
    if not abs(offs[1] - offs[0]) > _CLEARER:
        return ()
    right = ends[int(np.argmin(offs))]
    whole = span_ns(np.arange(len(path.track)), path.track)
    return (_of_one_size(path, np.median(path.track.cuboids.sizes[right], axis=0), whole),)


def _off_points(seen: Sightings, end: slice) -> float:
    """By how much faces of some boxes cut or leave room, metres, on the average; NaN where no points show them."""
    offs = np.maximum(seen.cuts[end], np.nan_to_num(seen.rooms[end]))
    known = (seen.cuts[end] > 0) | np.isfinite(seen.rooms[end])
    return float(offs[known].mean()) if known.any() else np.nan


def wrong_class(evidence: Evidence) -> Iterator[Suspicion]:
    """Objects of the size or speed of another category."""
    categories = _vocabulary(evidence.labels)
    for path in evidence.paths:
        own = path.category
        size = np.median(path.track.cuboids.sizes, axis=0)
        others = [other for other in categories if other.name != own.name]
        if own.name == "misc" or not others:
            continue
        strange = strangeness(size, own)
        likeliest = min(others, key=lambda other: _unlikeliness(size, other))
        gain = _unlikeliness(size, own) - _unlikeliness(size, likeliest)
        is_odd = strange > _STRANGE and gain > _NEARER
        if is_odd or gain > _FAR_NEARER:
            shown = " x ".join(f"{edge:.2f}" for edge in size)
            said = f"is no size of a {own.name}" if is_odd else f"is rarely the size of a {own.name}"
            suspicion = _of_another_class(
                path,
                value=strange if is_odd else gain,
                limit=_STRANGE if is_odd else _FAR_NEARER,
                text=f"{shown} m {said}: {likeliest.name}?",
            )
            # Of a size that nothing has, no category is the right one.
            if strangeness(size, likeliest) < _STRANGE:
                called = {"track_id": path.track.id, "category": likeliest.name}
                suspicion = replace(suspicion, repair=(Edit(action="set_category", arguments=called),))
            yield suspicion
            continue
        speed = float(np.percentile(path.speeds, 90)) if evidence.in_world and len(path.track) >= 5 else 0.0
        if speed > (limit := _usual_speed(own)):
            yield _of_another_class(
                path, value=speed, limit=limit, text=f"goes at {speed:.1f} m/s, faster than a {own.name} does"
            )


def _vocabulary(labels: Labels) -> list[Category]:
    """Categories that these labels could have named: those of the formats whose words they use, else all."""
    used = {track.category for track in labels.tracks}
    known = [category for category in labels.ontology.categories if category.name != "misc"]
    formats = {name for category in known for name in category.aliases}
    spoken = [name for name in formats if all(word in labels.ontology[word].aliases.get(name, ()) for word in used)]
    return [category for category in known if not spoken or any(name in category.aliases for name in spoken)]


def strangeness(size: NDArray[np.float64], category: Category) -> float:
    """How many standard deviations a size (3,) is from the typical one of a category, squares summed over the edges."""
    off = np.log(size / np.array(category.size)) / np.array(category.spread)
    return float((off**2).sum())


def _unlikeliness(size: NDArray[np.float64], category: Category) -> float:
    """-2 log likelihood of a size (3,) and a category, as often as it is met, but for what all categories share."""
    return strangeness(size, category) + 2.0 * float(np.log(category.spread).sum() - np.log(category.share))


def _usual_speed(category: Category) -> float:
    """Half of what is possible is already unusual, m/s."""
    return LIMITS[category.motion].speed / 2


def _of_another_class(path: Path, *, value: float, limit: float, text: str) -> Suspicion:
    worst = int(np.argmin(path.distances))
    return Suspicion(
        object=path.track.id,
        timestamp_ns=int(path.track.timestamps_ns[worst]),
        value=value,
        limit=limit,
        message=text,
    )
