"""How noisy each kind of number is that a sensor measures, by what is left of it: a data sheet may be wrong.

One common factor would hide it: a radar whose azimuths err three times as much as stated, and whose ranges do not,
tells the yaw three times worse, and the rest as before. Each kind has its share of the freedom that the unknowns leave
(W. Foerstner, 1979); a kind whose residuals exceed that by more than chance is taken to be as noisy as they say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats

from calib.targets.detections import Floats

Noises = Mapping[tuple[str, str], float]
# Once in a thousand right noises seem too small.
_CHANCE = 0.001
# Of what is left by less freedom nothing is known of its own.
_LEAST_FREEDOM = 8.0
_KINDS = {"x": "position", "y": "position", "z": "position", "u": "pixel", "v": "pixel"}


def freedoms(by_shared: Floats, by_block: Floats, information: Floats) -> Floats:
    """Share (N, m) of each number in the freedom that is left: 1 where no unknown follows it, 0 where one does.

    Parameters
    ----------
    by_shared : (N, m, G) derivatives of the whitened residuals by what is shared, once the blocks have given way
    by_block : (N, m, B) derivatives by the unknowns of the row's own block, with the block's inverse root applied
    information : (G, G) of what is shared
    """
    inverse = np.linalg.pinv(information, hermitian=True)
    told = np.einsum("nmi,ij,nmj->nm", by_shared, inverse, by_shared, optimize=True)
    return np.asarray(np.clip(1.0 - told - (by_block**2).sum(axis=2), 0.0, 1.0))


def larger_noises(
    sensor: str, coordinates: Sequence[str], residuals: Floats, left: Floats
) -> dict[tuple[str, str], float]:
    """Return by how much noisier a sensor is than stated, for each kind of number of which that is beyond chance.

    Parameters
    ----------
    sensor : its name
    coordinates : names of the m numbers
    residuals, left : (N, m), whitened, and the freedom of each
    """
    kinds = [_KINDS.get(name, name) for name in coordinates]
    found = {}
    for kind in dict.fromkeys(kinds):
        columns = [i for i, one in enumerate(kinds) if one == kind]
        squares, freedom = float((residuals[:, columns] ** 2).sum()), float(left[:, columns].sum())
        if freedom >= _LEAST_FREEDOM and squares > stats.chi2.isf(_CHANCE, freedom):
            found[sensor, kind] = float(np.sqrt(squares / freedom))
    return found


def times(one: Noises, other: Noises) -> dict[tuple[str, str], float]:
    """Multiply factors of the same kinds."""
    return {key: one.get(key, 1.0) * other.get(key, 1.0) for key in {**one, **other}}


def of_sensor(noises: Noises, sensor: str) -> dict[str, float]:
    """Return the factors of one sensor by kind."""
    return {kind: factor for (name, kind), factor in noises.items() if name == sensor}


def noises_document(noises: Noises) -> list[dict[str, str | float]]:
    """Return what a calibration file holds of them."""
    return [{"sensor": sensor, "of": kind, "scale": factor} for (sensor, kind), factor in noises.items()]


def noises_text(noises: Noises) -> str:
    """Say of which numbers the noise is larger than stated."""
    return ", ".join(f"{sensor} {kind} {factor:.1f} times" for (sensor, kind), factor in noises.items())
