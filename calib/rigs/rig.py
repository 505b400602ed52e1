"""From what all sensors of a rig saw of the same targets to their poses, with everything that puts them in doubt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

import numpy as np

from calib.estimation.doubts import doubt_noises
from calib.estimation.modes import MODE_LIMIT
from calib.estimation.noises import Noises, times
from calib.estimation.observability import glance, listed, told_covariance
from calib.estimation.robust import NOISE_ROUNDS, Rejection
from calib.estimation.scatter import widened_by_blocks
from calib.estimation.tangent import difference
from calib.rigs.bundle import State
from calib.rigs.drawings import Drawing, left_to_drawing
from calib.rigs.placing import Placed, placed_by_pairs
from calib.rigs.robust_bundle import RigFit, fit_rig, numbers_measured, points_per_target, steps_without_one
from calib.rigs.sightings import Sightings
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.geometry import Transform

_MOST_CHOICES = 64
# Two minima are one when no axis of any sensor differs by this many sigmas.
_SAME_SIGMAS = 1.0


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class RigEstimate:
    """Where all sensors sit in the frame of one of them.

    Attributes
    ----------
    root : the frame in which the others are placed
    root_from : name of every other sensor to its pose
    covariances : name to (6, 6) of that pose, as in `Estimate`
    used : name to how many of the targets that it saw were used, and how many it saw
    noises : name to root mean square of its whitened residuals over what is usual for the numbers it measured
    noise_scale : root mean square of all residuals over the stated noise
    noisier : by what factor kinds of numbers are noisier than stated; the covariances are widened by them
    rejected : detections left out, with the reason
    modes : poses within the 95 % limit, the best first, each with its chi-square above the best
    targets : names of all, M
    places : (M, 3) their middles in the root, metres; NaN of those that are not used
    misses : name of each sensor to (M,) root mean square of the whitened residuals of each target, NaN where not seen
    warnings : sentences, empty when nothing is in doubt
    """

    root: str
    root_from: Mapping[str, Transform]
    covariances: Mapping[str, Floats]
    used: Mapping[str, tuple[int, int]]
    noises: Mapping[str, float]
    noise_scale: float
    noisier: Noises
    rejected: tuple[Rejection, ...]
    modes: tuple[tuple[Mapping[str, Transform], float], ...]
    targets: tuple[str, ...]
    places: Floats
    misses: Mapping[str, Floats]
    warnings: tuple[str, ...]


def calibrate_rig(
    sensors: Sequence[Sightings], *, names: Sequence[str], depth: float = 0.0, drawings: Sequence[Drawing] = ()
) -> RigEstimate:
    """Estimate where all sensors of a rig sit, from targets that they share.

    Parameters
    ----------
    sensors : two or more, the first is the root; those that see boards see as many points of each
    names : of the targets
    depth : metres from the points of a board to the reflector behind them that a radar sees
    drawings : what is known of pairs of them before; needed where targets leave a pose open

    Raises
    ------
    CalibrationError
        When the targets do not join all sensors, or leave a pose open that no drawing tells.
    """
    if len(sensors) < 2:
        raise CalibrationError(f"a rig has two sensors or more, {len(sensors)} saw targets")
    placings = placed_by_pairs(sensors, names=names, depth=depth, drawings=drawings)
    choices = islice(product(*[placed.modes for placed in placings[1:]]), _MOST_CHOICES)
    starts = [_poses(sensors, placings, chosen) for chosen in choices]
    fits, noisier = _fits(sensors, starts, n_targets=len(names), depth=depth, drawings=tuple(drawings))
    best = fits[0]
    stated = best.by(sensors, depth)
    information = best.information / max(best.noise_scale, 1.0) ** 2 + best.drawn
    covariance = told_covariance(information, _glances(len(sensors) - 1))
    if points_per_target(sensors) > 1:
        # Points of one board err alike.
        covariance = widened_by_blocks(covariance, steps_without_one(best, depth))
    modes = tuple(_modes(fits, covariance))
    doubts = [*_doubts(stated, noisier, placings, len(modes)), *_left_open(best, drawings, covariance)]
    return RigEstimate(
        root=sensors[0].name,
        root_from=_named(sensors, best.state),
        covariances={
            sensor.name: covariance[6 * i : 6 * i + 6, 6 * i : 6 * i + 6] for i, sensor in enumerate(sensors[1:])
        },
        used={
            sensor.name: (int(kept.sum()), len(np.unique(sensor.targets)))
            for sensor, kept in zip(sensors, best.kept, strict=True)
        },
        noises=best.noises(stated.chi2, depth),
        noise_scale=stated.noise_scale,
        noisier=noisier,
        rejected=tuple(_rejections(stated, names)),
        modes=tuple((_named(sensors, fit.state), excess) for fit, excess in modes),
        targets=tuple(names),
        places=_places(best),
        misses=stated.misses(),
        warnings=tuple(doubts),
    )


def _fits(
    sensors: Sequence[Sightings],
    starts: Sequence[tuple[Transform, ...]],
    *,
    n_targets: int,
    depth: float,
    drawings: tuple[Drawing, ...],
) -> tuple[list[RigFit], Noises]:
    """Minima, the best first, and what is noisier than stated by it: all are weighed alike."""
    noises: Noises = {}
    for _ in range(NOISE_ROUNDS):
        weighed = [sensor.noisier(noises) for sensor in sensors]
        found = (fit_rig(weighed, start, n_targets=n_targets, depth=depth, drawings=drawings) for start in starts)
        fits = sorted(found, key=lambda fit: fit.cost)
        larger = fits[0].larger_noises(depth)
        if not larger:
            break
        noises, starts = times(noises, larger), [fit.state.root_from for fit in fits]
    return fits, noises


def _poses(
    sensors: Sequence[Sightings], placings: Sequence[Placed], chosen: Sequence[Transform]
) -> tuple[Transform, ...]:
    """Walk from each sensor to the one that placed it, down to the root."""
    root_from = {sensors[0].name: Transform.identity()}
    for placed, pose in zip(placings[1:], chosen, strict=True):
        root_from[placed.name] = root_from[placed.beside] @ pose
    return tuple(root_from[sensor.name] for sensor in sensors)


def _places(fit: RigFit) -> Floats:
    places = fit.state.points.mean(axis=1)
    places[~fit.kept.any(axis=0)] = np.nan
    return np.asarray(places, np.float64)


def _named(sensors: Sequence[Sightings], state: State) -> dict[str, Transform]:
    return {sensor.name: pose for sensor, pose in zip(sensors[1:], state.root_from[1:], strict=True)}


def _glances(n: int) -> Floats:
    return np.asarray(np.kron(np.eye(n), glance()), np.float64)


def _modes(fits: Sequence[RigFit], covariance: Floats) -> Iterator[tuple[RigFit, float]]:
    """Different minima within the 95 % limit, in units of the residuals' own noise."""
    sigmas = np.sqrt(np.diag(covariance))
    known: list[RigFit] = []
    for fit in fits:
        excess = (fit.cost - fits[0].cost) / max(fits[0].noise_scale ** 2, 1e-12)
        poses = fit.state.root_from[1:]
        off = [
            np.concatenate([difference(a, b) for a, b in zip(poses, other.state.root_from[1:], strict=True)])
            for other in known
        ]
        if excess < MODE_LIMIT and all(np.abs(step / sigmas).max() > _SAME_SIGMAS for step in off):
            known.append(fit)
            yield fit, excess


def _rejections(fit: RigFit, names: Sequence[str]) -> Iterator[Rejection]:
    seen, misses = numbers_measured(fit.sensors, len(names)) > 0, fit.misses()
    for target, name in enumerate(names):
        saw, used = seen[:, target], fit.kept[:, target]
        who = [sensor.name for sensor, one in zip(fit.sensors, saw & ~used, strict=True) if one]
        if saw.sum() == 1:
            yield Rejection(name, f"only {who[0]} saw it")
        elif who and not used.any():
            yield Rejection(name, f"{' and '.join(who)} disagree, and no third sensor saw it")
        elif who:
            off = max(misses[one][target] for one in who)
            yield Rejection(name, f"{' and '.join(who)} is off by {off:.1f} standard deviations")


def _doubts(stated: RigFit, noisier: Noises, placings: Sequence[Placed], n_modes: int) -> Iterator[str]:
    if n_modes > 1:
        yield f"{n_modes} rigs fit about equally well: measure heights of reflectors, or place some above and below"
    text = doubt_noises(stated.noise_scale, noisier)
    if text:
        yield text
    for placed in placings:
        yield from placed.doubts


def _left_open(fit: RigFit, drawings: Sequence[Drawing], covariance: Floats) -> Iterator[str]:
    names = [sensor.name for sensor in fit.sensors]
    root_from = dict(zip(names, fit.state.root_from, strict=True))
    for drawing in drawings:
        axes = left_to_drawing(drawing, root_from, names[1:], covariance)
        if axes:
            yield (
                f"{listed(axes)} of {drawing.source} in {drawing.target} {'is' if len(axes) == 1 else 'are'} not "
                "observable: the drawing says more of it than the targets"
            )
