"""Front gardens: hedges, low walls, gate posts, bushes, bins and trunks, which a detector must not take for objects."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

# Kinds of what stands beside the streets. Leaves let light in: it comes back from somewhere below their surface.
HOUSE, POST, WALL, LEAVES = range(4)
DEPTH = 6.0  # from the pavement to the house, metres
_LEAF_DEPTH, _DEEPEST = 0.15, 0.5  # how far light gets into leaves: mean and most, metres
_DRIVEWAY = 3.2
_TWIG = 0.6  # hedges and bushes are made of boxes about so large

Thing = tuple[int, NDArray[np.float64], tuple[float, float, float]]


def front_gardens(start: float, end: float, pavement: float, rng: np.random.Generator) -> Iterator[Thing]:
    """Line one side of a block with gardens.

    Parameters
    ----------
    start, end : along the side, metres
    pavement : where it ends across the side, and the gardens begin
    rng : source of chance

    Yields
    ------
    Kind, middle in plan (2,) and size (length, width, height above the ground) of a box along the axes, metres.
    """
    x = start
    while x < end - _DRIVEWAY - 2.0:
        stop = min(x + float(rng.uniform(5.0, 14.0)), end - _DRIVEWAY)
        yield from _boundary(x, stop, pavement + 0.5, rng)
        for _ in range(int(rng.integers(0, 4))):
            middle = np.array([rng.uniform(x, stop), pavement + rng.uniform(1.8, DEPTH - 1.0)])
            yield from _bush(middle, rng)
        if rng.random() < 0.5:
            yield from _hedge_across(stop, pavement, rng)
        yield from _at_gate(stop, pavement, rng)
        x = stop + _DRIVEWAY
    for along in np.arange(start + 6.0, end, 14.0):
        width = float(rng.choice([0.08, 0.12, 0.3, 0.45]))  # a sign, a bollard, a young or an old tree
        yield POST, np.array([along, pavement - 3.6]), (width, min(width, 0.2), float(rng.uniform(1.1, 4.0)))


def into_leaves(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """How far N rays get into leaves before they come back, metres."""
    return np.minimum(rng.exponential(_LEAF_DEPTH, n), _DEEPEST)


def _boundary(start: float, stop: float, across: float, rng: np.random.Generator) -> Iterator[Thing]:
    """Hedge, wall, fence or nothing between pavement and garden."""
    what = rng.choice(["hedge", "wall", "fence", "open"], p=[0.4, 0.25, 0.15, 0.2])
    if what == "hedge":
        thick, height = float(rng.uniform(0.5, 1.0)), float(rng.uniform(0.7, 2.0))
        for x in np.arange(start, stop, _TWIG):
            yield _twigs(np.array([x, across]), (_TWIG * 1.2, thick, height), rng)
    elif what == "wall":
        middle = np.array([(start + stop) / 2, across])
        yield WALL, middle, (stop - start, 0.25, float(rng.uniform(0.5, 1.6)))
    elif what == "fence":
        height = float(rng.uniform(0.8, 1.3))
        for x in np.arange(start, stop, 0.35):
            yield POST, np.array([x, across]), (0.1, 0.04, height)


def _hedge_across(along: float, pavement: float, rng: np.random.Generator) -> Iterator[Thing]:
    """Hedge between two gardens."""
    height = float(rng.uniform(0.8, 2.0))
    for y in np.arange(pavement + 0.8, pavement + DEPTH - 0.5, _TWIG):
        yield _twigs(np.array([along - 0.4, y]), (0.7, _TWIG * 1.2, height), rng)


def _bush(middle: NDArray[np.float64], rng: np.random.Generator) -> Iterator[Thing]:
    reach, height = float(rng.uniform(0.1, 0.8)), float(rng.uniform(0.6, 2.0))
    for _ in range(int(rng.integers(2, 6))):
        off = rng.uniform(-reach, reach, 2)
        yield _twigs(middle + off, (_TWIG, _TWIG, height * (1.0 - 0.3 * float(np.hypot(*off)))), rng)


def _at_gate(along: float, pavement: float, rng: np.random.Generator) -> Iterator[Thing]:
    """Two gate posts, or a bin or two waiting for the van."""
    draw = rng.random()
    if draw < 0.4:
        width, height = float(rng.uniform(0.3, 0.5)), float(rng.uniform(1.0, 1.9))
        for x in (along + 0.3, along + _DRIVEWAY - 0.3):
            yield WALL, np.array([x, pavement + 0.5]), (width, width, height)
    elif draw < 0.7:
        for number in range(int(rng.integers(1, 4))):
            middle = np.array([along + 0.4 + 0.75 * number, pavement + 0.9])
            yield WALL, middle, (0.6, 0.7, float(rng.uniform(0.95, 1.2)))


def _twigs(middle: NDArray[np.float64], size: tuple[float, float, float], rng: np.random.Generator) -> Thing:
    """One box of leaves, not quite where and as large as its neighbours."""
    length, width, height = np.array(size) * rng.uniform(0.85, 1.15, 3)
    return LEAVES, middle + rng.normal(0.0, 0.05, 2), (float(length), float(width), float(height))
