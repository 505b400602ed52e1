"""Kappa: how far people who all named a category of every unit agree beyond chance."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array

Weights = Literal["none", "linear", "quadratic"]


def cohen_kappa(first: ArrayLike, second: ArrayLike, *, weights: Weights = "none") -> float:
    """Agreement of two people about the categories of N units (J. Cohen, 1960; weighted: 1968).

    Parameters
    ----------
    first, second : (N,) int64
        Codes from 0; with weights their distance is the disagreement, so they must be in order (degrees of occlusion).
    weights : whether a disagreement counts the more, the farther apart the codes are

    Returns
    -------
    float
        1 where both agree, 0 at chance; NaN without units, or where both always name the same one category.
    """
    ours = as_array(first, (None,), np.int64, name="first")
    theirs = as_array(second, (len(ours),), np.int64, name="second")
    if (ours < 0).any() or (theirs < 0).any():
        raise ArgumentError("codes of categories count from 0")
    n = int(max(ours.max(initial=-1), theirs.max(initial=-1))) + 1
    table = np.zeros((n, n))
    np.add.at(table, (ours, theirs), 1.0)
    return float(kappa_of_table(table, weights=weights))


def kappa_of_table(tables: NDArray[np.float64], *, weights: Weights = "none") -> NDArray[np.float64]:
    """Cohen's kappa (...) of how often one said row i where the other said column j, tables (..., C, C)."""
    n_codes = tables.shape[-1]
    apart = np.abs(np.subtract.outer(np.arange(n_codes), np.arange(n_codes))).astype(np.float64)
    disagreement = {"none": (apart > 0).astype(np.float64), "linear": apart, "quadratic": apart**2}[weights]
    totals = tables.sum(axis=(-2, -1))
    chance = tables.sum(axis=-1)[..., :, None] * tables.sum(axis=-2)[..., None, :]
    expected = (disagreement * chance).sum(axis=(-2, -1))
    observed = (disagreement * tables).sum(axis=(-2, -1)) * totals
    return np.asarray(1.0 - observed / np.where(expected > 0, expected, np.nan))


def fleiss_kappa(counts: ArrayLike) -> float:
    """Agreement of R people about N units (J. L. Fleiss, Psychological Bulletin 76(5), 1971).

    Parameters
    ----------
    counts : (N, C) int64
        How many people named each category of each unit; the same number of people, at least two, for all.

    Returns
    -------
    float
        NaN without units, or where only one category is ever named.
    """
    table = as_array(counts, (None, None), np.int64, name="counts").astype(np.float64)
    people = table.sum(axis=1)
    if (table < 0).any() or (people != people[:1]).any() or (people < 2).any():
        raise ArgumentError("counts must sum to the same number of people, at least two, for every unit")
    return float(fleiss_of_sums(fleiss_sums(table).sum(axis=0)))


def fleiss_sums(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums (N, 2 + C) that Fleiss' kappa follows from: the share of agreeing pairs, 1, and the counts (N, C)."""
    people = counts.sum(axis=1)
    agreeing = ((counts**2).sum(axis=1) - people) / (people * (people - 1.0))
    return np.column_stack([agreeing, np.ones(len(counts)), counts])


def fleiss_of_sums(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fleiss' kappa (...) of added sums (..., K); NaN where it cannot be told."""
    named = sums[..., 2:].sum(axis=-1, keepdims=True)
    expected = ((sums[..., 2:] / np.where(named > 0, named, np.nan)) ** 2).sum(axis=-1)
    observed = sums[..., 0] / np.where(sums[..., 1] > 0, sums[..., 1], np.nan)
    return np.asarray((observed - expected) / np.where(expected < 1.0, 1.0 - expected, np.nan))
