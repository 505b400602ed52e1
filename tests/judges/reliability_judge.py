"""Runs in the environment of krippendorff and scikit-learn: reads cases from stdin, prints their agreement as JSON.

A case is {"values": [[...], ...], "first": [...], "second": [...]}, null where somebody said nothing.
"""

import json
import sys

import krippendorff
import numpy as np
from sklearn.metrics import cohen_kappa_score


def judged(case):
    values = np.array(case["values"], float)
    return {
        "alpha": {
            level: krippendorff.alpha(reliability_data=values, level_of_measurement=level)
            for level in ("nominal", "interval")
        },
        "kappa": {
            str(weights): cohen_kappa_score(case["first"], case["second"], labels=[0, 1, 2, 3], weights=weights)
            for weights in (None, "linear", "quadratic")
        },
    }


if __name__ == "__main__":
    json.dump([judged(case) for case in json.load(sys.stdin)], sys.stdout)
