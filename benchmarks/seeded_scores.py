"""How probable findings are, learnt from sown errors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.seeded_runs import Run
from sensorann.qa.checking import RULES
from sensorann.qa.checking.scores import Calibration


def fit(all_runs: list[Run]) -> Mapping[str, Calibration]:
    """Logistic curves over the logarithm of the excess; two imagined findings keep a few from being sure."""
    curves = {}
    for rule in RULES:
        pairs = [
            (np.log(max(f.excess, 1.0)), own.any())
            for run in all_runs
            for f, own in zip(run.findings, run.hits, strict=True)
            if f.rule == rule.id
        ]
        x, right = (np.array(column, np.float64) for column in zip(*pairs, (0.0, 0.0), (0.0, 1.0), strict=True))

        def loss(p: NDArray[np.float64], x: NDArray[np.float64] = x, right: NDArray[np.float64] = right) -> float:
            odds = p[0] + np.exp(p[1]) * x
            return float((np.logaddexp(0.0, odds) - right * odds).sum() + 0.02 * p[0] ** 2 + 0.5 * p[1] ** 2)

        best = minimize(loss, np.zeros(2), method="Nelder-Mead").x
        curves[rule.id] = Calibration(round(float(best[0]), 2), round(float(np.exp(best[1])), 2))
    return curves
