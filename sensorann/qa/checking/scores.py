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
        "heading_flip": Calibration(0.49, 3.28),
        "heading_jitter": Calibration(1.8, 3.2),
        "identity_switch": Calibration(0.23, 1.8),
        "leap": Calibration(-1.53, 0.5),
        "off_path": Calibration(-3.29, 8.68),
        "off_height": Calibration(2.05, 1.65),
        "time_mismatch": Calibration(-3.32, 2.93),
        "size_change": Calibration(0.88, 4.05),
        "size_drift": Calibration(1.11, 2.74),
        "wrong_class": Calibration(-0.91, 0.62),
        "duplicate": Calibration(0.64, 4.08),
        "interpenetration": Calibration(1.27, 0.49),
        "speed": Calibration(1.94, 1.16),
        "acceleration": Calibration(0.92, 1.13),
        "jerk": Calibration(-3.29, 7.45),
        "yaw_rate": Calibration(0.51, 1.14),
        "side_slip": Calibration(-2.37, 5.51),
        "fragment": Calibration(0.5, 2.24),
        "gap": Calibration(0.59, 2.77),
        "birth": Calibration(-2.13, 0.85),
        "death": Calibration(-2.23, 0.22),
        "said_to_stand": Calibration(1.3, 1.18),
        "said_to_move": Calibration(1.26, 1.57),
        "attribute_clash": Calibration(0.11, 1.34),
        "picture_mismatch": Calibration(1.45, 0.87),
        "not_in_picture": Calibration(0.22, 1.62),
        "only_in_picture": Calibration(0.39, 2.01),
        "only_in_space": Calibration(0.85, 2.52),
        "guideline_range": Calibration(2.7, 1.93),
        "guideline_size": Calibration(2.72, 2.23),
        "guideline_speed": Calibration(2.57, 1.11),
        "guideline_attribute": Calibration(0.16, 1.52),
        "spurious": Calibration(0.19, 1.37),
        "cut_object": Calibration(2.66, 2.28),
        "loose_face": Calibration(0.55, 1.46),
        "point_time": Calibration(0.15, 1.2),
        "off_ground": Calibration(1.57, 1.3),
        "heading_edges": Calibration(0.49, 2.16),
        "out_of_view": Calibration(0.0, 1.0),
        "guideline_points": Calibration(0.0, 1.0),
        "radar_speed": Calibration(1.51, 1.38),
        "radar_heading": Calibration(0.87, 1.9),
        "missing": Calibration(-2.01, 0.87),
        "perhaps_missing": Calibration(-1.42, 1.0),
    }
)


def score_of(rule: str, excess: float) -> float:
    """Probability that a finding of a rule is an error."""
    return CALIBRATIONS[rule].score(excess)
