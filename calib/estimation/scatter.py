"""Covariances of estimates whose errors come in blocks: the scatter of blocks counts, not that of single residuals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calib.targets.detections import Floats


def sandwich(information: Floats, pulls: Floats, blocks: NDArray[np.intp], *, known: Floats, alone: float) -> Floats:
    """Covariance (k, k) by the scatter of the gradients of blocks (P. Huber, 1967; K. Liang and S. Zeger, 1986).

    Few blocks scatter too little by chance, so what the residuals would tell if they were independent is added.

    Parameters
    ----------
    information : (k, k), of data and of what was known before
    pulls : (N, k), gradients of the residuals
    blocks : (N,) which block each belongs to, from 0
    known : (k, k), the part of the information that was known before
    alone : how many residuals repeat what one says
    """
    k = len(information)
    sums = np.zeros((int(blocks.max(initial=-1)) + 1, k))
    np.add.at(sums, blocks, pulls)
    inverse = np.linalg.inv(information + 1e-12 * np.eye(k))
    return np.asarray(inverse @ (sums.T @ sums + alone * (information - known) + known) @ inverse)


def positive(information: Floats) -> Floats:
    """The nearest information that takes nothing away from what was known."""
    values, vectors = np.linalg.eigh((information + information.T) / 2)
    return np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T)
