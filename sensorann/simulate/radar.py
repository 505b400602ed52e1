"""A radar that measures range, azimuth and Doppler, and no elevation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Transform, Transforms
from sensorann.scene import Sweep
from sensorann.simulate.casting import Hits, cast
from sensorann.simulate.vehicle import RADAR
from sensorann.simulate.world import World

RANGE_NOISE, AZIMUTH_NOISE, DOPPLER_NOISE = 0.15, np.radians(0.4), 0.08
FALSE_ALARM = -4
_MAX_RANGE = 100.0
_HALF_VIEW = np.radians(60.0)
_N_COLUMNS = 241
_SLOPES = np.array([-0.01, 0.02, 0.06])
_TOWN_SHARE = 0.06  # houses and posts answer this often, actors nearly always
_FALSE_ALARMS = 2.0  # per scan, on average
_VELOCITY_NS = 5_000_000  # half the span over which the sensor's own velocity is taken


def scan(world: World, ego_from_radar: Transform, *, index: int, timestamp_ns: int) -> tuple[Sweep, NDArray[np.int32]]:
    """Take one radar scan.

    Returns
    -------
    sweep, its points in the plane z = 0 of the sensor, with the fields doppler (range rate, m/s, positive away), vx,
    vy (the same along the line of sight), vx_comp, vy_comp (without the ego vehicle's motion) and rcs (dBsm); and the
    owner (N,) of each return: actor from 0, then the boxes of the town, or `FALSE_ALARM`
    """
    rng = np.random.default_rng([world.seed, 201, index])
    azimuths = np.linspace(_HALF_VIEW, -_HALF_VIEW, _N_COLUMNS)
    world_from_radar = world.trajectory.at(timestamp_ns) @ ego_from_radar
    hits = _cast(world, world_from_radar, azimuths, timestamp_ns)
    columns, rays = _choose_returns(hits, len(world.actors), rng)
    owners = hits.owners[columns, rays]
    lines = np.column_stack([np.cos(azimuths[columns]), np.sin(azimuths[columns]), _SLOPES[rays]])
    lines /= np.linalg.norm(lines, axis=1, keepdims=True)
    sight = world_from_radar.rotate(lines)
    over_ground = (_owner_velocities(world, owners, timestamp_ns) * sight).sum(axis=1)
    own = sight @ _sensor_velocity(world, ego_from_radar, timestamp_ns)
    n_false = int(rng.poisson(_FALSE_ALARMS))
    ranges = np.concatenate([hits.distances[columns, rays], rng.uniform(3.0, _MAX_RANGE, n_false)])
    angles = np.concatenate([azimuths[columns], rng.uniform(-_HALF_VIEW, _HALF_VIEW, n_false)])
    doppler = np.concatenate([over_ground - own, rng.uniform(-15.0, 15.0, n_false)])
    compensation = np.concatenate([own, np.zeros(n_false)])
    owners = np.concatenate([owners, np.full(n_false, FALSE_ALARM, np.int32)])
    n = len(ranges)
    noise = np.clip(rng.standard_normal((3, n)), -4, 4)
    ranges = ranges + RANGE_NOISE * noise[0]
    angles = angles + AZIMUTH_NOISE * noise[1]
    doppler = doppler + DOPPLER_NOISE * noise[2]
    ahead, left = np.cos(angles), np.sin(angles)
    still = doppler + compensation
    fields = {
        "doppler": doppler,
        "vx": doppler * ahead,
        "vy": doppler * left,
        "vx_comp": still * ahead,
        "vy_comp": still * left,
        "rcs": _cross_sections(world)[owners] + rng.normal(0.0, 3.0, n),
    }
    points = np.column_stack([ranges * ahead, ranges * left, np.zeros(n)]).astype(np.float32)
    columns_f4 = {name: column.astype(np.float32) for name, column in fields.items()}
    return Sweep(sensor=RADAR, timestamp_ns=timestamp_ns, points=points, fields=columns_f4), owners


def _cast(world: World, world_from_radar: Transform, azimuths: NDArray[np.float64], timestamp_ns: int) -> Hits:
    n = len(azimuths)
    poses = Transforms(np.tile(world_from_radar.rotation, (n, 1, 1)), np.tile(world_from_radar.translation, (n, 1)))
    forwards = np.column_stack([np.cos(azimuths), np.sin(azimuths), np.zeros(n)])
    times = np.full(n, timestamp_ns, np.int64)
    return cast(world, times, poses, forwards, np.array([0.0, 0.0, 1.0]), _SLOPES, max_range=_MAX_RANGE)


def _choose_returns(hits: Hits, n_actors: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pick which rays answer: one to four per actor that is seen at all, and a few of the houses' many."""
    chosen = (hits.owners >= n_actors) & (rng.random(hits.owners.shape) < _TOWN_SHARE)
    for actor in np.unique(hits.owners[(hits.owners >= 0) & (hits.owners < n_actors)]):
        candidates = np.flatnonzero(hits.owners.ravel() == actor)
        count = min(len(candidates), 1 + int(rng.binomial(3, min(1.0, len(candidates) / 40))))
        chosen.ravel()[rng.choice(candidates, count, replace=False)] = True
    columns, rays = np.nonzero(chosen)
    return columns, rays


def _owner_velocities(world: World, owners: NDArray[np.int32], timestamp_ns: int) -> NDArray[np.float64]:
    velocities = np.zeros((len(owners), 3))
    for i in np.unique(owners[owners < len(world.actors)]):
        velocities[owners == i] = world.velocities(world.actors[i], np.array([timestamp_ns], np.int64))[0]
    return velocities


def _sensor_velocity(world: World, ego_from_radar: Transform, timestamp_ns: int) -> NDArray[np.float64]:
    """Velocity (3,) of the sensor in the world frame, its lever arm in bends included."""
    around = np.array([timestamp_ns - _VELOCITY_NS, timestamp_ns + _VELOCITY_NS], np.int64)
    places = (world.trajectory.sample(around) @ ego_from_radar).translations
    return np.asarray((places[1] - places[0]) / (2e-9 * _VELOCITY_NS))


def _cross_sections(world: World) -> NDArray[np.float64]:
    """Mean radar cross section by owner, dBsm: ten times the logarithm of the visible area; the last is no owner."""
    sizes = np.array([actor.size for actor in world.actors]).reshape(-1, 3)
    areas = np.concatenate([sizes[:, 1] * sizes[:, 2], np.full(len(world.town), 10.0), np.full(4, 0.5)])
    return np.asarray(10 * np.log10(areas))
