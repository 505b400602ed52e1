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
        "heading_flip": Calibration(0.88, 1.97),
        "heading_jitter": Calibration(2.08, 2.98),
        "identity_switch": Calibration(0.23, 1.93),
        "leap": Calibration(-0.79, 0.3),
        "off_path": Calibration(-2.28, 6.14),
        "off_height": Calibration(2.08, 1.73),
        "time_mismatch": Calibration(-2.1, 2.14),
        "size_change": Calibration(2.45, 0.93),
        "size_drift": Calibration(1.08, 3.62),
        "wrong_class": Calibration(-1.54, 0.79),
        "duplicate": Calibration(0.76, 3.67),
        "interpenetration": Calibration(1.3, 2.38),
        "speed": Calibration(1.82, 1.76),
        "acceleration": Calibration(-0.94, 0.68),
        "yaw_rate": Calibration(0.36, 1.23),
        "side_slip": Calibration(-1.35, 1.2),
        "fragment": Calibration(0.5, 2.01),
        "gap": Calibration(0.57, 3.07),
        "birth": Calibration(-2.52, 1.14),
        "death": Calibration(-1.9, 0.27),
        "spurious": Calibration(0.01, 1.02),
        "cut_object": Calibration(3.22, 1.63),
        "loose_face": Calibration(0.65, 0.48),
        "off_ground": Calibration(2.12, 0.85),
        "missing": Calibration(0.74, 0.64),
    }
)
# What rules get that nobody has calibrated yet.
UNKNOWN = Calibration(0.0, 1.0)


def score_of(rule: str, excess: float) -> float:
    """Probability that a finding of a rule is an error."""
    return CALIBRATIONS.get(rule, UNKNOWN).score(excess)
