"""Boxes that the guideline of the project does not allow, as its ontology says it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sensorann.qa.checking.evidence import Evidence
from sensorann.qa.checking.finding import Edit, Suspicion
from sensorann.qa.checking.paths import Path
from sensorann.qa.checking.spans import cleared, deleted, how_long, spans_of
from sensorann.scene import Attribute

_EDGES = ("length", "width", "height")


def too_few_points(evidence: Evidence) -> Iterator[Suspicion]:
    """Boxes that hold fewer points than the guideline asks for."""
    for path, seen in zip(evidence.paths, evidence.sightings, strict=False):
        least = path.category.guideline.min_points
        if least is None:
            continue
        counts = seen.n_inside.astype(np.float64)
        text = "holds {value:.0f} points {boxes}, the guideline asks for {limit:g}"
        beyond = np.where(seen.seen, least - counts, 0.0)
        yield from _told(path, beyond, counts, float(least), text, unwanted=True)


def out_of_range(evidence: Evidence) -> Iterator[Suspicion]:
    """Boxes nearer or further away than the guideline wants them."""
    for path in evidence.paths:
        rule = path.category.guideline
        # A distance of nothing stands for one that is not known.
        known = path.distances > 0
        text = "is {value:.1f} m away {boxes}, the guideline "
        if rule.max_range_m is not None:
            beyond = np.where(known, path.distances - rule.max_range_m, 0.0)
            yield from _told(path, beyond, path.distances, rule.max_range_m, text + "ends at {limit:g}", unwanted=True)
        if rule.min_range_m is not None:
            beyond = np.where(known, rule.min_range_m - path.distances, 0.0)
            yield from _told(
                path, beyond, path.distances, rule.min_range_m, text + "begins at {limit:g}", unwanted=True
            )


def out_of_size(evidence: Evidence) -> Iterator[Suspicion]:
    """Boxes with an edge that the guideline does not allow."""
    for path in evidence.paths:
        rule, sizes = path.category.guideline, path.track.cuboids.sizes
        for axis, edge in enumerate(_EDGES):
            if rule.max_size_m is not None:
                most = rule.max_size_m[axis]
                text = f"{edge} is {{value:.2f}} m {{boxes}}, the guideline allows {{limit:g}}"
                yield from _told(path, sizes[:, axis] - most, sizes[:, axis], most, text)
            if rule.min_size_m is not None:
                least = rule.min_size_m[axis]
                text = f"{edge} is {{value:.2f}} m {{boxes}}, the guideline asks for {{limit:g}}"
                yield from _told(path, least - sizes[:, axis], sizes[:, axis], least, text)


def over_speed(evidence: Evidence) -> Iterator[Suspicion]:
    """Objects faster than the guideline says they go."""
    for path in evidence.paths if evidence.in_world else ():
        most = path.category.guideline.max_speed_m_s
        if most is not None:
            text = "goes at {value:.1f} m/s {boxes}, the guideline says {limit:g} at most"
            yield from _told(path, path.speeds - most, path.speeds, most, text)


def wrong_attribute(evidence: Evidence) -> Iterator[Suspicion]:
    """Values that the guideline does not allow, and attributes that are missing; others may say what they like."""
    for path in evidence.paths:
        rule, track = path.category.guideline, path.track
        columns = _attributes(path)
        for name, allowed in rule.attributes.items():
            values = columns.get(name, ())
            wrong = np.array([value is not None and not _is_among(value, allowed) for value in values], np.bool_)
            for rows in spans_of(wrong):
                known = ", ".join(map(repr, allowed))
                text = f"{name} is {values[rows[0]]!r} {how_long(rows, track)}, the guideline allows {known}"
                yield replace(_of(path, rows, text), repair=_as_others(path, name, rows, allowed))
        for name in rule.required:
            absent = np.array([value is None for value in columns.get(name, (None,) * len(track))], np.bool_)
            for rows in spans_of(absent):
                told = _of(path, rows, f"has no {name} {how_long(rows, track)}, which the guideline asks for")
                yield replace(told, repair=_as_others(path, name, rows, rule.attributes.get(name)))


def _as_others(
    path: Path, name: str, rows: NDArray[np.int64], allowed: tuple[Attribute, ...] | None
) -> tuple[Edit, ...]:
    """Say of some boxes what all others of the object say; where these do not agree, take away what is wrong."""
    columns = _attributes(path)
    if name not in columns:
        return ()
    others = [value for row, value in enumerate(columns[name]) if row not in rows and value is not None]
    if len(set(others)) == 1 and (allowed is None or _is_among(others[0], allowed)):
        said = {"track_id": path.track.id, "name": name, "value": others[0]}
        instants = path.track.timestamps_ns[rows]
        return tuple(Edit(action="set_box_attribute", arguments={**said, "timestamp_ns": int(t)}) for t in instants)
    wrong = any(columns[name][row] is not None for row in rows)
    return cleared([name], rows, path.track) if wrong else ()


def _attributes(path: Path) -> dict[str, tuple[Attribute | None, ...]]:
    """All attributes as columns over the boxes, those of the object as a whole, too."""
    whole = {name: (value,) * len(path.track) for name, value in path.track.attributes.items()}
    return {**whole, **path.track.box_attributes}


def _is_among(value: Attribute, allowed: tuple[Attribute, ...]) -> bool:
    """Tell whether a value is allowed; 1 is not True, and NaN is nothing."""
    return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in allowed)


def _of(path: Path, rows: NDArray[np.int64], text: str) -> Suspicion:
    time_ns = int(path.track.timestamps_ns[rows[0]])
    return Suspicion(object=path.track.id, timestamp_ns=time_ns, value=float(len(rows)), limit=1.0, message=text)


def _told(
    path: Path,
    beyond: NDArray[np.float64],
    values: NDArray[np.float64],
    limit: float,
    text: str,
    *,
    unwanted: bool = False,
) -> Iterator[Suspicion]:
    """Tell of runs of boxes beyond a limit of the guideline; those that it does not want at all may be deleted."""
    for rows in spans_of(beyond > 0):
        worst = int(rows[np.argmax(beyond[rows])])
        boxes = how_long(rows, path.track)
        yield Suspicion(
            object=path.track.id,
            timestamp_ns=int(path.track.timestamps_ns[worst]),
            value=float(values[worst]),
            limit=limit,
            message=text.format(value=values[worst], boxes=boxes, limit=limit),
            excess=1.0 + float(beyond[worst]) / max(limit, 1.0),
            repair=deleted(rows, path.track) if unwanted else (),
        )
