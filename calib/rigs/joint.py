"""All sensors of a rig in one estimate: a graph of pairs, each with its covariance and every pose that fits it.

Three pairs of three sensors close a loop: what is left when it is walked once around shows an error that no pair sees
by itself, and a pair that has two poses is told which one by the others. Pairs that were estimated from the same
targets repeat the errors of their sensors: a loop of them makes nothing more certain, and the sigmas say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product

import numpy as np
from scipy import stats

from calib.estimation.file import Calibration
from calib.estimation.levenberg import Equations, minimise
from calib.estimation.modes import MODE_LIMIT
from calib.estimation.tangent import difference, moved
from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.geometry import Transform

_MOST_CHOICES = 256
_UNLIKELY = 0.01
_H = 1e-6


@dataclass(frozen=True, eq=False, slots=True)
class Misfit:
    """What is left of a pair.

    Attributes
    ----------
    source, target : of the pair
    step : (6,) from what the pair says to what all say together, radians and metres
    sigmas : its length in standard deviations of the pair
    """

    source: str
    target: str
    step: Floats
    sigmas: float


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Joint:
    """Where all sensors sit in the frame of one of them.

    Attributes
    ----------
    root : the frame in which the others are placed
    root_from : name of every other frame to its pose
    covariances : name to (6, 6) of that pose, as in `Estimate`
    misfits : of each pair
    loops : how many pairs more than are needed to place every frame
    chance : that right pairs disagree as much as these; 1 without loops
    choices : how many combinations of poses fit about equally well
    repeated : whether pairs come from the same targets, so that the covariances are the largest that they can be
    warnings : sentences, empty when nothing is in doubt
    """

    root: str
    root_from: Mapping[str, Transform]
    covariances: Mapping[str, Floats]
    misfits: tuple[Misfit, ...]
    loops: int
    chance: float
    choices: int
    repeated: bool
    warnings: tuple[str, ...]


def join(pairs: Sequence[Calibration], *, root: str | None = None) -> Joint:
    """Estimate all frames of a rig from pairs of them.

    Parameters
    ----------
    pairs : each with a covariance, and with every pose that fits
    root : the frame in which the others are placed; `ego` where there is one, else the target of the first pair

    Raises
    ------
    CalibrationError
        When there is no pair, or the pairs do not join all frames.
    """
    if not pairs:
        raise CalibrationError("no pairs to join")
    frames = tuple(dict.fromkeys(name for pair in pairs for name in (pair.target, pair.source)))
    top = root or ("ego" if "ego" in frames else pairs[0].target)
    if top not in frames:
        raise CalibrationError(f"no pair has the frame {top}, there are: {', '.join(frames)}")
    loops = len(pairs) - len(frames) + 1
    solved = []
    for chosen in islice(product(*[pair.modes for pair in pairs]), _MOST_CHOICES):
        own = [replace(pair, target_from_source=pose) for pair, (pose, _) in zip(pairs, chosen, strict=True)]
        model = _Graph(tuple(own), tuple(name for name in frames if name != top), top)
        minimum = minimise(model, _State(_walked(own, top, frames)))
        solved.append((minimum.cost + sum(excess for _, excess in chosen), minimum.cost, model, minimum.state))
    solved.sort(key=lambda one: one[0])
    total, cost, model, state = solved[0]
    misfits = tuple(model.misfit(pair, state) for pair in model.pairs)
    chance = float(stats.chi2.sf(cost, 6 * loops)) if loops > 0 else 1.0
    choices = sum(one[0] - total < MODE_LIMIT for one in solved)
    covariance = np.asarray(np.linalg.inv(model.equations(state).shared), np.float64)
    repeated = _repeated(pairs)
    if repeated:
        # At worst every way around a loop says the same as the direct one, once more for each loop.
        covariance *= loops + 1
    blocks = {name: covariance[6 * i : 6 * i + 6, 6 * i : 6 * i + 6] for i, name in enumerate(model.frames)}
    return Joint(
        root=top,
        root_from={name: state.root_from[name] for name in model.frames},
        covariances=blocks,
        misfits=misfits,
        loops=loops,
        chance=chance,
        choices=choices,
        repeated=repeated,
        warnings=tuple(_doubts(misfits, chance, loops, choices)),
    )


@dataclass(frozen=True, eq=False, slots=True)
class _State:
    root_from: Mapping[str, Transform]


@dataclass(frozen=True, eq=False, slots=True)
class _Graph:
    """Poses of all frames but the root are shared, and there are no blocks."""

    pairs: tuple[Calibration, ...]
    frames: tuple[str, ...]
    root: str

    def misfit(self, pair: Calibration, state: _State) -> Misfit:
        step = self._step(pair, state)
        return Misfit(pair.source, pair.target, step, float(np.linalg.norm(_whitening(pair) @ step)))

    def cost(self, state: _State) -> float:
        return float(sum(np.sum((_whitening(pair) @ self._step(pair, state)) ** 2) for pair in self.pairs))

    def equations(self, state: _State) -> Equations:
        n = 6 * len(self.frames)
        information, gradient = np.zeros((n, n)), np.zeros(n)
        for pair in self.pairs:
            whitening = _whitening(pair)
            off, slopes = whitening @ self._step(pair, state), np.zeros((6, n))
            for name in (pair.source, pair.target):
                if name != self.root:
                    first = 6 * self.frames.index(name)
                    slopes[:, first : first + 6] = whitening @ self._slopes(pair, state, name)
            information += slopes.T @ slopes
            gradient += slopes.T @ off
        return Equations(information, gradient, np.zeros((0, 1, 1)), np.zeros((0, 1)), np.zeros((0, 1, n)))

    def moved(self, state: _State, shared: Floats, _blocks: Floats) -> _State:
        steps = dict(zip(self.frames, shared.reshape(-1, 6), strict=True))
        return _State({name: _moved(pose, steps.get(name)) for name, pose in state.root_from.items()})

    def _step(self, pair: Calibration, state: _State) -> Floats:
        """From what a pair says to what the state says."""
        said = state.root_from[pair.target].inverse() @ state.root_from[pair.source]
        return difference(said, pair.target_from_source)

    def _slopes(self, pair: Calibration, state: _State, name: str) -> Floats:
        """Derivative (6, 6) of a pair's step by the pose of one of its frames, by central differences."""
        columns = []
        for step in np.eye(6) * _H:
            sides = [
                self._step(pair, _State({**state.root_from, name: moved(state.root_from[name], sign * step)}))
                for sign in (1.0, -1.0)
            ]
            columns.append((sides[0] - sides[1]) / (2 * _H))
        return np.stack(columns, axis=1)


def _repeated(pairs: Sequence[Calibration]) -> bool:
    """Tell whether any two pairs come from some of the same targets."""
    named = [name for pair in pairs for name in pair.targets]
    return len(set(named)) < len(named)


def _moved(pose: Transform, step: Floats | None) -> Transform:
    return pose if step is None else moved(pose, step)


def _whitening(pair: Calibration) -> Floats:
    return np.asarray(np.linalg.inv(np.linalg.cholesky(pair.covariance)))


def _walked(pairs: Sequence[Calibration], root: str, frames: Sequence[str]) -> dict[str, Transform]:
    """Place every frame by walking from pair to pair."""
    placed = {root: Transform.identity()}
    while len(placed) < len(frames):
        before = len(placed)
        for pair in pairs:
            if pair.target in placed and pair.source not in placed:
                placed[pair.source] = placed[pair.target] @ pair.target_from_source
            elif pair.source in placed and pair.target not in placed:
                placed[pair.target] = placed[pair.source] @ pair.target_from_source.inverse()
        if len(placed) == before:
            apart = ", ".join(name for name in frames if name not in placed)
            raise CalibrationError(f"no pair joins {apart} to {root}")
    return placed


def _doubts(misfits: Sequence[Misfit], chance: float, loops: int, choices: int) -> list[str]:
    doubts = []
    if loops > 0 and chance < _UNLIKELY:
        worst = max(misfits, key=lambda one: one.sigmas)
        doubts.append(
            f"the loops do not close (chance {chance:.1g}); {worst.source} in {worst.target} is off most, by "
            f"{worst.sigmas:.1f} sigma: one of the pairs is wrong, or its sigmas are too small"
        )
    if loops <= 0:
        doubts.append("no loop is closed: an error of a pair cannot be seen; calibrate one pair more")
    if choices > 1:
        doubts.append(f"{choices} combinations of poses fit about equally well; see the poses of the pairs")
    return doubts
