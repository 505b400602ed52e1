"""How far people agree about attributes: of objects and of single boxes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sensorann.qa.agreement.alpha import interval_sums, nominal_sums
from sensorann.qa.agreement.gathering import Gathered
from sensorann.qa.agreement.tally import Tally
from sensorann.qa.agreement.units import alpha_tally, by_unit
from sensorann.scene import Attribute, Track

Said = Attribute | None


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
