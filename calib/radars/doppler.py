"""How fast a radar moves, by the Doppler of what stands still around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calib.targets.detections import Floats
from sensorann.errors import CalibrationError
from sensorann.scene import Sweep

_HYPOTHESES = 60
# Range rates of radars for cars are known to about 0.1 m/s.
_GATE = 0.3
_LEAST_RETURNS = 12
_LEAST_SPREAD = np.deg2rad(20.0)


@dataclass(frozen=True, eq=False, slots=True)
class OwnVelocity:
    """Velocity of a radar in its own plane.

    Attributes
    ----------
    velocity : (2,) m/s, x forward and y left of the radar
    covariance : (2, 2), by the residuals' own noise
    n_static : returns that agree
    """

    velocity: Floats
    covariance: Floats
    n_static: int


def range_rates(sweep: Sweep) -> Floats:
    """Range rates (N,) of a scan, m/s, positive away from the radar.

    Raises
    ------
    CalibrationError
        When the scan has no Doppler, or only one from which the ego motion was taken out.
    """
    if "doppler" in sweep.fields:
        return sweep.fields["doppler"].astype(np.float64)
    if {"vx", "vy"} <= set(sweep.fields):
        azimuths = np.arctan2(sweep.points[:, 1], sweep.points[:, 0]).astype(np.float64)
        return np.asarray(sweep.fields["vx"] * np.cos(azimuths) + sweep.fields["vy"] * np.sin(azimuths), np.float64)
    raise CalibrationError(
        f"{sweep.sensor} needs a field doppler, or vx and vy without compensation of the ego motion, "
        f"it has {', '.join(sorted(sweep.fields)) or 'none'}"
    )


def own_velocity(sweep: Sweep, *, seed: int = 0) -> OwnVelocity | None:
    """Fit the radar's velocity to the returns of what stands still (D. Kellner et al., ITSC 2013).

    Returns
    -------
    OwnVelocity, or None where too few returns agree, or all lie in one direction
    """
    azimuths = np.arctan2(sweep.points[:, 1], sweep.points[:, 0]).astype(np.float64)
    rates = range_rates(sweep)
    finite = np.isfinite(azimuths) & np.isfinite(rates)
    # What stands still comes nearer as fast as the radar moves towards it.
    lines = -np.stack([np.cos(azimuths), np.sin(azimuths)], axis=1)[finite]
    azimuths, rates = azimuths[finite], rates[finite]
    static = _largest_agreement(lines, rates, seed)
    for _ in range(2):
        if np.count_nonzero(static) < _LEAST_RETURNS or np.ptp(azimuths[static]) < _LEAST_SPREAD:
            return None
        velocity, _, _, _ = np.linalg.lstsq(lines[static], rates[static], rcond=None)
        static = np.abs(lines @ velocity - rates) < _GATE
    n_static = int(np.count_nonzero(static))
    if n_static < _LEAST_RETURNS:
        return None
    residuals = lines[static] @ velocity - rates[static]
    noise = float(residuals @ residuals) / (n_static - 2)
    return OwnVelocity(velocity, np.linalg.inv(lines[static].T @ lines[static]) * noise, n_static)


def _largest_agreement(lines: Floats, rates: Floats, seed: int) -> np.ndarray:
    """Returns (N,) that agree with the best of the velocities that pairs of returns ask for."""
    if len(rates) < 2:
        return np.zeros(len(rates), np.bool_)
    pairs = np.random.default_rng(seed).integers(0, len(rates), (_HYPOTHESES, 2))
    pairs = pairs[np.abs(np.linalg.det(lines[pairs])) > 0.1]
    if not len(pairs):
        return np.zeros(len(rates), np.bool_)
    velocities = np.linalg.solve(lines[pairs], rates[pairs][:, :, None])[:, :, 0]
    agree = np.abs(velocities @ lines.T - rates) < _GATE
    return np.asarray(agree[int(agree.sum(axis=1).argmax())])
