"""How far people agree about attributes: of objects and of single boxes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from sensorann.qa.agreement.alpha import interval_sums, nominal_sums
from sensorann.qa.agreement.gathering import Gathered
from sensorann.qa.agreement.kappa import kappa_of_table
from sensorann.qa.agreement.tally import Tally
from sensorann.qa.agreement.units import alpha_tally, by_unit
from sensorann.scene import Attribute, Track

Said = Attribute | None
# Whole numbers that spread further count something.
_MOST_DEGREES = 12


def said_of(gathered: Gathered) -> dict[str, list[Said]]:
    """What is said of each of the N boxes under each name: of the box, or else of the object; None where nothing is.

    NaN says nothing.
    """
    names = sorted({name for track in gathered.tracks for name in (*track.attributes, *track.box_attributes)})
    columns = {}
    for name in names:
        values = [
            _said(gathered.tracks[row], name, place) for row, place in zip(gathered.rows, gathered.places, strict=True)
        ]
        columns[name] = values
    return columns


def is_number(values: Sequence[Said]) -> bool:
    """Tell whether an attribute is a quantity, and not a word."""
    kinds = {type(value) for value in values if value is not None}
    return float in kinds and kinds <= {int, float}


def attribute_tally(units: NDArray[np.int64], values: Sequence[Said], words: Sequence[Attribute] | None) -> Tally:
    """Count what alpha of one attribute follows from: differences of numbers where there are no words, else 0 or 1."""
    if words is None:
        numbers = np.array([np.nan if value is None else float(value) for value in values])
        return alpha_tally(units, interval_sums(by_unit(units, numbers)[..., None]), "interval")
    places = {value_key(word): number for number, word in enumerate(words)}
    codes = np.array([np.nan if value is None else places[value_key(value)] for value in values])
    return alpha_tally(units, nominal_sums(by_unit(units, codes), np.arange(0.0, len(words))), "nominal")


def degrees_of(values: Sequence[Said]) -> range:
    """Degrees that an attribute takes, such as of occlusion: whole numbers, of which there are few; else none."""
    said = [value for value in values if type(value) is int]
    if not said or len(said) < sum(value is not None for value in values):
        return range(0)
    degrees = range(min(said), max(said) + 1)
    return degrees if len(degrees) <= _MOST_DEGREES else range(0)


def degree_tally(units: NDArray[np.int64], values: Sequence[Said], degrees: range) -> Tally:
    """Count what weighted kappa of degrees follows from: how often one of two people says i where the other says j.

    All pairs of people count, each both ways, so that nobody is the first.
    """
    n_degrees = len(degrees)
    places = np.array([np.nan if value is None else float(value) - degrees.start for value in values])
    said = by_unit(units, places)
    tables, boxes = [], []
    for one, other in combinations(range(len(said)), 2):
        both = np.flatnonzero(np.isfinite(said[one]) & np.isfinite(said[other]))
        i, j = said[one, both].astype(np.int64), said[other, both].astype(np.int64)
        table = np.zeros((len(both), n_degrees, n_degrees))
        rows = np.arange(len(both))
        np.add.at(table, (rows, i, j), 0.5)
        np.add.at(table, (rows, j, i), 0.5)
        tables.append(table.reshape(len(both), n_degrees**2))
        boxes.append(units[both, one])

    def value_of(sums: NDArray[np.float64]) -> NDArray[np.float64]:
        return kappa_of_table(sums.reshape(*sums.shape[:-1], n_degrees, n_degrees), weights="quadratic")

    return Tally(counts=np.concatenate(tables), boxes=np.concatenate(boxes), value_of=value_of)


def words_of(values: Sequence[Said]) -> list[Attribute]:
    """Distinct values that an attribute takes."""
    return list({value_key(value): value for value in values if value is not None}.values())


def value_key(value: Attribute) -> tuple[bool, Attribute]:
    """Tell True from 1, which Python does not."""
    return isinstance(value, bool), value


def _said(track: Track, name: str, place: int) -> Said:
    of_box = track.box_attributes[name][place] if name in track.box_attributes else None
    return known(track.attributes.get(name) if of_box is None else of_box)


def known(value: Said) -> Said:
    """Take NaN for what it says: nothing."""
    return None if isinstance(value, float) and math.isnan(value) else value
