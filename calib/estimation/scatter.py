"""Covariances of estimates whose errors come in blocks: the scatter of blocks counts, not that of single residuals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calib.targets.detections import Floats

# The scatter of fewer tells nothing of six directions.
_LEAST_BLOCKS = 8
_CHANCE_SIGMAS = 3.0


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


def widened_by_blocks(covariance: Floats, steps: Floats) -> Floats:
    """Widen a covariance where an estimate scatters between blocks by more than chance lets it.

    The estimate's moves without one block at a time tell its scatter (J. Tukey's jackknife). All directions are widened
    by their mean where that exceeds chance (the mean of k chi-squares over B blocks). About a mean, the scatter of B
    blocks lies within (1 + sqrt(k / B))^2 (V. Marchenko and L. Pastur, 1967); a direction beyond that is taken as it
    is.

    Parameters
    ----------
    covariance : (k, k)
    steps : (B, k), how the estimate moves without each block
    """
    n, k = steps.shape
    if n < _LEAST_BLOCKS:
        return covariance
    root = np.linalg.cholesky(covariance)
    whitened = np.linalg.solve(root, steps.T)
    variances, directions = np.linalg.eigh((n - 1) / n * whitened @ whitened.T)
    mean = float(variances.mean())
    usual = mean if mean > 1.0 + _CHANCE_SIGMAS * np.sqrt(2 / (k * n)) else 1.0
    beyond = variances > usual * (1.0 + np.sqrt(k / n)) ** 2
    axes = root @ directions
    return np.asarray((axes * np.where(beyond, variances, usual)) @ axes.T)


def positive(information: Floats) -> Floats:
    """The nearest information that takes nothing away from what was known."""
    values, vectors = np.linalg.eigh((information + information.T) / 2)
    return np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T)
