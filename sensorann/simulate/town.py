"""What stands still beside the streets: houses and lamp posts, with gardens in front of them or without."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboids
from sensorann.geometry.rotations import rotations_from_yaws
from sensorann.simulate.gardens import DEPTH, HOUSE, POST, Thing, front_gardens
from sensorann.simulate.ground import Ground, Streets

_PAVEMENT = 4.0  # from kerb to the nearest house wall, metres
_FARTHEST_GARDENS = 75.0  # from the middle of a block to the way: beyond, few rays would meet them, metres
_SUNK = 1.0  # houses and posts reach below the ground, which is not flat


def draw_town(
    ground: Ground, reach: NDArray[np.float64], *, radius: float, gardens: bool, rng: np.random.Generator
) -> tuple[Cuboids, NDArray[np.int8]]:
    """Line the blocks near the ego's way with houses and lamp posts.

    Parameters
    ----------
    ground : Ground
    reach : (N, 2) places of the ego vehicle, metres
    radius : how far from them blocks are built, metres
    gardens : whether there are hedges, low walls, bushes and the like between pavement and houses
    rng : source of chance

    Returns
    -------
    boxes in the world frame, and their kinds (N,), see `sensorann.simulate.gardens`
    """
    streets = ground.streets
    places, sizes, kinds = [], [], []
    for block in _blocks_near(reach, radius, streets):
        middle = (block + 0.5) * streets.spacing
        green = gardens and bool(np.linalg.norm(reach - middle, axis=1).min() <= _FARTHEST_GARDENS)
        for quarter in range(4):
            turn = rotations_from_yaws(quarter * np.pi / 2)[:2, :2]
            for kind, local, size in _one_side(streets, green, rng):
                # A quarter turn swaps length and width: boxes stay along the axes.
                length, width = size[:2] if quarter % 2 == 0 else size[1::-1]
                places.append(middle + turn @ local)
                sizes.append((length, width, size[2] + _SUNK))
                kinds.append(kind)
    at, edges = np.array(places).reshape(-1, 2), np.array(sizes).reshape(-1, 3)
    centers = np.column_stack([at, ground.heights(at) - _SUNK + edges[:, 2] / 2])
    boxes = Cuboids.from_yaws(centers, edges, np.zeros(len(at)), frame="world")
    return boxes, np.array(kinds, np.int8)


def _blocks_near(reach: NDArray[np.float64], radius: float, streets: Streets) -> NDArray[np.int64]:
    """Numbers (B, 2) of the blocks whose middle lies within the radius of any place, in order."""
    lowest = np.floor((reach.min(axis=0) - radius) / streets.spacing).astype(int)
    highest = np.floor((reach.max(axis=0) + radius) / streets.spacing).astype(int)
    grid = np.stack(np.meshgrid(*(np.arange(a, b + 1) for a, b in zip(lowest, highest, strict=True)), indexing="ij"))
    blocks = grid.reshape(2, -1).T
    middles = (blocks + 0.5) * streets.spacing
    # One place every ten metres of the way is enough, and keeps long drives cheap.
    coarse = reach[:: max(1, len(reach) // 500)]
    near = np.linalg.norm(middles[:, None] - coarse[None], axis=2).min(axis=1) <= radius + streets.spacing / 2
    return np.asarray(blocks[near])


def _one_side(streets: Streets, gardens: bool, rng: np.random.Generator) -> list[Thing]:
    """What stands along the side of a block that faces -y, in coordinates of its middle."""
    half = streets.spacing / 2 - streets.half_width
    things: list[Thing] = []
    x = -half + _PAVEMENT
    end = half - _PAVEMENT - 12.0  # the corner belongs to the next side
    while x < end - 6.0:
        length = min(float(rng.uniform(9.0, 22.0)), end - x)
        depth, height = float(rng.uniform(8.0, 11.0)), float(rng.uniform(5.0, 15.0))
        setback = float(rng.choice([0.0, 0.0, 1.5, 4.0])) + DEPTH * gardens
        if rng.random() < 0.85:
            centre = np.array([x + length / 2, -half + _PAVEMENT + setback + depth / 2])
            things.append((HOUSE, centre, (length, depth, height)))
        x += length + float(rng.choice([0.0, 0.4, 5.0]))
    for along in np.arange(-half + 9.0, half - 8.0, 22.0):
        things.append((POST, np.array([along, -half + 0.5]), (0.22, 0.22, 6.0)))
    if gardens:
        things += front_gardens(-half + _PAVEMENT, end, -half + _PAVEMENT, rng)
    return things
