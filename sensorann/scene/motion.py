"""How objects move unseen, and how well people place them: what interpolation believes between keyframes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


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
