"""Votes on what has no middle: categories, attributes, sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sensorann.qa.agreement.attributes import Said, is_number, known, value_key
from sensorann.qa.agreement.gathering import Gathered
from sensorann.qa.agreement.medians import weighted_median
from sensorann.scene import Attribute


class Vote(NamedTuple):
    """How a vote ended.

    Attributes
    ----------
    winner : what most of the weight is for; of equals what was named first
    share : of the weight of all who said something
    """

    winner: Attribute
    share: float


def vote(values: Sequence[Said], weights: Sequence[float]) -> Vote | None:
    """Count weighted voices; None where nobody says anything."""
    said = {value_key(value): value for value in reversed(values) if value is not None}
    if not said:
        return None
    counts: defaultdict[tuple[bool, Attribute], float] = defaultdict(float)
    for value, weight in zip(values, weights, strict=True):
        if value is not None:
            counts[value_key(value)] += weight
    best = max(counts, key=lambda key: counts[key])
    return Vote(said[best], counts[best] / sum(counts.values()))


def vote_on_category(gathered: Gathered, parents: NDArray[np.int64], weights: NDArray[np.float64]) -> Vote:
    """Vote of the tracks (P,) of an object, weights (P,), on its category."""
    names = [str(name) for name in gathered.categories[parents]]
    found = vote(names, weights.tolist())
    return Vote(names[0], 1.0) if found is None else found


def merged_attributes(
    gathered: Gathered, parents: NDArray[np.int64], weights: NDArray[np.float64]
) -> dict[str, Attribute]:
    """Attributes of an object by those of its tracks (P,), weights (P,)."""
    tracks = [gathered.tracks[row] for row in parents]
    names = dict.fromkeys(name for track in tracks for name in track.attributes)
    columns = {name: [known(track.attributes.get(name)) for track in tracks] for name in names}
    merged = {name: _merged(values, weights.tolist()) for name, values in columns.items()}
    return {name: value for name, value in merged.items() if value is not None}


def merged_box_attributes(
    gathered: Gathered, units: NDArray[np.int64], voices: NDArray[np.float64]
) -> dict[str, tuple[Said, ...]]:
    """Attributes of the boxes of an object by those of the boxes (U, R) of people with voices (R,)."""
    tracks = [gathered.tracks[row] for row in np.unique(gathered.rows[units[units >= 0]])]
    names = dict.fromkeys(name for track in tracks for name in track.box_attributes)
    merged = {}
    for name in names:
        rows = []
        for unit in units:
            boxes = [(box, voices[person]) for person, box in enumerate(unit) if box >= 0]
            rows.append(_merged([_of_box(gathered, box, name) for box, _ in boxes], [weight for _, weight in boxes]))
        merged[name] = tuple(rows)
    return merged


def merged_sources(gathered: Gathered, units: NDArray[np.int64], voices: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Source (U,) that most of the weight of the boxes (U, R) has; of equals the lowest number."""
    sources = np.append(gathered.sources, -1)[units]
    kinds = np.unique(sources[sources >= 0])
    weights = (np.equal(sources[..., None], kinds) * voices[:, None]).sum(axis=1)
    return np.asarray(kinds[weights.argmax(axis=1)], np.uint8)


def _merged(values: Sequence[Said], weights: Sequence[float]) -> Said:
    """Median of quantities, else the word with most votes."""
    if is_number(values):
        said = np.array([[np.nan if value is None else float(value)] for value in values])
        return float(weighted_median(said, np.array(weights))[0])
    found = vote(values, weights)
    return None if found is None else found.winner


def _of_box(gathered: Gathered, box: int, name: str) -> Said:
    attributes = gathered.tracks[gathered.rows[box]].box_attributes
    return known(attributes[name][gathered.places[box]]) if name in attributes else None
