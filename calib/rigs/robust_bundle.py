"""A rig that wrong detections do not pull: a bounded loss, then least squares, without what is off most of any target.

With three sensors on a target two outvote the third; with two, both are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from calib.rigs.bundle import Bundle, State
from calib.rigs.drawings import Drawing, drawn_cost, drawn_equations
from calib.rigs.sightings import Sightings
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.geometry import Transform

# A right target fails this bound once in a thousand.
_INLIER_QUANTILE = 0.999
_LEFT_OUT = float(stats.chi2.ppf(_INLIER_QUANTILE, 3))


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class RigFit:
    """Least squares on what fits.

    Attributes
    ----------
    sensors : S, with all that they saw
    state : State
    kept : (S, M) bool, the targets used of each
    chi2 : (S, M) of all that was seen, the targets where those used put them
    information : (6 S - 6, 6 S - 6) of the poses of all sensors but the root, by what was seen
    drawn : (6 S - 6, 6 S - 6) of the same poses, by drawings
    drawn_cost : squared whitened distances of the poses from the drawings
    freedom : numbers measured and used, less those estimated
    """

    sensors: tuple[Sightings, ...]
    state: State
    kept: NDArray[np.bool_]
    chi2: Floats
    information: Floats
    drawn: Floats
    drawn_cost: float
    freedom: float

    @property
    def cost(self) -> float:
        """Chi-square; a detection left out costs what it is bounded at, for a start that uses less misfits less."""
        n_lost = np.count_nonzero((self.chi2 > 0) & ~self.kept)
        return float(self.chi2[self.kept].sum()) + self.drawn_cost + _LEFT_OUT * n_lost

    @property
    def noise_scale(self) -> float:
        """Root of chi-square over degrees of freedom; 1 where none is left over."""
        return float(np.sqrt(self.chi2[self.kept].sum() / self.freedom)) if self.freedom > 0 else 1.0

    def misses(self) -> dict[str, Floats]:
        """Root mean square (M,) of the whitened residuals of each sensor's targets, NaN where it saw none."""
        counts = numbers_measured(self.sensors, len(self.kept[0]))
        off = np.sqrt(np.divide(self.chi2, counts, out=np.full(self.chi2.shape, np.nan), where=counts > 0))
        return {sensor.name: row for sensor, row in zip(self.sensors, off, strict=True)}

    def larger_noises(self, depth: float) -> dict[tuple[str, str], float]:
        """Return what is noisier than stated, by what is left of the detections used."""
        return self._used(depth).larger_noises(self.state, self.information + self.drawn)

    def by(self, sensors: Sequence[Sightings], depth: float) -> RigFit:
        """Return the same poses and points beside detections of other sigmas."""
        state = Bundle(sensors=tuple(sensors), depth=depth).state(self.state.root_from, self.state.points)
        return replace(self, sensors=tuple(sensors), chi2=state.chi2)

    def noises(self, chi2: Floats, depth: float) -> dict[str, float]:
        """Root mean square of the residuals of each sensor, over what is usual for the unknowns that follow them.

        Parameters
        ----------
        chi2 : (S, M) as in `chi2`, by the sigmas that are judged
        depth : of the reflectors
        """
        left = self._used(depth).residuals_with_freedom(self.state, self.information + self.drawn)
        freedom = np.array([share.sum() for _, share in left])
        squares = (chi2 * self.kept).sum(axis=1)
        # Of what the unknowns follow altogether nothing can be said.
        scales = np.sqrt(np.divide(squares, freedom, out=np.ones(len(left)), where=freedom > 1.0))
        return {sensor.name: float(scale) for sensor, scale in zip(self.sensors, scales, strict=True)}

    def _used(self, depth: float) -> Bundle:
        used = [one.keep(row) for one, row in zip(self.sensors, self.kept, strict=True)]
        return Bundle(sensors=tuple(used), depth=depth)


def fit_rig(
    sensors: Sequence[Sightings],
    root_from: tuple[Transform, ...],
    *,
    n_targets: int,
    depth: float,
    drawings: tuple[Drawing, ...] = (),
) -> RigFit:
    """Solve with a bounded loss, then leave out, of every target that fails, what is off most, until none does."""
    bundle = Bundle(sensors=tuple(sensors), depth=depth, drawings=drawings, cauchy=True)
    points = _first_points(bundle, root_from, n_targets)
    counts = numbers_measured(sensors, len(points))
    state = bundle.solve(root_from, points).state
    kept = _joined(counts > 0)
    for _ in range(len(sensors) + 1):
        # What the pairs left out is left out here before it pulls; later rounds are least squares.
        chi2 = state.chi2 * kept
        freedom = np.maximum((counts * kept).sum(axis=0) - points[0].size, 0)
        judged = freedom > 0
        scale = max(float(np.sqrt(np.median((chi2.sum(axis=0) / np.maximum(freedom, 1))[judged]))), 1.0)
        fails = judged & (chi2.sum(axis=0) > scale**2 * stats.chi2.ppf(_INLIER_QUANTILE, np.maximum(freedom, 1)))
        worst = (chi2 / np.maximum(counts, 1)).argmax(axis=0)
        kept = kept.copy()
        kept[worst[fails], np.flatnonzero(fails)] = False
        kept = _joined(kept)
        seen = tuple(one.keep(row) for one, row in zip(sensors, kept, strict=True))
        used = replace(bundle, sensors=seen, cauchy=False)
        solved = used.solve(state.root_from, state.points).state
        state = bundle.state(solved.root_from, solved.points)
        if not fails.any():
            break
    information = replace(used, drawings=()).equations(solved).reduced(0.0)[0]
    named = {sensor.name: pose for sensor, pose in zip(sensors, solved.root_from, strict=True)}
    drawn, _ = drawn_equations(drawings, named, [sensor.name for sensor in sensors[1:]])
    # What a drawing holds the targets need not spend their numbers on.
    spent = np.trace(np.linalg.lstsq(information + drawn, information, rcond=1e-14)[0])
    left = (counts * kept).sum() - points[0].size * kept.any(axis=0).sum() - spent
    return RigFit(
        sensors=tuple(sensors),
        state=solved,
        kept=kept,
        chi2=state.chi2,
        information=(information + information.T) / 2,
        drawn=drawn,
        drawn_cost=drawn_cost(drawings, named),
        freedom=float(left),
    )


def steps_without_one(fit: RigFit, depth: float) -> Floats:
    """How the poses move (T, 6 S - 6) without each of the targets used, by one step of the solver."""
    steps = []
    for target in np.flatnonzero(fit.kept.any(axis=0)):
        alone = [
            one.keep(row & (np.arange(len(row)) == target)) for one, row in zip(fit.sensors, fit.kept, strict=True)
        ]
        matrix, gradient, _ = Bundle(sensors=tuple(alone), depth=depth).equations(fit.state).reduced(0.0)
        # At the minimum the gradients cancel: without one target its own gradient is what the others feel.
        steps.append(np.linalg.lstsq(fit.information + fit.drawn - matrix, gradient, rcond=1e-14)[0])
    return np.reshape(steps, (-1, len(fit.information)))


def _joined(kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Drop targets that one sensor sees alone."""
    return np.asarray(kept & (kept.sum(axis=0) > 1))


def numbers_measured(sensors: Sequence[Sightings], n_targets: int) -> NDArray[np.intp]:
    """Count the numbers (S, M) that each sensor measured of each target."""
    return np.stack([sensor.counts(n_targets) for sensor in sensors])


def _first_points(bundle: Bundle, root_from: tuple[Transform, ...], n_targets: int) -> Floats:
    """Points (M, K, 3) of each target as that sensor places them with which the others agree best."""
    n_points = points_per_target(bundle.sensors)
    candidates = []
    for sensor, pose in zip(bundle.sensors, root_from, strict=True):
        placed = sensor.positions(n_targets, n_points)
        if placed is not None:
            candidates.append(pose.apply(placed.reshape(-1, 3)).reshape(placed.shape))
    # Of what no sensor places nothing is known; it is not used either.
    usual = np.nanmean(np.concatenate(candidates), axis=0)
    placed_by = np.stack([np.where(np.isfinite(one), one, usual) for one in candidates])
    losses = np.stack([bundle.losses(bundle.state(root_from, one).chi2).sum(axis=0) for one in placed_by])
    missing = np.stack([~np.isfinite(one).all(axis=(1, 2)) for one in candidates])
    chosen = np.where(missing, np.inf, losses).argmin(axis=0)
    return np.asarray(placed_by[chosen, np.arange(n_targets)])


def points_per_target(sensors: Sequence[Sightings]) -> int:
    """Count the points that sensors see of a board: one where all see reflectors.

    Raises
    ------
    CalibrationError
        When boards have different numbers of points.
    """
    found = {
        int(count)
        for sensor in sensors
        if sensor.kind != "radar"
        for count in np.unique(np.bincount(sensor.targets)[np.unique(sensor.targets)])
    }
    if len(found) > 1:
        raise CalibrationError(f"all boards of a rig must have the same number of points, got {sorted(found)}")
    return found.pop() if found else 1
