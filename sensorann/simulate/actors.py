"""Who is on the streets: kinds of actors, how they move, and how they are placed without running into each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.simulate.ground import Streets
from sensorann.simulate.motion import Motion, plan_motion, stand_still
from sensorann.simulate.paths import street_path, swayed

CLEARANCE = 0.4  # metres kept between any two footprints
CHECK_S = 0.05  # footprints are compared this often: nothing passes through another in between


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind of actor: ranges are (lowest, highest), drawn uniformly.

    Attributes
    ----------
    category : of the default ontology
    length, width, height : metres
    speed : cruise speed, m/s
    offset : from the middle of the street to the right, metres
    rounding : see `sensorann.simulate.paths.round_corners`
    sway : amplitude and wavelength, see `sensorann.simulate.paths.swayed`
    share : of all actors
    parked : probability that it stands at the kerb all the time
    """

    category: str
    length: tuple[float, float]
    width: tuple[float, float]
    height: tuple[float, float]
    speed: tuple[float, float]
    offset: tuple[float, float]
    rounding: float
    sway: tuple[float, float]
    share: float
    parked: float = 0.0


KINDS = (
    Kind(
        category="car", length=(3.7, 4.9), width=(1.7, 1.95), height=(1.4, 1.75), speed=(6.0, 13.0),
        offset=(1.6, 1.8), rounding=9.0, sway=(0.15, 45.0), share=0.46, parked=0.35,
    ),
    Kind(
        category="van", length=(4.8, 5.8), width=(1.9, 2.05), height=(1.9, 2.5), speed=(6.0, 11.0),
        offset=(1.7, 1.8), rounding=9.0, sway=(0.1, 45.0), share=0.07, parked=0.4,
    ),
    Kind(
        category="truck", length=(6.5, 9.5), width=(2.35, 2.5), height=(2.8, 3.5), speed=(5.0, 9.0),
        offset=(1.7, 1.9), rounding=11.0, sway=(0.1, 50.0), share=0.07,
    ),
    Kind(
        category="pedestrian", length=(0.5, 0.85), width=(0.5, 0.75), height=(1.5, 1.9), speed=(0.9, 1.8),
        offset=(7.8, 9.4), rounding=1.5, sway=(0.2, 8.0), share=0.26,
    ),
    Kind(
        category="cyclist", length=(1.65, 1.85), width=(0.5, 0.65), height=(1.6, 1.85), speed=(3.0, 6.5),
        offset=(3.6, 3.8), rounding=6.0, sway=(0.2, 18.0), share=0.14,
    ),
)  # fmt: skip
_PARKING_OFFSET = 5.35


@dataclass(frozen=True, eq=False, slots=True)
class Actor:
    """One actor.

    Attributes
    ----------
    category : of the default ontology
    size : (length, width, height), metres
    motion : of the middle of its footprint
    moves : False for what is parked
    """

    category: str
    size: tuple[float, float, float]
    motion: Motion
    moves: bool


def draw_kinds(n_actors: int, rng: np.random.Generator) -> list[Kind]:
    """Draw kinds by their shares, the first of each kind before any repeats, so that small worlds are mixed too."""
    shares = np.array([kind.share for kind in KINDS])
    drawn = list(KINDS) + [KINDS[i] for i in rng.choice(len(KINDS), max(n_actors - len(KINDS), 0), p=shares)]
    return drawn[:n_actors]


def draw_actor(
    kind: Kind,
    edges: Sequence[tuple[tuple[int, int], int]],
    *,
    streets: Streets,
    start_s: float,
    end_s: float,
    rng: np.random.Generator,
) -> Actor:
    """Draw one actor on one of the stretches of street: the crossing that it heads for, and its direction."""
    size = (float(rng.uniform(*kind.length)), float(rng.uniform(*kind.width)), float(rng.uniform(*kind.height)))
    node, direction = edges[int(rng.integers(len(edges)))]
    if rng.random() < kind.parked:
        where = float(rng.uniform(14.0, streets.spacing - 14.0))
        path = street_path(
            node=node, direction=direction, turns=(), spacing=streets.spacing, offset=_PARKING_OFFSET,
            rounding=2.0, before=streets.spacing,
        )  # fmt: skip
        place, heading = path.at(where)
        askew = float(rng.normal(0.0, 0.02))
        return Actor(kind.category, size, stand_still(place, float(heading) + askew), moves=False)
    cruise = float(rng.uniform(*kind.speed))
    span_s = end_s - start_s
    n_turns = int(np.ceil((cruise * span_s + 30.0) / streets.spacing)) + 1
    turns = [int(turn) for turn in rng.choice([0, 1, -1], n_turns, p=[0.4, 0.3, 0.3])]
    path = street_path(
        node=node, direction=direction, turns=turns, spacing=streets.spacing,
        offset=float(rng.uniform(*kind.offset)), rounding=kind.rounding, before=streets.spacing,
    )  # fmt: skip
    path = swayed(path, amplitude=kind.sway[0], wavelength=kind.sway[1], phases=rng.uniform(-np.pi, np.pi, 2))
    start = float(rng.uniform(1.0, streets.spacing - 6.0))
    motion = plan_motion(
        path, start=start, start_s=start_s, end_s=end_s, cruise=cruise,
        stops=_draw_stops(start, cruise, span_s, rng), braking=float(rng.uniform(1.8, 3.2)),
    )  # fmt: skip
    return Actor(kind.category, size, motion, moves=True)


def _draw_stops(start: float, cruise: float, span_s: float, rng: np.random.Generator) -> list[tuple[float, float]]:
    """A third of all movers halts once within the drive, for a few seconds."""
    if rng.random() > 0.35:
        return []
    return [(start + float(rng.uniform(0.2, 0.7)) * cruise * span_s, float(rng.uniform(1.5, 4.0)))]


@dataclass(frozen=True, eq=False, slots=True)
class Footprints:
    """Rectangles on the ground at T instants.

    Attributes
    ----------
    places : (T, 2) float64, metres
    headings : (T,) float64, radians
    half_size : (half length, half width), metres
    """

    places: NDArray[np.float64]
    headings: NDArray[np.float64]
    half_size: tuple[float, float]


def footprints(actor: Actor, times_s: NDArray[np.float64]) -> Footprints:
    """Footprints of an actor at instants."""
    places, headings, _ = actor.motion.at(times_s)
    return Footprints(places, headings, (actor.size[0] / 2, actor.size[1] / 2))


def collide(a: Footprints, b: Footprints, *, clearance: float = CLEARANCE) -> bool:
    """Tell whether two come closer than the clearance at any instant (separating axes, both grown by half of it)."""
    between = b.places - a.places
    reach = sum(np.hypot(*footprint.half_size) for footprint in (a, b)) + clearance
    near = (between**2).sum(axis=1) < reach**2
    if not near.any():
        return False
    offsets = between[near]
    axes, halves = [], []
    for footprint in (a, b):
        cosine, sine = np.cos(footprint.headings[near]), np.sin(footprint.headings[near])
        axes += [np.column_stack([cosine, sine]), np.column_stack([-sine, cosine])]
        halves += [half + clearance / 2 for half in footprint.half_size]
    overlapping = np.ones(len(offsets), bool)
    for axis in axes:
        extent = sum(half * np.abs((other * axis).sum(axis=1)) for half, other in zip(halves, axes, strict=True))
        overlapping &= np.abs((offsets * axis).sum(axis=1)) < extent
    return bool(overlapping.any())
