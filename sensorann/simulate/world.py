"""The simulated world: ground, houses, the ego vehicle's way, and everybody else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.geometry import Cuboids, Trajectory, Transforms
from sensorann.simulate.actors import CHECK_S, Actor, Footprints, collide, draw_actor, draw_kinds, footprints
from sensorann.simulate.ground import Ground, Streets, draw_ground
from sensorann.simulate.motion import Motion, plan_motion
from sensorann.simulate.paths import street_path
from sensorann.simulate.town import draw_town

START_NS = 1_780_304_400_000_000_000  # 2026-06-01, 9 o'clock UTC
MARGIN_S = 0.2  # the world lives a little longer than its sweeps on both sides: a sweep takes time
_POSE_NS = 10_000_000  # the ego's poses come at 100 Hz
_EGO_SIZE = (4.6, 1.9)
_TRIES = 60


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class World:
    """Everything that sensors can see, at any instant of its span.

    Attributes
    ----------
    seed : that it was drawn from
    start_ns : int64 instant that seconds count from
    ground : Ground
    town : boxes that never move and are no actors, in the world frame
    town_kinds : (N,) int8, see `sensorann.simulate.gardens`
    actors : everybody else
    trajectory : of the ego vehicle; its origin is the ground under its middle
    """

    seed: int
    start_ns: int
    ground: Ground
    town: Cuboids
    town_kinds: NDArray[np.int8]
    actors: tuple[Actor, ...]
    trajectory: Trajectory

    def seconds(self, timestamps_ns: ArrayLike) -> NDArray[np.float64]:
        """Seconds of the world's own clock at int64 instants."""
        return np.asarray((np.asarray(timestamps_ns, np.int64) - self.start_ns) * 1e-9)

    def boxes(self, actor: Actor, timestamps_ns: ArrayLike) -> Cuboids:
        """Boxes of one actor at N instants, in the world frame."""
        places, headings, _ = actor.motion.at(self.seconds(timestamps_ns))
        rotations, standing = self.ground.poses(places, headings)
        centers = standing + rotations[:, :, 2] * (actor.size[2] / 2)
        return Cuboids(
            centers=centers, sizes=np.tile(actor.size, (len(centers), 1)), rotations=rotations, frame="world"
        )

    def velocities(self, actor: Actor, timestamps_ns: ArrayLike) -> NDArray[np.float64]:
        """Velocities (N, 3) of one actor in the world frame, m/s."""
        places, headings, speeds = actor.motion.at(self.seconds(timestamps_ns))
        rotations, _ = self.ground.poses(places, headings)
        # The speed is counted on the map, the forward axis of the box climbs.
        forward = rotations[:, :, 0]
        return np.asarray(forward * (speeds / np.hypot(forward[:, 0], forward[:, 1]))[:, None])


def draw_world(
    *, seed: int, span_s: float, n_actors: int, relief: float = 1.0, kerb_height: float = 0.12, gardens: bool = False
) -> World:
    """Draw a world from a seed; the same seed gives the same world on every machine.

    Parameters
    ----------
    seed : >= 0
    span_s : from the first to the last sweep, seconds
    n_actors : beside the ego vehicle
    relief, kerb_height : see `sensorann.simulate.ground.draw_ground`
    gardens : see `sensorann.simulate.gardens`
    """
    # Independent streams: a change of the actors leaves ground and town as they were.
    ground_rng, ego_rng, town_rng, actor_rng = (np.random.default_rng([seed, stream]) for stream in range(4))
    ground = draw_ground(ground_rng, relief=relief, kerb_height=kerb_height)
    ego = _draw_ego(ground.streets, span_s, ego_rng)
    trajectory, way = _ego_trajectory(ground, ego, span_s)
    town, town_kinds = draw_town(ground, way, radius=130.0, gardens=gardens, rng=town_rng)
    actors = _place_actors(n_actors, ego, way, ground.streets, span_s, actor_rng)
    return World(
        seed=seed, start_ns=START_NS, ground=ground, town=town, town_kinds=town_kinds, actors=actors,
        trajectory=trajectory,
    )  # fmt: skip


def _draw_ego(streets: Streets, span_s: float, rng: np.random.Generator) -> Motion:
    """Drive along the street and turn at the first crossing; later crossings by chance, with a stop here and there."""
    cruise = float(rng.uniform(8.0, 10.0))
    length = cruise * (span_s + 2 * MARGIN_S) + 2 * streets.spacing
    n_turns = int(np.ceil(length / streets.spacing))
    turns = [int(turn) for turn in rng.choice([0, 1, -1], n_turns, p=[0.4, 0.3, 0.3])]
    turns[0] = int(rng.choice([1, -1]))
    path = street_path(
        node=(0, 0), direction=int(rng.integers(4)), turns=turns, spacing=streets.spacing, offset=1.7, rounding=9.0,
        before=80.0,
    )  # fmt: skip
    stops = [(float(rng.uniform(60.0, 140.0)) + 250.0 * k, float(rng.uniform(2.0, 5.0))) for k in range(1, n_turns)]
    return plan_motion(path, start=30.0, start_s=-MARGIN_S, end_s=span_s + MARGIN_S, cruise=cruise, stops=stops)


def _ego_trajectory(ground: Ground, ego: Motion, span_s: float) -> tuple[Trajectory, NDArray[np.float64]]:
    margin_ns = round(MARGIN_S * 1e9)
    offsets = np.arange(-margin_ns, round(span_s * 1e9) + margin_ns + _POSE_NS, _POSE_NS, dtype=np.int64)
    places, headings, _ = ego.at(offsets * 1e-9)
    rotations, standing = ground.poses(places, headings)
    return Trajectory(START_NS + offsets, Transforms(rotations, standing)), places


def _place_actors(
    n_actors: int, ego: Motion, way: NDArray[np.float64], streets: Streets, span_s: float, rng: np.random.Generator
) -> tuple[Actor, ...]:
    """Draw actors one by one and keep those that meet nobody; with every refusal they may be further away."""
    times = np.arange(-MARGIN_S, span_s + MARGIN_S + CHECK_S, CHECK_S)
    ego_places, ego_headings, _ = ego.at(times)
    placed = [Footprints(ego_places, ego_headings, (_EGO_SIZE[0] / 2, _EGO_SIZE[1] / 2))]
    actors: list[Actor] = []
    refused = 0
    for kind in draw_kinds(n_actors, rng):
        while True:
            edges = _edges_near(way, streets, radius=30.0 * (1 + refused // _TRIES))
            actor = draw_actor(kind, edges, streets=streets, start_s=-MARGIN_S, end_s=span_s + MARGIN_S, rng=rng)
            candidate = footprints(actor, times)
            if not any(collide(candidate, other) for other in placed):
                break
            refused += 1
        placed.append(candidate)
        actors.append(actor)
    return tuple(actors)


def _edges_near(way: NDArray[np.float64], streets: Streets, *, radius: float) -> list[tuple[tuple[int, int], int]]:
    """Stretches of street whose middle is near the way: the crossing that one heads for, and the direction."""
    spacing = streets.spacing
    coarse = way[:: max(1, len(way) // 200)]
    reach = int(np.ceil(radius / spacing)) + 1
    lowest, highest = (np.floor(bound / spacing).astype(int) for bound in (way.min(axis=0), way.max(axis=0)))
    steps = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])
    edges = []
    for i in range(lowest[0] - reach, highest[0] + reach + 2):
        for j in range(lowest[1] - reach, highest[1] + reach + 2):
            for direction in range(4):
                middle = spacing * (np.array([i, j]) - 0.5 * steps[direction])
                if np.linalg.norm(coarse - middle, axis=1).min() < radius + spacing / 4:
                    edges.append(((i, j), direction))
    return edges
