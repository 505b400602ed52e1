"""How likely a proposed track is an object of its kind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from sensorann.scene import Motion

# Weights of what `evidence` measures, in its order; printed by `python -m benchmarks.prelabel_confidence --fit`, from
# every other track of the drives it names. Few vehicles are tall or long: most of what is, is a house or a hedge.
_VEHICLE = np.array([-0.20, 0.40, 1.37, 0.26, -0.95, -1.26, -1.51, 0.0, 1.28, 0.61, -1.96, -2.35, -1.14, -1.0])
_SMALL = np.array([-1.6, 0.0, 1.54, 0.0, -0.56, -0.49, -0.38, 0.0, 0.78, 1.55, -0.74, 0.0, 0.0, -1.66])


def confidence(evidence: NDArray[np.float64], motion: Motion) -> float:
    """Read the probability that a track is an object, 0 to 1, off the evidence (F,) for it.

    Parameters
    ----------
    evidence : as `sensorann.tracks.prelabelling.evidence.evidence` measures it
    motion : of the track's category
    """
    return float(expit(evidence @ (_VEHICLE if motion is Motion.VEHICLE else _SMALL)))
