"""How likely a proposed track is an object of its kind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from sensorann.scene import Motion

# Weights of what `evidence` measures, in its order; printed by `python -m benchmarks.prelabel_confidence --fit`, from
# simulated drives alone. Few vehicles are tall or long: most of what is, is a house or a hedge.
_VEHICLE = np.array(
    [-1.57, 0.78, 1.80, 0.00, -1.65, -1.31, -0.63, 0.00, 2.12, 0.93, -2.48, -1.07, -1.62, -3.77, -2.21, -2.04, -0.60]
)
_SMALL = np.array(
    [-1.56, 0.16, 1.40, 0.00, -0.18, 0.00, 0.00, 0.00, 0.31, 1.72, -2.53, 0.00, 0.00, -2.22, -2.65, 0.00, -0.47]
)


def confidence(evidence: NDArray[np.float64], motion: Motion) -> float:
    """Read the probability that a track is an object, 0 to 1, off the evidence (F,) for it.

    Parameters
    ----------
    evidence : as `sensorann.tracks.prelabelling.evidence.evidence` measures it
    motion : of the track's category
    """
    return float(expit(evidence @ (_VEHICLE if motion is Motion.VEHICLE else _SMALL)))
