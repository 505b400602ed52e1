"""How likely a proposed track is an object of its kind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from sensorann.scene import Motion

# Weights of what `evidence` measures, in its order; printed by `python -m benchmarks.prelabel_confidence --fit`, from
# simulated drives alone. Few vehicles are tall or long: most of what is, is a house or a hedge.
_VEHICLE = np.array(
    [-1.08, 0.82, 1.66, 0.00, -1.78, -2.27, -0.63, 0.00, 2.09, 1.04, -2.51, -1.09, -2.14, -4.29, -2.52, -3.38, -0.15]
)
_SMALL = np.array(
    [-1.21, 0.00, 1.31, 0.00, 0.00, -0.57, 0.00, 0.25, 0.11, 1.60, -2.96, 0.00, 0.00, -2.65, -2.81, 0.00, -0.95]
)


def confidence(evidence: NDArray[np.float64], motion: Motion) -> float:
    """Read the probability that a track is an object, 0 to 1, off the evidence (F,) for it.

    Parameters
    ----------
    evidence : as `sensorann.tracks.prelabelling.evidence.evidence` measures it
    motion : of the track's category
    """
    return float(expit(evidence @ (_VEHICLE if motion is Motion.VEHICLE else _SMALL)))
