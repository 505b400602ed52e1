"""How likely a proposed track is an object of its kind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from sensorann.scene import Motion

# Weights of what `evidence` measures, in its order; printed by `python -m benchmarks.prelabel_confidence --fit`, from
# every other track of the drives it names. Few vehicles are tall or long: most of what is, is a house or a hedge.
_VEHICLE = np.array([0.67, 0.45, 0.27, 0.58, -1.21, -0.91, -0.81, 0.0, 1.56, 0.69, -1.15, -2.46, -1.85, -1.03])
_SMALL = np.array([-1.7, 0.0, 1.16, 0.0, -0.2, -0.48, -0.71, 0.0, 1.18, 1.56, 0.0, 0.0, 0.0, -1.7])


def confidence(evidence: NDArray[np.float64], motion: Motion) -> float:
    """Read the probability that a track is an object, 0 to 1, off the evidence (F,) for it.

    Parameters
    ----------
    evidence : as `sensorann.tracks.prelabelling.evidence.evidence` measures it
    motion : of the track's category
    """
    return float(expit(evidence @ (_VEHICLE if motion is Motion.VEHICLE else _SMALL)))
