"""The categories of KITTI and nuScenes, with their sizes and how both data sets spell them."""

from __future__ import annotations

from functools import cache

from sensorann.scene.motion import Motion
from sensorann.scene.ontology import Category, Ontology


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
_ON_FOOT = ("adult", "child", "construction_worker", "police_officer")
# Sizes are round averages of the two data sets' human labels; shares are in thousands of labels of nuScenes, those of
# KITTI alone by their ratio to its cars.
_USUAL = (
    _category(
        "car",
        Motion.VEHICLE,
        (4.2, 1.8, 1.6),
        share=493,
        kitti=("Car",),
        nuscenes=("vehicle.car", "vehicle.emergency.police"),
    ),
    _category("van", Motion.VEHICLE, (5.0, 1.9, 2.1), share=50, kitti=("Van",)),
    _category(
        "truck",
        Motion.VEHICLE,
        (8.0, 2.6, 3.2),
        share=89,
        spread=_MANY_LENGTHS,
        kitti=("Truck",),
        nuscenes=("vehicle.truck", "vehicle.emergency.ambulance"),
    ),
    _category(
        "bus",
        Motion.VEHICLE,
        (11.0, 2.9, 3.5),
        share=16,
        spread=_MANY_LENGTHS,
        nuscenes=("vehicle.bus.rigid", "vehicle.bus.bendy"),
    ),
    _category(
        "trailer", Motion.VEHICLE, (10.0, 2.8, 3.6), share=25, spread=_MANY_LENGTHS, nuscenes=("vehicle.trailer",)
    ),
    _category(
        "construction_vehicle",
        Motion.VEHICLE,
        (6.4, 2.8, 3.2),
        share=15,
        spread=_MANY_LENGTHS,
        nuscenes=("vehicle.construction",),
    ),
    _category("tram", Motion.VEHICLE, (16.0, 2.6, 3.6), share=9, spread=_MANY_LENGTHS, kitti=("Tram",)),
    _category("misc", Motion.VEHICLE, (3.6, 1.6, 1.9), share=17, spread=_MANY_LENGTHS, kitti=("Misc",)),
    _category(
        "motorcycle", Motion.TWO_WHEELER, (2.1, 0.8, 1.5), share=13, spread=_LIMBS, nuscenes=("vehicle.motorcycle",)
    ),
    _category("bicycle", Motion.TWO_WHEELER, (1.7, 0.6, 1.3), share=12, spread=_LIMBS, nuscenes=("vehicle.bicycle",)),
    _category("cyclist", Motion.TWO_WHEELER, (1.8, 0.6, 1.7), share=28, spread=_LIMBS, kitti=("Cyclist",)),
    _category(
        "pedestrian",
        Motion.PEDESTRIAN,
        (0.8, 0.7, 1.75),
        share=220,
        spread=_LIMBS,
        kitti=("Pedestrian", "Person"),
        nuscenes=tuple(f"human.pedestrian.{kind}" for kind in _ON_FOOT),
        coco=("person",),
    ),
    _category("person_sitting", Motion.PEDESTRIAN, (0.8, 0.6, 1.3), share=4, spread=_LIMBS, kitti=("Person_sitting",)),
    _category(
        "personal_mobility",
        Motion.PEDESTRIAN,
        (1.2, 0.7, 1.7),
        share=0.4,
        spread=_LIMBS,
        nuscenes=("human.pedestrian.personal_mobility",),
    ),
    _category(
        "stroller", Motion.PEDESTRIAN, (1.0, 0.6, 1.2), share=1, spread=_LIMBS, nuscenes=("human.pedestrian.stroller",)
    ),
    _category(
        "wheelchair",
        Motion.PEDESTRIAN,
        (1.1, 0.7, 1.4),
        share=0.5,
        spread=_LIMBS,
        nuscenes=("human.pedestrian.wheelchair",),
    ),
    _category("animal", Motion.PEDESTRIAN, (0.8, 0.4, 0.6), share=0.8, spread=_LIMBS, nuscenes=("animal",)),
    _category(
        "barrier",
        Motion.STATIC,
        (0.5, 2.5, 1.0),
        share=152,
        spread=_MANY_LENGTHS,
        nuscenes=("movable_object.barrier",),
    ),
    _category(
        "traffic_cone",
        Motion.STATIC,
        (0.4, 0.4, 1.0),
        share=98,
        spread=_LIMBS,
        nuscenes=("movable_object.trafficcone",),
    ),
    _category(
        "push_cart",
        Motion.PEDESTRIAN,
        (1.0, 0.6, 1.1),
        share=25,
        spread=_MANY_LENGTHS,
        nuscenes=("movable_object.pushable_pullable",),
    ),
    _category(
        "debris", Motion.STATIC, (1.0, 1.0, 0.8), share=3, spread=_MANY_LENGTHS, nuscenes=("movable_object.debris",)
    ),
    _category(
        "bicycle_rack",
        Motion.STATIC,
        (4.0, 2.5, 1.3),
        share=3,
        spread=_MANY_LENGTHS,
        nuscenes=("static_object.bicycle_rack",),
    ),
)


@cache
def default_ontology() -> Ontology:
    """Return the categories of KITTI and nuScenes under common names."""
    return Ontology(_USUAL)
