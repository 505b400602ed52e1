"""The one solver: Levenberg-Marquardt over a few shared unknowns and many small blocks that only meet through them.

The blocks (points behind detections, poses of a board) are nuisances: each is eliminated from its own equations (the
Schur complement of bundle adjustment), so a step costs what the shared unknowns cost, however many blocks there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from calib.targets.detections import Floats

State = TypeVar("State")
MAX_ITERATIONS = 100
TIRED = "too many iterations"
_SMALL_STEP = 1e-9
_SMALL_GAIN = 1e-9
_LARGEST_DAMPING = 1e12


class Model(Protocol[State]):
    """What is minimised."""

    def cost(self, state: State) -> float:
        """Return the sum of squares, loss and prior included."""

    def equations(self, state: State) -> Equations:
        """Linearise around a state."""

    def moved(self, state: State, shared: Floats, blocks: Floats) -> State:
        """Step by (G,) shared unknowns and (N, B) unknowns of the blocks."""


@dataclass(frozen=True, slots=True)
class Minimum(Generic[State]):
    """Where the solver stopped, and why."""

    state: State
    cost: float
    iterations: int
    reason: str


def minimise(model: Model[State], start: State) -> Minimum[State]:
    """Go downhill from a start until the step or the gain is small."""
    state, cost = start, model.cost(start)
    damping, iterations, reason = 1e-3, 0, ""
    while not reason:
        new, new_cost, step, damping = _descend(model, state, cost, damping)
        iterations += 1
        reason = _reason_to_stop(cost, new_cost, step, damping, iterations)
        if new_cost <= cost:
            state, cost = new, new_cost
    return Minimum(state, cost, iterations, reason)


def _descend(model: Model[State], state: State, cost: float, damping: float) -> tuple[State, float, float, float]:
    """Try steps of growing damping until one lowers the cost: the new state, its cost, its length, the next damping."""
    equations = model.equations(state)
    while True:
        shared, blocks = equations.step(damping)
        new = model.moved(state, shared, blocks)
        new_cost = model.cost(new)
        if new_cost <= cost or damping > _LARGEST_DAMPING:
            largest = max(float(np.abs(shared).max()), float(np.abs(blocks).max(initial=0.0)))
            return new, new_cost, largest, max(damping / 10, 1e-12)
        damping *= 10


def _reason_to_stop(cost: float, new_cost: float, step: float, damping: float, iterations: int) -> str:
    if not new_cost <= cost:
        return "no step lowers the cost"
    if step < _SMALL_STEP:
        return "the step is small"
    if cost - new_cost < _SMALL_GAIN * cost and damping < 1:
        return "the gain is small"
    return TIRED if iterations >= MAX_ITERATIONS else ""


@dataclass(frozen=True, eq=False, slots=True)
class Equations:
    """Normal equations: G shared unknowns, N blocks of B unknowns, and what joins them.

    Attributes
    ----------
    shared : (G, G)
    shared_gradient : (G,)
    blocks : (N, B, B)
    block_gradients : (N, B)
    joint : (N, B, G)
    """

    shared: Floats
    shared_gradient: Floats
    blocks: Floats
    block_gradients: Floats
    joint: Floats

    def step(self, damping: float) -> tuple[Floats, Floats]:
        """Damped step of the shared unknowns (G,) and of the blocks (N, B)."""
        matrix, gradient, answers = self.reduced(damping)
        # A direction that nothing sees has no curvature: the pseudo-inverse leaves it where it is.
        step = np.asarray(-np.linalg.lstsq(matrix, gradient, rcond=1e-14)[0], np.float64)
        return step, -(answers[:, :, -1] + answers[:, :, :-1] @ step)

    def reduced(self, damping: float) -> tuple[Floats, Floats, Floats]:
        """Equations (G, G) and (G,) of the shared unknowns alone, and each block's answer (N, B, G + 1) to them."""
        blocks = solvable(_damped(self.blocks, damping))
        answers = np.linalg.solve(blocks, np.dstack([self.joint, self.block_gradients]))
        joined = np.einsum("nki,nkj->ij", self.joint, answers)
        shared = _damped(self.shared[None], damping)[0]
        return shared - joined[:, :-1], self.shared_gradient - joined[:, -1], np.asarray(answers, np.float64)


def solvable(blocks: Floats) -> Floats:
    """Add to blocks (N, B, B) a trace of their own: a pixel and a range along one line see nothing across it."""
    traces = np.trace(blocks, axis1=1, axis2=2)[:, None, None]
    return np.asarray(blocks + 1e-12 * traces * np.eye(blocks.shape[-1]))


def _damped(matrices: Floats, damping: float) -> Floats:
    """Add to the diagonals of (N, k, k) a share of themselves, as Marquardt does."""
    diagonal = np.arange(matrices.shape[-1])
    damped = matrices.copy()
    damped[:, diagonal, diagonal] *= 1.0 + damping
    return damped
