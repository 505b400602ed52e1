"""One object at one instant, as everybody labelled it: what is compared, and counted for every figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry.overlap import paired_iou_3d
from sensorann.geometry.rotations import wrap_angle
from sensorann.qa.agreement.alpha import Level, alpha_of_sums, circular_sums, interval_sums, nominal_sums
from sensorann.qa.agreement.gathering import Gathered
from sensorann.qa.agreement.kappa import fleiss_of_sums, fleiss_sums, kappa_of_table
from sensorann.qa.agreement.tally import Tally, ratio

# Boxes of one object whose headings differ by more than this are the wrong way round for somebody.
_FLIPPED = np.pi / 2


def units_of(gathered: Gathered) -> NDArray[np.int64]:
    """Box (U, R) of each person about each object at each instant, -1 where there is none."""
    keys = gathered.objects * len(gathered.instants_ns) + gathered.frames
    _, numbers = np.unique(keys, return_inverse=True)
    units = np.full((int(numbers.max(initial=-1)) + 1, len(gathered.names)), -1, np.int64)
    units[numbers, gathered.people] = np.arange(len(keys))
    return units


def tallies_of_pairs(
    gathered: Gathered, units: NDArray[np.int64], words: Sequence[str]
) -> dict[tuple[str, str], dict[str, Tally]]:
    """Count for every two people: who found what of whom, and how far the boxes of one object differ.

    A pair of boxes counts once for each of the two, so that a figure of a group is of all boxes in it, whoever's.
    """
    frames, names = gathered.frames[units.max(axis=1)], gathered.names
    tallies = {}
    for pair in combinations(range(len(names)), 2):
        heard = np.asarray(gathered.spoken[list(pair)].all(axis=0))[frames]
        tallies[names[pair[0]], names[pair[1]]] = _pair_tallies(gathered, units[heard][:, pair], words)
    return tallies


def _pair_tallies(gathered: Gathered, units: NDArray[np.int64], words: Sequence[str]) -> dict[str, Tally]:
    """Count the boxes of two people (U, 2) at the instants that both labelled."""
    both = units[np.asarray((units >= 0).all(axis=1))]
    ours, theirs = gathered.cuboids[both[:, 0]], gathered.cuboids[both[:, 1]]
    shared = paired_iou_3d(ours, theirs)
    least = gathered.least_overlaps[gathered.rows[both]].min(axis=1)
    found = np.zeros(len(gathered.rows))
    found[both] = (shared >= least)[:, None]
    present = units[units >= 0]
    turns = np.abs(wrap_angle(ours.yaws - theirs.yaws))
    differences = {
        "iou": shared,
        "center_m": np.linalg.norm(ours.centers - theirs.centers, axis=1),
        "size_m": np.abs(ours.sizes - theirs.sizes).mean(axis=1),
        "yaw_deg": np.degrees(np.minimum(turns, np.pi - turns)),
        "flipped": (turns > _FLIPPED).astype(np.float64),
    }
    tallies = {"f1": _mean_tally(found[present], present)}
    tallies |= {name: _mean_tally(np.tile(values, 2), both.T.reshape(-1)) for name, values in differences.items()}
    return tallies | {"kappa": _kappa_tally(class_codes(gathered, words)[both].astype(np.int64), both, len(words))}


def _kappa_tally(codes: NDArray[np.int64], both: NDArray[np.int64], n_words: int) -> Tally:
    """Count how often one person named one category where the other named another, codes (P, 2)."""

    def value_of(sums: NDArray[np.float64]) -> NDArray[np.float64]:
        return kappa_of_table(sums.reshape(*sums.shape[:-1], n_words, n_words))

    counts = np.zeros((len(codes), n_words * n_words))
    counts[np.arange(len(codes)), codes[:, 0] * n_words + codes[:, 1]] = 1.0
    return Tally(counts=counts, boxes=both[:, 0], value_of=value_of)


def _mean_tally(values: NDArray[np.float64], boxes: NDArray[np.int64]) -> Tally:
    return Tally(counts=np.column_stack([values, np.ones(len(values))]), boxes=boxes, value_of=ratio)


def tallies_of_units(gathered: Gathered, units: NDArray[np.int64], words: Sequence[str]) -> dict[str, Tally]:
    """Count what the alphas of class, place, size and heading and Fleiss' kappa follow from.

    Parameters
    ----------
    gathered : boxes
    units : see `units_of`
    words : the C categories that there are, in all drives
    """
    classes = by_unit(units, class_codes(gathered, words))
    # Somebody who labelled the instant, and not this object, says: nothing is there.
    silent = np.isnan(classes) & gathered.spoken[:, gathered.frames[units.max(axis=1)]]
    sizes = by_unit(units, gathered.cuboids.sizes)
    centers = gathered.cuboids.centers
    # Near zero, for the sake of the digits of UTM coordinates.
    places = by_unit(units, centers - centers.mean(axis=0))
    sums: dict[str, tuple[Level, NDArray[np.float64]]] = {
        "alpha_object": ("nominal", nominal_sums(np.where(silent, -1.0, classes), np.arange(-1.0, len(words)))),
        "alpha_class": ("nominal", nominal_sums(classes, np.arange(0.0, len(words)))),
        "alpha_center": ("interval", interval_sums(places)),
        "alpha_length": ("interval", interval_sums(sizes[..., :1])),
        "alpha_width": ("interval", interval_sums(sizes[..., 1:2])),
        "alpha_height": ("interval", interval_sums(sizes[..., 2:])),
        "alpha_yaw": ("circular", circular_sums(by_unit(units, gathered.cuboids.yaws))),
    }
    tallies = {name: alpha_tally(units, counts, level) for name, (level, counts) in sums.items()}
    named = np.equal(classes[..., None], np.arange(len(words))).sum(axis=0).astype(np.float64)
    everybody = (units >= 0).all(axis=1)
    fleiss = Tally(counts=fleiss_sums(named[everybody]), boxes=units[everybody, 0], value_of=fleiss_of_sums)
    return tallies | {"fleiss": fleiss}


def class_codes(gathered: Gathered, words: Sequence[str]) -> NDArray[np.float64]:
    """Number (N,) of the category of each box among the words."""
    numbers = {word: number for number, word in enumerate(words)}
    return np.array([numbers[name] for name in gathered.categories], np.float64)[gathered.rows]


def by_unit(units: NDArray[np.int64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring values (N, ...) of boxes into units (R, U, ...); NaN where there is no box."""
    taken = np.append(values, np.full((1, *values.shape[1:]), np.nan), axis=0)
    return np.asarray(np.swapaxes(taken[units], 0, 1))


def alpha_tally(units: NDArray[np.int64], sums: NDArray[np.float64], level: Level) -> Tally:
    """Make a tally of sums (U, K); a unit belongs to the group of its first box."""
    first = units[np.arange(len(units)), (units >= 0).argmax(axis=1)]
    value_of: Callable[[NDArray[np.float64]], NDArray[np.float64]] = partial(alpha_of_sums, level=level)
    return Tally(counts=sums, boxes=first, value_of=value_of)
