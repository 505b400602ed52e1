"""What may be labelled: categories with their sizes and motion, and how the data sets spell them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from sensorann.errors import ArgumentError


class Motion(StrEnum):
    """How objects of a category move; decides how yaw is interpolated and how fast doubt grows."""

    VEHICLE = "vehicle"
    TWO_WHEELER = "two_wheeler"
    PEDESTRIAN = "pedestrian"
    STATIC = "static"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wander:
    """How one coordinate of an object wanders unseen, and how well a person can place it.

    Attributes
    ----------
    noise : spectral density of its white acceleration, (m/s^2)^2 s or (rad/s^2)^2 s
    placement : standard deviation of a person's placement about the object, metres or radians
    """

    noise: float
    placement: float


@dataclass(frozen=True, kw_only=True, slots=True)
class MotionModel:
    """How objects of one motion class wander between keyframes.

    Attributes
    ----------
    plan : x and y
    height : z
    yaw : heading
    """

    plan: Wander
    height: Wander
    yaw: Wander


# Printed by `python -m benchmarks.sigma_coverage --fit` from human labels; docs/sigma.md says how well they hold.
MOTION_MODELS: Mapping[Motion, MotionModel] = MappingProxyType(
    {
        Motion.VEHICLE: MotionModel(
            plan=Wander(noise=0.38, placement=0.056),
            height=Wander(noise=0.0033, placement=0.038),
            yaw=Wander(noise=0.0033, placement=0.0073),
        ),
        Motion.TWO_WHEELER: MotionModel(
            plan=Wander(noise=0.55, placement=0.011),
            height=Wander(noise=0.0082, placement=0.026),
            yaw=Wander(noise=0.061, placement=0.026),
        ),
        Motion.PEDESTRIAN: MotionModel(
            plan=Wander(noise=0.025, placement=0.049),
            height=Wander(noise=0.0001, placement=0.026),
            yaw=Wander(noise=0.014, placement=0.026),
        ),
        # Not fitted, no barrier moves: what stands still, and is placed as vehicles are.
        Motion.STATIC: MotionModel(
            plan=Wander(noise=0.001, placement=0.056),
            height=Wander(noise=0.0001, placement=0.038),
            yaw=Wander(noise=0.0001, placement=0.02),
        ),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Category:
    """One kind of object.

    Attributes
    ----------
    name : the name in sensorann
    motion : how it moves
    size : typical (length, width, height), metres
    aliases : format (``kitti``, ``nuscenes``) to the names that stand for it there; the first one is written
    """

    name: str
    motion: Motion
    size: tuple[float, float, float]
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.size) != 3 or not all(edge > 0 for edge in self.size):
            raise ArgumentError(f"category {self.name}: size must be three positive lengths, got {self.size}")
        object.__setattr__(self, "aliases", MappingProxyType(dict(self.aliases)))


@dataclass(frozen=True, eq=False, slots=True)
class Ontology:
    """The categories of a project; looked up by name or by any alias.

    Attributes
    ----------
    categories : names differ, and no alias stands for two of them
    """

    categories: tuple[Category, ...]
    _by_name: dict[str, Category] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        by_name: dict[str, Category] = {}
        for category in self.categories:
            own = {category.name, *(alias for names in category.aliases.values() for alias in names)}
            for name in sorted(own):
                if name in by_name:
                    raise ArgumentError(f"{name!r} stands for both {by_name[name].name} and {category.name}")
                by_name[name] = category
        object.__setattr__(self, "_by_name", by_name)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> Category:
        try:
            return self._by_name[name]
        except KeyError:
            known = ", ".join(category.name for category in self.categories)
            raise ArgumentError(f"unknown category {name!r}, the ontology has: {known}") from None

    def spelled(self, name: str, format_name: str) -> str | None:
        """Spell a category as a format does; None where the format has no word for it.

        A name that already is one of the format's own words for its category stays as it is.
        """
        names = self[name].aliases.get(format_name, ())
        if name in names:
            return name
        return names[0] if names else None

    def extended(self, name: str, *, motion: Motion = Motion.VEHICLE) -> Ontology:
        """Return the ontology with one more category, of a generic size."""
        return replace(self, categories=(*self.categories, Category(name=name, motion=motion, size=(2.0, 1.0, 1.5))))


def _category(name: str, motion: Motion, size: tuple[float, float, float], **aliases: tuple[str, ...]) -> Category:
    return Category(name=name, motion=motion, size=size, aliases=aliases)


@cache
def default_ontology() -> Ontology:
    """Return the categories of KITTI and nuScenes under common names.

    Sizes are round averages of the two data sets' human labels.
    """
    vehicle, two_wheeler, pedestrian, static = Motion.VEHICLE, Motion.TWO_WHEELER, Motion.PEDESTRIAN, Motion.STATIC
    pedestrians = ("adult", "child", "construction_worker", "police_officer")
    return Ontology(
        (
            _category(
                "car", vehicle, (4.2, 1.8, 1.6), kitti=("Car",), nuscenes=("vehicle.car", "vehicle.emergency.police")
            ),
            _category("van", vehicle, (5.0, 1.9, 2.1), kitti=("Van",)),
            _category(
                "truck",
                vehicle,
                (8.0, 2.6, 3.2),
                kitti=("Truck",),
                nuscenes=("vehicle.truck", "vehicle.emergency.ambulance"),
            ),
            _category("bus", vehicle, (11.0, 2.9, 3.5), nuscenes=("vehicle.bus.rigid", "vehicle.bus.bendy")),
            _category("trailer", vehicle, (10.0, 2.8, 3.6), nuscenes=("vehicle.trailer",)),
            _category("construction_vehicle", vehicle, (6.4, 2.8, 3.2), nuscenes=("vehicle.construction",)),
            _category("tram", vehicle, (16.0, 2.6, 3.6), kitti=("Tram",)),
            _category("misc", vehicle, (3.6, 1.6, 1.9), kitti=("Misc",)),
            _category("motorcycle", two_wheeler, (2.1, 0.8, 1.5), nuscenes=("vehicle.motorcycle",)),
            _category("bicycle", two_wheeler, (1.7, 0.6, 1.3), nuscenes=("vehicle.bicycle",)),
            _category("cyclist", two_wheeler, (1.8, 0.6, 1.7), kitti=("Cyclist",)),
            _category(
                "pedestrian",
                pedestrian,
                (0.8, 0.7, 1.75),
                kitti=("Pedestrian", "Person"),
                nuscenes=tuple(f"human.pedestrian.{kind}" for kind in pedestrians),
            ),
            _category("person_sitting", pedestrian, (0.8, 0.6, 1.3), kitti=("Person_sitting",)),
            _category(
                "personal_mobility", pedestrian, (1.2, 0.7, 1.7), nuscenes=("human.pedestrian.personal_mobility",)
            ),
            _category("stroller", pedestrian, (1.0, 0.6, 1.2), nuscenes=("human.pedestrian.stroller",)),
            _category("wheelchair", pedestrian, (1.1, 0.7, 1.4), nuscenes=("human.pedestrian.wheelchair",)),
            _category("animal", pedestrian, (0.8, 0.4, 0.6), nuscenes=("animal",)),
            _category("barrier", static, (0.5, 2.5, 1.0), nuscenes=("movable_object.barrier",)),
            _category("traffic_cone", static, (0.4, 0.4, 1.0), nuscenes=("movable_object.trafficcone",)),
            _category("push_cart", pedestrian, (1.0, 0.6, 1.1), nuscenes=("movable_object.pushable_pullable",)),
            _category("debris", static, (1.0, 1.0, 0.8), nuscenes=("movable_object.debris",)),
            _category("bicycle_rack", static, (4.0, 2.5, 1.3), nuscenes=("static_object.bicycle_rack",)),
        )
    )
