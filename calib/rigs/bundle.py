"""All sensors of a rig and all targets in one estimate: bundle adjustment, each target eliminated by itself.

The poses of the sensors in the frame of one of them are shared; the points of a target are a block. Every detection
counts once, whichever sensors saw the same target: nothing is repeated, as it would be in pairs that are joined.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calib.estimation.levenberg import Equations, Minimum, minimise, solvable
from calib.estimation.noises import freedoms, larger_noises
from calib.estimation.solver import CAUCHY_CHI2
from calib.estimation.tangent import cross_matrices, moved
from calib.rigs.drawings import Drawing, drawn_cost, drawn_equations
from calib.rigs.sightings import Reflectors, Sightings
from calib.targets.detections import Floats
from sensorann.geometry import Transform


@dataclass(frozen=True, eq=False, slots=True)
class State:
    """Poses of all sensors, the root's the identity, and the points of the targets.

    Attributes
    ----------
    root_from : of each sensor
    points : (M, K, 3) metres, in the frame of the root
    chi2 : (S, M) squared whitened residuals of each sensor and target; zero where nothing was seen
    """

    root_from: tuple[Transform, ...]
    points: Floats
    chi2: Floats


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Bundle:
    """Sensors and what they saw of M targets of K points each.

    Attributes
    ----------
    sensors : the first is the root; the first that sees points of boards looks at their fronts
    depth : metres of the reflectors behind their boards
    drawings : what is known of the poses before any target
    cauchy : bound the pull of what one sensor saw of one target
    """

    sensors: tuple[Sightings, ...]
    depth: float
    drawings: tuple[Drawing, ...] = ()
    cauchy: bool = False

    def solve(self, root_from: Sequence[Transform], points: Floats) -> Minimum[State]:
        """Go downhill from poses and points."""
        return minimise(self, self.state(tuple(root_from), points))

    def state(self, root_from: tuple[Transform, ...], points: Floats) -> State:
        """Return poses and points with what they leave of each detection."""
        reflectors = self._reflectors(root_from, points)
        chi2 = np.zeros((len(self.sensors), len(points)))
        for row, sensor, pose in zip(chi2, self.sensors, root_from, strict=True):
            places, _ = sensor.places(points, reflectors)
            residuals, _ = sensor.detections.compare(pose.inverse().apply(places))
            row += np.bincount(sensor.targets, (residuals**2).sum(axis=1), minlength=len(points))
        return State(root_from, points, chi2)

    def losses(self, chi2: Floats) -> Floats:
        """Return the bounded loss of each chi-square, or itself."""
        return CAUCHY_CHI2 * np.log1p(chi2 / CAUCHY_CHI2) if self.cauchy else chi2

    def cost(self, state: State) -> float:
        """See `Model`."""
        return float(self.losses(state.chi2).sum()) + drawn_cost(self.drawings, self._named(state))

    def equations(self, state: State) -> Equations:
        """See `Model`."""
        n, k, _ = state.points.shape
        names = [sensor.name for sensor in self.sensors[1:]]
        shared, gradient = drawn_equations(self.drawings, self._named(state), names)
        blocks, block_gradients = np.zeros((n, 3 * k, 3 * k)), np.zeros((n, 3 * k))
        joint = np.zeros((n, 3 * k, len(gradient)))
        reflectors = self._reflectors(state.root_from, state.points)
        for number, sensor in enumerate(self.sensors):
            residuals, by_pose, by_block = self._compare(number, state, reflectors)
            weights = 1.0 / (1.0 + state.chi2[number] / CAUCHY_CHI2) if self.cauchy else np.ones(n)
            weighted = by_block.transpose(0, 2, 1) * weights[sensor.targets][:, None, None]
            np.add.at(blocks, sensor.targets, weighted @ by_block)
            np.add.at(block_gradients, sensor.targets, (weighted @ residuals[:, :, None])[:, :, 0])
            if number > 0:
                own = slice(6 * number - 6, 6 * number)
                np.add.at(joint[:, :, own], sensor.targets, weighted @ by_pose)
                rows = (by_pose * weights[sensor.targets][:, None, None]).reshape(-1, 6)
                shared[own, own] += rows.T @ by_pose.reshape(-1, 6)
                gradient[own] += rows.T @ residuals.reshape(-1)
        # A target that nobody saw, or of which nothing is used, stays where it is.
        blocks[~blocks.any(axis=(1, 2))] = np.eye(3 * k)
        return Equations(shared, gradient, blocks, block_gradients, joint)

    def moved(self, state: State, shared: Floats, blocks: Floats) -> State:
        """See `Model`."""
        steps = shared.reshape(-1, 6)
        poses = [moved(pose, step) for pose, step in zip(state.root_from[1:], steps, strict=True)]
        return self.state((state.root_from[0], *poses), state.points + blocks.reshape(state.points.shape))

    def larger_noises(self, state: State, information: Floats) -> dict[tuple[str, str], float]:
        """Return what is noisier than stated, as the residuals of a solution tell."""
        left = self.residuals_with_freedom(state, information)
        found: dict[tuple[str, str], float] = {}
        for sensor, (residuals, freedom) in zip(self.sensors, left, strict=True):
            found |= larger_noises(sensor.name, sensor.detections.coordinates, residuals, freedom)
        return found

    def residuals_with_freedom(self, state: State, information: Floats) -> list[tuple[Floats, Floats]]:
        """Return the whitened residuals (N, m) of each sensor, and the freedom that the unknowns leave to each."""
        equations, reflectors = self.equations(state), self._reflectors(state.root_from, state.points)
        roots = np.linalg.cholesky(solvable(equations.blocks))
        joint = np.linalg.solve(roots, equations.joint)
        left = []
        for number, sensor in enumerate(self.sensors):
            residuals, by_pose, by_block = self._compare(number, state, reflectors)
            own = np.linalg.solve(roots[sensor.targets], by_block.transpose(0, 2, 1)).transpose(0, 2, 1)
            by_shared = -own @ joint[sensor.targets]
            if number > 0:
                by_shared[:, :, 6 * number - 6 : 6 * number] += by_pose
            left.append((residuals, freedoms(by_shared, own, information)))
        return left

    def _named(self, state: State) -> dict[str, Transform]:
        return {sensor.name: pose for sensor, pose in zip(self.sensors, state.root_from, strict=True)}

    def _reflectors(self, root_from: Sequence[Transform], points: Floats) -> Reflectors:
        looking = next((i for i, sensor in enumerate(self.sensors) if sensor.kind != "radar"), 0)
        return Reflectors.behind(points, depth=self.depth, viewer=root_from[looking].translation)

    def _compare(self, number: int, state: State, reflectors: Reflectors) -> tuple[Floats, Floats, Floats]:
        """Residuals (N, m) of a sensor, their derivatives by its pose (N, m, 6) and by the points (N, m, 3 K)."""
        sensor, pose = self.sensors[number], state.root_from[number]
        places, by_points = sensor.places(state.points, reflectors)
        residuals, by_place = sensor.detections.compare(pose.inverse().apply(places))
        by_root = by_place @ pose.rotation.T
        # p = R' Exp(-w) (x - t - shift), so dp/dw = R' [x - t]_x and dp/dshift = -R'.
        by_pose = np.concatenate([by_root @ cross_matrices(places - pose.translation), -by_root], axis=2)
        return residuals, by_pose, by_root @ by_points
