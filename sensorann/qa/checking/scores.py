"""How probable it is that a finding is right, by its rule and by how far it is beyond the limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np


@dataclass(frozen=True, slots=True)
class Calibration:
    """Logistic curve over the logarithm of the excess.

    Attributes
    ----------
    at_limit : log odds at the limit
    slope : by which they rise when the excess grows by a factor of e, 0 or more
    """

    at_limit: float
    slope: float

    def score(self, excess: float) -> float:
        """Probability of a finding whose excess is 1 or more."""
        return float(1.0 / (1.0 + np.exp(-(self.at_limit + self.slope * np.log(max(excess, 1.0))))))


# Printed by `python -m benchmarks.seeded_errors --fit`; docs/quality.md says how well they hold on other drives.
CALIBRATIONS: Mapping[str, Calibration] = MappingProxyType(
    {
        "heading_flip": Calibration(0.56, 2.26),
        "heading_jitter": Calibration(0.87, 11.15),
        "identity_switch": Calibration(0.05, 2.56),
        "leap": Calibration(-0.65, 0.11),
        "off_path": Calibration(-2.41, 6.67),
        "off_height": Calibration(0.33, 12.75),
        "time_mismatch": Calibration(-2.18, 2.24),
        "size_change": Calibration(2.54, 0.84),
        "size_drift": Calibration(0.15, 7.94),
        "wrong_class": Calibration(-2.69, 1.33),
        "duplicate": Calibration(0.2, 6.28),
        "interpenetration": Calibration(0.09, 5.77),
        "speed": Calibration(0.25, 11.4),
        "acceleration": Calibration(-0.81, 0.38),
        "yaw_rate": Calibration(0.15, 2.55),
        "side_slip": Calibration(-1.42, 1.37),
        "fragment": Calibration(0.19, 3.46),
        "gap": Calibration(0.1, 4.88),
        "birth": Calibration(-2.56, 1.24),
        "death": Calibration(-1.8, 0.13),
    }
)
# What rules get that nobody has calibrated yet.
UNKNOWN = Calibration(0.0, 1.0)


def score_of(rule: str, excess: float) -> float:
    """Probability that a finding of a rule is an error."""
    return CALIBRATIONS.get(rule, UNKNOWN).score(excess)
