"""A spinning multi-beam LiDAR: every column is cast at its own instant, so sweeps are distorted as real ones are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Transform
from sensorann.scene import Sweep
from sensorann.simulate.casting import NOTHING, PAVEMENT, ROAD, cast
from sensorann.simulate.gardens import LEAVES, into_leaves
from sensorann.simulate.vehicle import LIDAR, SWEEP_NS
from sensorann.simulate.world import World

_LOWEST, _HIGHEST = np.radians([-24.8, 2.0])


@dataclass(frozen=True, kw_only=True, slots=True)
class LidarModel:
    """Properties of the LiDAR; their usual values are those of `simulate_drive`.

    Attributes
    ----------
    n_beams, n_columns : rays per column, columns per turn
    range_noise : standard deviation in metres, cut off at four times that
    dropout : probability that a return is lost, before distance and darkness take their share
    max_range : metres
    """

    n_beams: int
    n_columns: int
    range_noise: float
    dropout: float
    max_range: float = 120.0


def cast_sweep(
    world: World, model: LidarModel, ego_from_lidar: Transform, *, index: int, timestamp_ns: int
) -> tuple[Sweep, NDArray[np.int32]]:
    """Cast one sweep as the sensor records it: points in the sensor's frame at their own instants.

    Returns
    -------
    sweep, with the fields intensity (0 to 1), ring (0 lowest) and time_offset_ns; and the owner (N,) of each point:
    actor from 0, then the boxes of the town, or `ROAD`, `PAVEMENT`
    """
    turned = (np.arange(model.n_columns) + 0.5) / model.n_columns
    azimuths = np.pi - 2 * np.pi * turned
    offsets_ns = np.rint((turned - 0.5) * SWEEP_NS).astype(np.int64)
    elevations = np.linspace(_LOWEST, _HIGHEST, model.n_beams)
    forwards = np.column_stack([np.cos(azimuths), np.sin(azimuths), np.zeros(model.n_columns)])
    hits = cast(
        world,
        timestamp_ns + offsets_ns,
        world.trajectory.sample(timestamp_ns + offsets_ns) @ ego_from_lidar,
        forwards,
        np.array([0.0, 0.0, 1.0]),
        np.tan(elevations),
        max_range=model.max_range,
    )
    rng = np.random.default_rng([world.seed, 101, index])
    shape = hits.owners.shape
    noise = np.clip(rng.standard_normal(shape, np.float32), -4, 4) * model.range_noise
    luck = rng.random(shape, np.float32)
    intensities = _reflectivities(world)[hits.owners] * (0.25 + 0.75 * hits.cosines)
    intensities *= 1 + 0.1 * (rng.random(shape, np.float32) - 0.5)
    fading = np.where(np.isfinite(hits.distances), hits.distances / model.max_range, 1.0) ** 2 * (1 - intensities)
    kept = (hits.owners != NOTHING) & (luck >= model.dropout + 0.6 * fading)
    columns, rings = np.nonzero(kept)
    distances = hits.distances[kept] + noise[kept] + _in_leaves(world, hits.owners[kept], index)
    level, rise = np.cos(elevations)[rings] * distances, np.sin(elevations)[rings] * distances
    points = np.column_stack([forwards[columns, 0] * level, forwards[columns, 1] * level, rise]).astype(np.float32)
    fields = {
        "intensity": np.clip(intensities[kept], 0, 1).astype(np.float32),
        "ring": rings.astype(np.uint16),
        "time_offset_ns": offsets_ns[columns].astype(np.int32),
    }
    return Sweep(sensor=LIDAR, timestamp_ns=timestamp_ns, points=points, fields=fields), hits.owners[kept]


def _in_leaves(world: World, owners: NDArray[np.int32], index: int) -> NDArray[np.float64]:
    """How much farther than their surface leaves give back the light of rays that met `owners` (N,), metres."""
    leaves = np.zeros(len(world.actors) + len(world.town) + 3, np.bool_)  # the last three are no box
    leaves[len(world.actors) : -3] = world.town_kinds == LEAVES
    met = leaves[owners]
    farther = np.zeros(len(owners))
    farther[met] = into_leaves(int(met.sum()), np.random.default_rng([world.seed, 102, index]))
    return farther


def _reflectivities(world: World) -> NDArray[np.float32]:
    """Share of light that comes back, by owner; the last three are nothing, pavement and road."""
    rng = np.random.default_rng([world.seed, 100])
    n_actors, n_town = len(world.actors), len(world.town)
    owners = np.concatenate([rng.uniform(0.2, 0.95, n_actors), rng.uniform(0.3, 0.6, n_town), np.zeros(3)])
    owners[[NOTHING, PAVEMENT, ROAD]] = 0.0, 0.35, 0.2
    return owners.astype(np.float32)
