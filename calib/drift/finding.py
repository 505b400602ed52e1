"""Whether a camera has moved, told by the labels alone: boxes in space beside boxes in the picture.

A residual that is a constant turn says that the camera moved; one that follows the pixels' speed says that its clock is
off; one object's own residual is a label error. Neighbouring boxes of one object err alike, so objects, not boxes, are
what is counted and drawn again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from calib.targets.detections import Floats
from sensorann.errors import CalibrationError

Verdict = Literal["as calibrated", "the camera has turned", "the clock is off", "turned or clock off"]
LEAST_OBJECTS = 10
# Many labels make the smallest change significant; below this, two pixels or so, nobody needs to act.
LEAST_TURN, LEAST_DELAY = np.deg2rad(0.1), 0.003
# Small sets have heavier tails than the F distribution: this gives about one false alarm in a hundred.
_ALARM = 0.006
_RESAMPLES = 500
_CAUCHY_CHI2, _BIWEIGHT_CHI2 = 4.0, 25.0
_MEDIAN_CHI2 = float(stats.chi2.median(2))
# What people and detectors place boxes to: metres in space, pixels in the picture.
_SIGMA_SPACE, _SIGMA_PIXEL = 0.1, 3.0
# A knocked bracket turns a camera; its place moves by centimetres. A free place would look like a turn to far objects.
_HELD_SHIFT = 1.0 / 0.03**2
_LABEL_ERROR_SIGMAS = 6.0
_TURN, _CLOCK = slice(0, 3), 6


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Pairs:
    """N boxes that are labelled both in space and in the picture of one camera.

    Attributes
    ----------
    residuals : (N, 2) pixels, middle of the picture's box less that of the projected cuboid
    by_pose : (N, 2, 6) derivative of a projected middle by a turn (radians) and shift (metres) of the camera's view,
        about its own axes
    pixel_velocities : (N, 2) pixels per second of the projected middle
    pixels_per_metre : (N,) scale at the object
    objects : (N,) intp, which object each pair belongs to, from 0
    names : of the objects
    """

    residuals: Floats
    by_pose: Floats
    pixel_velocities: Floats
    pixels_per_metre: Floats
    objects: NDArray[np.intp]
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Drift:
    """What the labels say of a camera.

    Attributes
    ----------
    verdict : at about one false alarm in a hundred
    turn, turn_sigmas : (3,) radians about x, y, z of the camera, if the camera has turned
    delay, delay_sigma : seconds by which the picture is later than its timestamp, if the clock is off
    turn_chance, delay_chance : chance of what is seen if the calibration is right
    n_objects, n_pairs : what was compared
    label_errors : objects whose own residual is far beyond all others, with its pixels
    """

    verdict: Verdict
    turn: Floats
    turn_sigmas: Floats
    delay: float
    delay_sigma: float
    turn_chance: float
    delay_chance: float
    n_objects: int
    n_pairs: int
    label_errors: tuple[tuple[str, float], ...]


def find_drift(pairs: Pairs) -> Drift:
    """Tell a turned camera from a clock that is off, from label errors, and from chance.

    Raises
    ------
    CalibrationError
        When fewer than 10 objects are labelled in both.
    """
    n_objects = len(pairs.names)
    if n_objects < LEAST_OBJECTS:
        raise CalibrationError(
            f"{n_objects} objects are labelled both in space and in the picture, {LEAST_OBJECTS} are needed"
        )
    turned, late = _fit(pairs, [0, 1, 2, 3, 4, 5]), _fit(pairs, [_CLOCK])
    # Both explanations are weighed by the noise that the better one leaves.
    noise = min(turned.noise, late.noise)
    costs = turned.cost(noise), late.cost(noise)
    turn_chance, delay_chance = turned.chance(_TURN), late.chance(slice(0, 1))
    return Drift(
        verdict=_verdict(turned, late, costs, turn_chance, delay_chance),
        turn=turned.unknowns[_TURN],
        turn_sigmas=np.sqrt(np.diag(turned.covariance))[_TURN],
        delay=float(late.unknowns[0]),
        delay_sigma=float(np.sqrt(late.covariance[0, 0])),
        turn_chance=turn_chance,
        delay_chance=delay_chance,
        n_objects=n_objects,
        n_pairs=len(pairs.residuals),
        label_errors=_label_errors(pairs, turned if costs[0] < costs[1] else late),
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Fit:
    """Unknowns with their covariance over objects; what is left of the whitened residuals, their shares and noise."""

    unknowns: Floats
    covariance: Floats
    left: Floats
    shares: Floats
    noise: float
    n_objects: int

    def cost(self, noise: float) -> float:
        """Bounded cost of what is left (Tukey's biweight), in units of a noise."""
        squares = (self.left**2).sum(axis=1) / noise**2
        bounded = _BIWEIGHT_CHI2 / 3 * (1 - np.maximum(1 - squares / _BIWEIGHT_CHI2, 0.0) ** 3)
        return float((self.shares * bounded).sum())

    def chance(self, some: slice) -> float:
        """Chance that unknowns this large come from no change at all (Hotelling's T squared over objects)."""
        size = len(self.unknowns[some])
        distance = self.unknowns[some] @ np.linalg.solve(self.covariance[some, some], self.unknowns[some])
        freedom = self.n_objects - size
        return float(stats.f.sf(distance * freedom / (size * (self.n_objects - 1)), size, freedom))


def _fit(pairs: Pairs, columns: list[int]) -> _Fit:
    """Fit some of the turn (0-2), the shift (3-5) and the delay (6), with a bounded loss."""
    sigmas = np.hypot(_SIGMA_PIXEL, _SIGMA_SPACE * pairs.pixels_per_metre)[:, None]
    residuals = pairs.residuals / sigmas
    whole = np.concatenate([pairs.by_pose, pairs.pixel_velocities[:, :, None]], axis=2) / sigmas[:, :, None]
    slopes = whole[:, :, columns]
    held = np.diag([_HELD_SHIFT if 3 <= column < 6 else 0.0 for column in columns])
    # Boxes of one object say one thing together: an object seen for long must not outvote the others.
    shares = 1.0 / np.sqrt(np.bincount(pairs.objects))[pairs.objects]
    unknowns = _descend(slopes, residuals, shares, held, np.zeros(len(columns)), _cauchy)
    # Labels may be worse than usual, and an explanation may explain nothing: half of all pairs must keep their weight.
    noise = max(float(np.sqrt(np.median(((residuals - slopes @ unknowns) ** 2).sum(axis=1)) / _MEDIAN_CHI2)), 1.0)
    slopes, residuals = slopes / noise, residuals / noise
    unknowns = _descend(slopes, residuals, shares, held, unknowns, _biweight)
    left = residuals - slopes @ unknowns
    covariance = _redrawn(*_influences(pairs, slopes, left, shares), held, held @ unknowns)
    return _Fit(unknowns, covariance, left * noise, shares, noise, len(pairs.names))


def _descend(
    slopes: Floats, residuals: Floats, shares: Floats, held: Floats, unknowns: Floats, bound: Callable[[Floats], Floats]
) -> Floats:
    """Reweight until the unknowns rest."""
    for _ in range(50):
        left = residuals - slopes @ unknowns
        weights = shares * bound((left**2).sum(axis=1))
        information = np.einsum("n,nri,nrj->ij", weights, slopes, slopes) + held
        step = np.linalg.solve(information, np.einsum("n,nri,nr->i", weights, slopes, left) - held @ unknowns)
        unknowns = unknowns + step
        if np.abs(step).max() < 1e-9:
            break
    return unknowns


def _cauchy(squares: Floats) -> Floats:
    """Weights that forget no pair: safe from any start."""
    return 1.0 / (1.0 + squares / _CAUCHY_CHI2)


def _biweight(squares: Floats) -> Floats:
    """Tukey's weights: pairs that fit count nearly in full, those beyond the bound not at all."""
    return np.maximum(1.0 - squares / _BIWEIGHT_CHI2, 0.0) ** 2


def _influences(pairs: Pairs, slopes: Floats, left: Floats, shares: Floats) -> tuple[Floats, Floats]:
    """Curvature (M, k, k) and gradient (M, k) of each object's bounded loss."""
    n_objects, k = len(pairs.names), slopes.shape[2]
    squares = (left**2).sum(axis=1)
    weights = shares * _biweight(squares)
    falls = shares * 2.0 * np.maximum(1.0 - squares / _BIWEIGHT_CHI2, 0.0) / _BIWEIGHT_CHI2
    pulls = np.einsum("nri,nr->ni", slopes, left)
    # The weight falls as the residual grows: without that, curvature and certainty come out too large.
    curvatures = np.einsum("n,nri,nrj->nij", weights, slopes, slopes)
    curvatures -= np.einsum("n,ni,nj->nij", 2.0 * falls, pulls, pulls)
    curvature, gradient = np.zeros((n_objects, k, k)), np.zeros((n_objects, k))
    np.add.at(curvature, pairs.objects, curvatures)
    np.add.at(gradient, pairs.objects, weights[:, None] * pulls)
    return curvature, gradient


def _redrawn(curvature: Floats, gradient: Floats, held: Floats, held_pull: Floats) -> Floats:
    """Covariance (k, k) over sets of as many objects, drawn with replacement."""
    m = len(gradient)
    counts = np.random.default_rng(0).multinomial(m, np.full(m, 1 / m), _RESAMPLES)
    matrices = np.einsum("bm,mij->bij", counts, curvature) + held
    drawn = np.linalg.solve(matrices, (counts @ gradient - held_pull)[:, :, None])[:, :, 0]
    # The bootstrap of m objects is short by (m - 1) / m.
    return np.atleast_2d(np.cov(drawn, rowvar=False)) * m / (m - 1)


def _verdict(turned: _Fit, late: _Fit, costs: tuple[float, float], turn_chance: float, delay_chance: float) -> Verdict:
    # Two questions are asked, so each gets half of the false alarms.
    turn_seen = turn_chance < _ALARM / 2 and float(np.linalg.norm(turned.unknowns[_TURN])) > LEAST_TURN
    delay_seen = delay_chance < _ALARM / 2 and abs(float(late.unknowns[0])) > LEAST_DELAY
    if not turn_seen and not delay_seen:
        return "as calibrated"
    # Akaike: the better explanation, six unknowns held against one.
    better = (costs[1] + 2 * 1) - (costs[0] + 2 * 3)
    if turn_seen and delay_seen and abs(better) < 4.0:
        return "turned or clock off"
    if turn_seen and (better > 0 or not delay_seen):
        return "the camera has turned"
    return "the clock is off"


def _label_errors(pairs: Pairs, fit: _Fit) -> tuple[tuple[str, float], ...]:
    """Objects whose boxes miss together by six sigmas or more."""
    counts = np.bincount(pairs.objects)
    means = np.stack([np.bincount(pairs.objects, fit.left[:, k]) / counts for k in (0, 1)], axis=1)
    misses = np.linalg.norm(means, axis=1)
    pixels = np.stack([np.bincount(pairs.objects, pairs.residuals[:, k]) / counts for k in (0, 1)], axis=1)
    wrong = np.flatnonzero(misses > _LABEL_ERROR_SIGMAS * fit.noise)
    return tuple((pairs.names[i], float(np.linalg.norm(pixels[i]))) for i in wrong[np.argsort(-misses[wrong])])
