"""How each object moves: what all rules of motion look at, computed once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry.rotations import wrap_angle
from sensorann.qa.checking.local_fits import LocalFits, fit_locally
from sensorann.qa.checking.quarter_turns import quarter_turns
from sensorann.qa.checking.runs import runs_aside
from sensorann.qa.checking.steps import Steps, look_at_steps
from sensorann.scene import Category, Motion, Track

# Boxes further from their neighbours' curve than this many usual misses take no part in the motion of others.
_OUTLIER = 4.0
# People place boxes no better than this, metres; poses are off by this share of the distance.
_PLACEMENT, _POSE = 0.03, 0.001
_PLACEMENT_YAW = 0.015
_FEWEST, _FEWEST_FOR_JERK = 3, 7


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Path:
    """One track and its motion.

    Attributes
    ----------
    track : Track
    category : of the ontology
    seconds : (N,) float64 since the first box
    distances : (N,) float64, metres from the ego vehicle; 0 where it is not known
    steps : where it leaves its path, for some boxes or for good
    misses : (N, 3) float64, boxes less where their neighbours put them, metres; NaN where there are too few of those
    roughs : (N, 3) float64, how far those neighbours lie from their own curve, root of the mean square, metres
    noises, height_noises : (N,) float64, standard deviation of the misses along x and y, and along z, metres
    velocities, accelerations : (N, 2) float64 in plan, m/s and m/s^2, without boxes that are off the path
    jerks : (N,) float64, m/s^3, as a cubic curve through all boxes of the piece shows it
    speeds : (N,) float64, m/s
    turns : (N,) int64, quarter turns that would set each heading right
    yaw_misses, yaw_noises, yaw_rates : (N,) float64, as for places; radians, rad/s; after those quarter turns
    """

    track: Track
    category: Category
    seconds: NDArray[np.float64]
    distances: NDArray[np.float64]
    steps: Steps
    misses: NDArray[np.float64]
    roughs: NDArray[np.float64]
    noises: NDArray[np.float64]
    height_noises: NDArray[np.float64]
    velocities: NDArray[np.float64]
    accelerations: NDArray[np.float64]
    jerks: NDArray[np.float64]
    speeds: NDArray[np.float64]
    turns: NDArray[np.int64]
    yaw_misses: NDArray[np.float64]
    yaw_noises: NDArray[np.float64]
    yaw_rates: NDArray[np.float64]

    @property
    def motion(self) -> Motion:
        """Motion class."""
        return self.category.motion

    @property
    def is_wheeled(self) -> bool:
        """Tell whether it can only go where it faces."""
        return self.motion in (Motion.VEHICLE, Motion.TWO_WHEELER)

    @property
    def headings_off(self) -> NDArray[np.float64]:
        """Direction of motion less heading (N,), radians in [-pi, pi), quarter turns made good."""
        directions = np.arctan2(self.velocities[:, 1], self.velocities[:, 0])
        return wrap_angle(directions - self.track.cuboids.yaws - self.turns * np.pi / 2)


def path_of(track: Track, category: Category, distances: NDArray[np.float64]) -> Path:
    """Work out how a track with at least one box moves."""
    seconds = (track.timestamps_ns - track.timestamps_ns[0]) * 1e-9
    centers = track.cuboids.centers
    placing = np.hypot(_PLACEMENT, _POSE * distances)
    steps = look_at_steps(seconds, centers[:, :2], placing)
    pieces, believed = steps.pieces, steps.away == 0
    foretold = fit_locally(seconds, centers, n_skipped=1, pieces=pieces, believed=believed)
    noises = _noises(centers[:, :2], foretold, foretold.values[:, :2], placing)
    off = np.abs(centers - foretold.values)[:, :2].max(axis=1) > _OUTLIER * noises
    aside = runs_aside(seconds, centers[:, :2], placing, pieces=pieces, believed=believed & ~off)
    if off.any() or aside.any():
        # An outlier bends what it foretells of its neighbours: look again without it.
        steps = replace(steps, away=np.maximum(steps.away, aside))
        believed = (steps.away == 0) & ~off
        foretold = fit_locally(seconds, centers, n_skipped=1, pieces=pieces, believed=believed)
        noises = _noises(centers[:, :2], foretold, foretold.values[:, :2], placing)
    smooth = fit_locally(seconds, centers[:, :2], n_skipped=0, pieces=pieces, believed=believed)
    cubic = fit_locally(seconds, centers[:, :2], n_skipped=0, pieces=pieces, believed=believed, cubic=True)
    turns = quarter_turns(track.cuboids.yaws, seconds, smooth.rates, pieces)
    yaws = np.unwrap(track.cuboids.yaws + turns * np.pi / 2)[:, None]
    yaws_foretold = fit_locally(seconds, yaws, n_skipped=1, pieces=pieces, believed=np.ones(len(track), np.bool_))
    yaws_smooth = fit_locally(seconds, yaws, n_skipped=0, pieces=pieces, believed=np.ones(len(track), np.bool_))
    return Path(
        track=track,
        category=category,
        seconds=seconds,
        distances=distances,
        steps=steps,
        misses=np.where((foretold.counts >= _FEWEST)[:, None], centers - foretold.values, np.nan),
        roughs=foretold.roughs,
        noises=noises,
        height_noises=_noises(centers[:, 2:], foretold, foretold.values[:, 2:], placing),
        velocities=smooth.rates,
        accelerations=smooth.changes,
        jerks=np.where(cubic.counts >= _FEWEST_FOR_JERK, np.hypot(*cubic.jolts.T), 0.0),
        speeds=np.hypot(*smooth.rates.T),
        turns=turns,
        yaw_misses=np.where(yaws_foretold.counts >= _FEWEST, (yaws - yaws_foretold.values)[:, 0], np.nan),
        yaw_noises=_noises(yaws, yaws_foretold, yaws_foretold.values, np.full(len(track), _PLACEMENT_YAW)),
        yaw_rates=yaws_smooth.rates[:, 0],
    )


def _noises(
    values: NDArray[np.float64], fits: LocalFits, foretold: NDArray[np.float64], least: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Usual distance (N,) along an axis from what neighbours foretell: the median of the track, at least `least`."""
    spread = np.sqrt(1.0 + fits.leverages)
    known = fits.counts >= _FEWEST
    misses = np.abs(values - foretold).max(axis=1) / spread
    usual = 1.5 * float(np.median(misses[known])) if known.any() else 0.0
    return spread * np.maximum(usual, least)
