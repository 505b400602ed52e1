"""A cuboid from one click on a sweep: how far the object reaches, what it is, and where its hidden faces stand."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.fitting.cuboid_fit import TooFewPointsError, check_size
from sensorann.fitting.growing import narrowing_gaps, nested_clusters, usual_gap
from sensorann.fitting.readings import Reading, read_cluster
from sensorann.fitting.size_belief import of_known_size
from sensorann.fitting.surroundings import Surroundings, look_around
from sensorann.geometry import Cuboid, Transform
from sensorann.geometry.arrays import as_array
from sensorann.scene import Category, Ontology, Sweep

# The widest gap that is tried, in usual ones: glass and dark paint leave holes in a car.
_WIDEST_GAP = 3.0
# A part of an object often looks like a smaller object, and small categories know their sizes to the centimetre. So a
# nested cluster has to be likelier by far: by so much per log of the points it leaves out, and per log of the gap that
# parts it from them, counted in usual ones. Chosen on the tuning half of `python -m benchmarks.click_fit`.
_PER_LOG_POINTS, _PER_LOG_GAP = 3.0, 2.0
_LENGTH_SLACK = 1.5
# Printed by `python -m benchmarks.click_fit --fit-confidence`, from the tuning half: weights of `_confidence`.
_CONFIDENCE = np.array([-4.0, 1.5, 1.0, 1.5])


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Proposal:
    """A fitted box, and how much of it is belief.

    Attributes
    ----------
    cuboid : the box
    category : name in the ontology
    confidence : chance that the box overlaps the true one by more than half (3D IoU), 0 to 1
    category_probability : that the category is right, 0 to 1; 1 when it was given
    quarter_turn_probability, half_turn_probability : that the heading is off by about 90 or 180 degrees, 0 to 1
    rows : (M,) int64, the points of the sweep that it was fitted to
    score : share of the points that lie on the edges of the box, 0 to 1
    """

    cuboid: Cuboid
    category: str
    confidence: float
    category_probability: float
    quarter_turn_probability: float
    half_turn_probability: float
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

    Returns
    -------
    Proposal

    Raises
    ------
    ArgumentError
        When there is no object at the click: nothing above the ground, the vehicle that carries the sensor, or
        something larger than all that the ontology knows; or the category is not in the ontology.
    """
    check_size(size)
    click = as_array(point, (3,), np.float64, name="point", finite=True)
    categories = ontology.categories if category is None else (ontology[category],)
    if size is not None:
        categories = of_known_size(categories, size)
    sensor = np.zeros(3) if ego_from_sensor is None else ego_from_sensor.translation
    frame = sweep.sensor if ego_from_sensor is None else "ego"
    longest = max(each.size[0] for each in categories) * _LENGTH_SLACK
    highest = max(each.size[2] for each in categories) * _LENGTH_SLACK
    around = look_around(
        sweep.points, click, sensor=sensor, reach=longest, highest=highest, frame_from_points=ego_from_sensor
    )
    read = list(_readings(around, categories, longest=longest, sensor=sensor, frame=frame, size=size))
    if not read:
        raise ArgumentError(
            f"no object is found at the click: the points joined to it are fewer than 3 or span more than {longest:g} m"
        )
    reading, members, _ = max(read, key=_worth)
    _check_apart(reading.cuboid, sensor)
    return Proposal(
        cuboid=reading.cuboid,
        category=reading.category.name,
        confidence=_confidence(reading),
        category_probability=reading.category_probability,
        quarter_turn_probability=reading.quarter_turn_probability,
        half_turn_probability=0.5,
        rows=around.rows[members],
        score=reading.score,
    )


def _readings(
    around: Surroundings,
    categories: Sequence[Category],
    *,
    longest: float,
    sensor: NDArray[np.float64],
    frame: str,
    size: tuple[float, float, float] | None,
) -> Iterator[tuple[Reading, NDArray[np.int64], float]]:
    """Readings of the nested clusters that may be one object, their points, and their gaps in usual ones."""
    n_before, usual = -1, usual_gap(around)
    for members, gap in nested_clusters(around, narrowing_gaps(_WIDEST_GAP * usual)):
        cloud = around.points[members]
        if len(members) == n_before or np.ptp(cloud[:, :2], axis=0).max() > longest:
            continue
        n_before = len(members)
        ground = around.ground_under(members)
        try:
            reading = read_cluster(
                cloud,
                categories,
                ground_height=ground,
                sensor=sensor,
                frame=frame,
                ends=around.view.ends(cloud, bottom=ground),
                size=size,
            )
        except TooFewPointsError:
            return
        yield reading, members, gap / usual


def _worth(candidate: tuple[Reading, NDArray[np.int64], float]) -> float:
    """Worth of reading a cluster as one object, in log units."""
    reading, members, gap = candidate
    return reading.log_evidence + _PER_LOG_POINTS * math.log(len(members)) + _PER_LOG_GAP * min(math.log(gap), 0.0)


def _check_apart(cuboid: Cuboid, sensor: NDArray[np.float64]) -> None:
    local = cuboid.frame_from_cuboid.inverse().apply(sensor)
    if (np.abs(local[:2]) <= np.asarray(cuboid.size[:2]) / 2).all():
        raise ArgumentError("the box would hold the sensor: the click is on the vehicle that carries it")


def _confidence(reading: Reading) -> float:
    """Chance of a 3D IoU above 0.5, by logistic regression on the tuning half of the click benchmark."""
    features = [1.0, math.log10(reading.n_points), reading.score, 1.0 - reading.quarter_turn_probability]
    return 1.0 / (1.0 + math.exp(-float(np.dot(_CONFIDENCE, features))))
