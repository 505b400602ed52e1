"""A cuboid from one click on a sweep: how far the object reaches, what it is, and where its hidden faces stand."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.fitting.bodies import centred_on_body
from sensorann.fitting.cuboid_fit import TooFewPointsError, check_size
from sensorann.fitting.growing import narrowing_gaps, nested_clusters, usual_gap
from sensorann.fitting.heading import ANGLES, HeadingBelief
from sensorann.fitting.readings import WeighedCluster, weigh_cluster
from sensorann.fitting.size_belief import of_known_size
from sensorann.fitting.surroundings import Surroundings, look_around
from sensorann.geometry import Cuboid, Transform
from sensorann.geometry.arrays import as_array
from sensorann.scene import Category, Motion, Ontology, Sweep, check_ontology, check_sweep

# The widest gap that is tried, in usual ones: glass and dark paint leave holes in a car.
_WIDEST_GAP = 3.0
# A part of an object often looks like a smaller object, and small categories know their sizes to the centimetre. So a
# nested cluster has to be likelier by far: by so much per log of the points it leaves out, and per log of the gap that
# parts it from them, counted in usual ones. Chosen on the tuning half of `python -m benchmarks.click_fit`.
_PER_LOG_POINTS, _PER_LOG_GAP = 3.0, 2.0
_LENGTH_SLACK = 1.25
# A roof or a mirror that the sensor sees may look like an object; those keep so far from the sensor, metres.
_LEAST_APART = 0.5
# Printed by `python -m benchmarks.click_fit --fit-confidence`, from the tuning half, with and without the category:
# weights of `confidence_features`.
_CONFIDENCE, _MANY_POINTS = np.array([-6.52, 1.29, 3.15, 2.87]), 300


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Proposal:
    """A fitted box, and how much of it is belief.

    Attributes
    ----------
    cuboid : the box
    category : name in the ontology
    confidence : chance that the box overlaps the true one by more than half (3D IoU), 0 to 1
    category_probability : that the category is right, 0 to 1; 1 when it was given
    heading : yaw, its standard deviation, and the chances that it is off by a quarter or half a turn
    rows : (M,) int64, the points of the sweep that it was fitted to
    score : share of the points that lie on the edges of the box, 0 to 1
    """

    cuboid: Cuboid
    category: str
    confidence: float
    category_probability: float
    heading: HeadingBelief
    rows: NDArray[np.int64]
    score: float


def cuboid_from_click(
    sweep: Sweep,
    point: ArrayLike,
    ontology: Ontology,
    category: str | None = None,
    *,
    ego_from_sensor: Transform | None = None,
    size: tuple[float, float, float] | None = None,
    heading: NDArray[np.float64] | None = None,
) -> Proposal:
    """Fit a cuboid to the object at a click.

    Points are joined to the clicked one over gaps from wide to narrow. Each of the nested clusters is read as every
    category in both ways round, and the one that makes the likeliest object is the object, with a bias for wide ones:
    so it ends at a gap where there is one, and where sizes forbid more. The box stands on the ground, its near faces on
    the points. An edge that something nearer hides in part, or that points away, has the length that the category
    leaves open, and what is added lies where nobody could see it.

    Parameters
    ----------
    sweep : Sweep
    point : (3,) metres, at most 1 m from a measured point of the object; in the frame of the sensor, or in the ego
        frame when `ego_from_sensor` is given
    ontology : what there is, how large and how often
    category : what was clicked, when it is known; guessed otherwise
    ego_from_sensor : pose of the sensor; with it, the box is in the ego frame. Without it the sensor's z axis must
        point up
    size : known (length, width, height), metres
    heading : (720,) what is known of the heading in the frame of the box, sum of factors of `sensorann.fitting.heading`

    Returns
    -------
    Proposal

    Raises
    ------
    ArgumentError
        When there is no object at the click: nothing above the ground, the vehicle that carries the sensor, or
        something larger than all that the ontology knows; or the category is not in the ontology.
    """
    check_sweep(sweep)
    click = as_array(point, (3,), np.float64, name="point", finite=True)
    if heading is not None:
        heading = as_array(heading, (len(ANGLES),), np.float64, name="heading", finite=True)
    categories = asked_categories(ontology, category)
    reader = _Reader.of(categories, sweep.sensor, ego_from_sensor, size=size, heading=heading)
    around = look_around(
        sweep.points,
        click,
        sensor=reader.sensor,
        reach=reader.longest,
        highest=reader.highest,
        frame_from_points=ego_from_sensor,
    )
    candidates = list(_candidates(around, reader))
    if not candidates:
        raise ArgumentError(
            "no object is found at the click: "
            f"the points joined to it are fewer than 3 or span more than {reader.longest:g} m"
        )
    worths = np.array([candidate.worth() for candidate in candidates])
    best = candidates[int(np.argmax(worths))]
    reading = best.weighed.reading()
    cuboid = reading.cuboid
    if reading.category.motion is Motion.PEDESTRIAN:
        cuboid = centred_on_body(cuboid, around.points[best.members], reader.sensor)
    _check_apart(cuboid, reader.sensor)
    proposal = Proposal(
        cuboid=cuboid,
        category=reading.category.name,
        confidence=0.0,
        category_probability=_chance_of(reading.category, candidates, worths),
        heading=reading.heading,
        rows=around.rows[best.members],
        score=reading.score,
    )
    chance = 1.0 / (1.0 + math.exp(-float(_CONFIDENCE @ confidence_features(proposal))))
    return replace(proposal, confidence=chance)


def asked_categories(ontology: Ontology, category: str | None) -> tuple[Category, ...]:
    """Return what an object may be: what was said, or all that there is; an `ArgumentError` where that is nothing."""
    check_ontology(ontology)
    categories = ontology.categories if category is None else (ontology[category],)
    if not categories:
        raise ArgumentError("the ontology has no categories, so nothing can be recognised")
    return categories


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class _Reader:
    """All that clusters are read with: see `weigh_cluster`."""

    categories: Sequence[Category]
    sensor: NDArray[np.float64]
    frame: str
    size: tuple[float, float, float] | None
    heading: NDArray[np.float64] | None

    @classmethod
    def of(
        cls,
        categories: Sequence[Category],
        sensor_name: str,
        ego_from_sensor: Transform | None,
        *,
        size: tuple[float, float, float] | None,
        heading: NDArray[np.float64] | None,
    ) -> _Reader:
        check_size(size)
        return cls(
            categories=categories if size is None else of_known_size(categories, size),
            sensor=np.zeros(3) if ego_from_sensor is None else ego_from_sensor.translation,
            frame=sensor_name if ego_from_sensor is None else "ego",
            size=size,
            heading=heading,
        )

    @property
    def longest(self) -> float:
        return max(each.size[0] for each in self.categories) * _LENGTH_SLACK

    @property
    def highest(self) -> float:
        return max(each.size[2] for each in self.categories) * _LENGTH_SLACK

    def weigh(self, around: Surroundings, members: NDArray[np.int64]) -> WeighedCluster:
        cloud, ground = around.points[members], around.ground_under(members)
        return weigh_cluster(
            cloud,
            self.categories,
            ground_height=ground,
            sensor=self.sensor,
            frame=self.frame,
            ends=around.view.ends(cloud, bottom=ground),
            size=self.size,
            heading=self.heading,
        )


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class _Candidate:
    """A cluster taken as one object; its gap is counted in usual ones."""

    weighed: WeighedCluster
    members: NDArray[np.int64]
    gap: float

    def worth(self) -> float:
        """Worth of taking it so, in log units."""
        cut = min(math.log(self.gap), 0.0)
        return self.weighed.log_evidence + _PER_LOG_POINTS * math.log(len(self.members)) + _PER_LOG_GAP * cut


def _candidates(around: Surroundings, reader: _Reader) -> Iterator[_Candidate]:
    """Nested clusters that may be one object, from the widest on."""
    n_before, usual, longest = -1, usual_gap(around), reader.longest
    for members, gap in nested_clusters(around, narrowing_gaps(_WIDEST_GAP * usual)):
        if len(members) == n_before or around.span(members) > longest:
            continue
        n_before = len(members)
        try:
            yield _Candidate(weighed=reader.weigh(around, members), members=members, gap=gap / usual)
        except TooFewPointsError:
            return


def _chance_of(category: Category, candidates: Sequence[_Candidate], worths: NDArray[np.float64]) -> float:
    """Probability of a category, wherever the object ends: a rider alone is a person, with his bicycle he is none."""
    shares = np.exp(worths - np.logaddexp.reduce(worths))
    return float(shares @ [candidate.weighed.chance_of(category) for candidate in candidates])


def _check_apart(cuboid: Cuboid, sensor: NDArray[np.float64]) -> None:
    local = cuboid.frame_from_cuboid.inverse().apply(sensor)
    if (np.abs(local[:2]) <= np.asarray(cuboid.size[:2]) / 2 + _LEAST_APART).all():
        raise ArgumentError("the box would hold or touch the sensor: the click is on the vehicle that carries it")


def confidence_features(proposal: Proposal) -> NDArray[np.float64]:
    """What speaks for a box (4,): one, the number of points, the way round, and the category."""
    return np.array(
        [
            1.0,
            math.log10(min(len(proposal.rows), _MANY_POINTS)),
            1.0 - proposal.heading.quarter_turn_probability,
            proposal.category_probability,
        ]
    )
