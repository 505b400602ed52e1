"""Whether a radar has turned, told by the labels alone: its returns of movers beside the boxes that they come from.

A return may come from anywhere on a box, but from the left of it as often as from the right. Only movers count: their
Doppler tells their returns from those of what stands around them (`calib.drift.returns`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from calib.drift.finding import LEAST_OBJECTS
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError

RadarVerdict = Literal["as calibrated", "the radar has turned"]
LEAST_YAW = np.deg2rad(0.3)
# Ten or twenty movers have heavier tails than Student's distribution: this gives about one false alarm in a hundred.
_ALARM = 0.005
_BIWEIGHT = 4.685
_ROUNDS = 50


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class RadarPairs:
    """N boxes of movers with returns of one radar.

    Attributes
    ----------
    residuals : (N,) radians, middle of the returns less that of the box, as the radar sees both
    sigmas : (N,) radians, of what a box so wide leaves open
    azimuths : (N,) radians, of the boxes
    objects : (N,) intp, which object each belongs to, from 0
    names : of the objects
    """

    residuals: Floats
    sigmas: Floats
    azimuths: Floats
    objects: NDArray[np.intp]
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class RadarDrift:
    """What the labels say of a radar.

    Attributes
    ----------
    verdict : at one false alarm in a hundred
    yaw, sigma : radians by which it has turned to the left since the rig was written, over objects
    chance : of such a turn if the calibration is right
    n_objects, n_pairs : what was compared
    """

    verdict: RadarVerdict
    yaw: float
    sigma: float
    chance: float
    n_objects: int
    n_pairs: int


def find_radar_drift(pairs: RadarPairs) -> RadarDrift:
    """Tell a turned radar from chance: objects, not returns, are what is counted.

    Raises
    ------
    CalibrationError
        When fewer than 10 movers have returns.
    """
    n = len(pairs.names)
    if n < LEAST_OBJECTS:
        raise CalibrationError(f"{n} labelled movers have returns of the radar, {LEAST_OBJECTS} are needed")
    weights = 1.0 / pairs.sigmas**2
    of_objects = np.bincount(pairs.objects, weights, n)
    means = np.bincount(pairs.objects, weights * pairs.residuals, n) / of_objects
    # Boxes of one object err alike: seen often it is no surer than half of one box.
    usual = np.bincount(pairs.objects, pairs.sigmas, n) / np.bincount(pairs.objects, minlength=n)
    sigmas = np.sqrt(1.0 / of_objects + (usual / 2) ** 2)
    yaw, sigma = _biweight_mean(means, sigmas)
    chance = float(2 * stats.t.sf(abs(yaw) / sigma, n - 1))
    turned = chance < _ALARM and abs(yaw) > LEAST_YAW
    return RadarDrift(
        verdict="the radar has turned" if turned else "as calibrated",
        # A radar that has turned to the left sees everything farther to the right than its rig says.
        yaw=-yaw,
        sigma=sigma,
        chance=chance,
        n_objects=n,
        n_pairs=len(pairs.residuals),
    )


def _biweight_mean(values: Floats, sigmas: Floats) -> tuple[float, float]:
    """Weighted mean that far values do not pull, and its standard deviation by their scatter (Tukey's biweight)."""
    mean = float(np.median(values))
    scale = max(float(np.median(np.abs(values - mean) / sigmas)) / 0.6745, 1.0)
    for _ in range(_ROUNDS):
        off = (values - mean) / (scale * sigmas * _BIWEIGHT)
        weights = np.maximum(1.0 - off**2, 0.0) ** 2 / sigmas**2
        step = float((weights * (values - mean)).sum() / weights.sum())
        mean += step
        if abs(step) < 1e-9:
            break
    off = (values - mean) / (scale * sigmas * _BIWEIGHT)
    near = np.maximum(1.0 - off**2, 0.0)
    # The weight falls as the residual grows: the slope of the sum counts, not the weights.
    slope = float((near * (1.0 - 5.0 * off**2) / sigmas**2).sum())
    scatter = float(((near**2 * (values - mean) / sigmas**2) ** 2).sum())
    n = len(values)
    return mean, float(np.sqrt(scatter * n / (n - 1)) / slope)
