"""What may be labelled: categories with their sizes and motion, and how the data sets spell them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from sensorann.errors import ArgumentError
from sensorann.scene.guideline import Guideline


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
    spread : standard deviation of each edge among objects of the category, as a share of the edge
    share : how often it is met beside the others; only ratios count
    aliases : format (``kitti``, ``nuscenes``) to the names that stand for it there; the first one is written
    guideline : what the project asks of its boxes
    """

    name: str
    motion: Motion
    size: tuple[float, float, float]
    spread: tuple[float, float, float] = (0.15, 0.12, 0.12)
    share: float = 1.0
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    guideline: Guideline = field(default_factory=Guideline)

    def __post_init__(self) -> None:
        for name, edges in (("size", self.size), ("spread", self.spread)):
            if len(edges) != 3 or not all(edge > 0 for edge in edges):
                raise ArgumentError(f"category {self.name}: {name} must be three positive numbers, got {edges}")
        if not self.share > 0:
            raise ArgumentError(f"category {self.name}: share must be above 0, got {self.share}")
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


def _category(
    name: str,
    motion: Motion,
    size: tuple[float, float, float],
    *,
    share: float = 1.0,
    spread: tuple[float, float, float] = (0.1, 0.07, 0.1),
    **aliases: tuple[str, ...],
) -> Category:
    return Category(name=name, motion=motion, size=size, spread=spread, share=share, aliases=aliases)


# Lorries and machines come in all lengths; limbs move, and what a person carries is in the box.
_MANY_LENGTHS, _LIMBS = (0.25, 0.1, 0.2), (0.25, 0.2, 0.1)


@cache
def default_ontology() -> Ontology:
    """Return the categories of KITTI and nuScenes under common names.

    Sizes are round averages of the two data sets' human labels; shares are in thousands of labels of nuScenes, the
    ones of KITTI alone by their ratio to its cars.
    """
    vehicle, two_wheeler, pedestrian, static = Motion.VEHICLE, Motion.TWO_WHEELER, Motion.PEDESTRIAN, Motion.STATIC
    pedestrians = ("adult", "child", "construction_worker", "police_officer")
    return Ontology(
        (
            _category(
                "car",
                vehicle,
                (4.2, 1.8, 1.6),
                share=493,
                kitti=("Car",),
                nuscenes=("vehicle.car", "vehicle.emergency.police"),
            ),
            _category("van", vehicle, (5.0, 1.9, 2.1), share=50, kitti=("Van",)),
            _category(
                "truck",
                vehicle,
                (8.0, 2.6, 3.2),
                share=89,
                spread=_MANY_LENGTHS,
                kitti=("Truck",),
                nuscenes=("vehicle.truck", "vehicle.emergency.ambulance"),
            ),
            _category(
                "bus",
                vehicle,
                (11.0, 2.9, 3.5),
                share=16,
                spread=_MANY_LENGTHS,
                nuscenes=("vehicle.bus.rigid", "vehicle.bus.bendy"),
            ),
            _category(
                "trailer", vehicle, (10.0, 2.8, 3.6), share=25, spread=_MANY_LENGTHS, nuscenes=("vehicle.trailer",)
            ),
            _category(
                "construction_vehicle",
                vehicle,
                (6.4, 2.8, 3.2),
                share=15,
                spread=_MANY_LENGTHS,
                nuscenes=("vehicle.construction",),
            ),
            _category("tram", vehicle, (16.0, 2.6, 3.6), share=9, spread=_MANY_LENGTHS, kitti=("Tram",)),
            _category("misc", vehicle, (3.6, 1.6, 1.9), share=17, spread=_MANY_LENGTHS, kitti=("Misc",)),
            _category(
                "motorcycle", two_wheeler, (2.1, 0.8, 1.5), share=13, spread=_LIMBS, nuscenes=("vehicle.motorcycle",)
            ),
            _category("bicycle", two_wheeler, (1.7, 0.6, 1.3), share=12, spread=_LIMBS, nuscenes=("vehicle.bicycle",)),
            _category("cyclist", two_wheeler, (1.8, 0.6, 1.7), share=28, spread=_LIMBS, kitti=("Cyclist",)),
            _category(
                "pedestrian",
                pedestrian,
                (0.8, 0.7, 1.75),
                share=220,
                spread=_LIMBS,
                kitti=("Pedestrian", "Person"),
                nuscenes=tuple(f"human.pedestrian.{kind}" for kind in pedestrians),
                coco=("person",),
            ),
            _category("person_sitting", pedestrian, (0.8, 0.6, 1.3), share=4, spread=_LIMBS, kitti=("Person_sitting",)),
            _category(
                "personal_mobility",
                pedestrian,
                (1.2, 0.7, 1.7),
                share=0.4,
                spread=_LIMBS,
                nuscenes=("human.pedestrian.personal_mobility",),
            ),
            _category(
                "stroller", pedestrian, (1.0, 0.6, 1.2), share=1, spread=_LIMBS, nuscenes=("human.pedestrian.stroller",)
            ),
            _category(
                "wheelchair",
                pedestrian,
                (1.1, 0.7, 1.4),
                share=0.5,
                spread=_LIMBS,
                nuscenes=("human.pedestrian.wheelchair",),
            ),
            _category("animal", pedestrian, (0.8, 0.4, 0.6), share=0.8, spread=_LIMBS, nuscenes=("animal",)),
            _category(
                "barrier",
                static,
                (0.5, 2.5, 1.0),
                share=152,
                spread=_MANY_LENGTHS,
                nuscenes=("movable_object.barrier",),
            ),
            _category(
                "traffic_cone",
                static,
                (0.4, 0.4, 1.0),
                share=98,
                spread=_LIMBS,
                nuscenes=("movable_object.trafficcone",),
            ),
            _category(
                "push_cart",
                pedestrian,
                (1.0, 0.6, 1.1),
                share=25,
                spread=_MANY_LENGTHS,
                nuscenes=("movable_object.pushable_pullable",),
            ),
            _category(
                "debris", static, (1.0, 1.0, 0.8), share=3, spread=_MANY_LENGTHS, nuscenes=("movable_object.debris",)
            ),
            _category(
                "bicycle_rack",
                static,
                (4.0, 2.5, 1.3),
                share=3,
                spread=_MANY_LENGTHS,
                nuscenes=("static_object.bicycle_rack",),
            ),
        )
    )
