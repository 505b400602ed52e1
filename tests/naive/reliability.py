"""Agreement beyond chance, pair of values by pair of values."""

import itertools

import numpy as np


def difference(a, b, level):
    return {"nominal": float(a != b), "interval": (a - b) ** 2, "circular": np.sin((a - b) / 2) ** 2}[level]


def krippendorff_alpha(values, level):
    """Alpha of values (R, U) as its definition has it; NaN where nothing differs or nothing can be compared."""
    units = [column[~np.isnan(column)] for column in np.asarray(values, float).T]
    units = [unit for unit in units if len(unit) > 1]
    everything = np.concatenate([np.zeros(0), *units])
    n = len(everything)
    observed = sum(
        difference(a, b, level) / (len(unit) - 1) for unit in units for a, b in itertools.permutations(unit, 2)
    )
    expected = sum(difference(a, b, level) for a, b in itertools.permutations(everything, 2))
    return 1 - (observed / n) / (expected / (n * (n - 1))) if expected > 1e-12 else np.nan


def cohen_kappa(first, second, power):
    """Weighted kappa: disagreements |i - j|^power beside those of all combinations of what both said."""
    observed = np.mean([abs(a - b) ** power if a != b else 0.0 for a, b in zip(first, second, strict=True)])
    expected = np.mean([abs(a - b) ** power if a != b else 0.0 for a in first for b in second])
    return 1 - observed / expected if expected else np.nan


def event_f1s(ours, theirs, least):
    """Every F1 that a best one-to-one choice of intervals (start, end) may have: one with the most joint time shared.

    Two intervals are the same when they share a part `least` of their joint time.
    """

    def part(a, b):
        shared, joint = min(a[1], b[1]) - max(a[0], b[0]), max(a[1], b[1]) - min(a[0], b[0])
        return max(shared, 0) / joint if joint else float(shared == 0)

    few, many = sorted((ours, theirs), key=len)
    choices = [
        [part(a, b) for a, b in zip(few, chosen, strict=True)] for chosen in itertools.permutations(many, len(few))
    ]
    most = max(map(sum, choices))
    best = [choice for choice in choices if sum(choice) > most - 1e-12]
    return {2 * sum(one >= least for one in choice) / (len(ours) + len(theirs)) for choice in best}
