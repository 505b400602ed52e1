"""How well categories explain measured edges that may be parts of longer ones, and how long those then are."""

import math

import numpy as np

from sensorann.kernels._jit import kernel

_LOG_ROOT_TAU = 0.5 * math.log(2 * math.pi)
# Beyond thirty deviations the tail of the normal law is lost to rounding, and long out of the question.
_MOST_DEVIATIONS = 30.0


@kernel
def _log_sum(a, b):
    """Logarithm of the sum of two numbers given by their logarithms, both finite."""
    high, low = max(a, b), min(a, b)
    return high + math.log1p(math.exp(low - high))


@kernel
def weigh_edges(measured, whole, typical, deviation, margins, scatter):
    """Weigh K categories against W measured extents, and expect their edges.

    measured (W, 3) edges and whole (W, 3) the chances, above 0 and below 1, that they were seen from end to end;
    typical (K, 3) and deviation (K, 3) of the edges of each category; margins (3,) by which points end inside of faces
    and scatter float about that, all in metres -> log_densities (W, K), sizes (W, K, 3), none below what was measured.
    """
    n_ways, n_categories = measured.shape[0], typical.shape[0]
    log_densities, sizes = np.zeros((n_ways, n_categories)), np.empty((n_ways, n_categories, 3))
    for w in range(n_ways):
        for k in range(n_categories):
            for axis in range(3):
                seen, usual, spread = measured[w, axis], typical[k, axis], deviation[k, axis]
                full, variance = seen + margins[axis], spread * spread + scatter * scatter
                misfit = (full - usual) * (full - usual) / variance
                log_whole = math.log(whole[w, axis]) - 0.5 * (misfit + math.log(variance)) - _LOG_ROOT_TAU
                excess = min((seen - usual) / spread, _MOST_DEVIATIONS)
                log_longer = math.log(0.5 * math.erfc(excess / math.sqrt(2.0)))
                log_part = math.log1p(-whole[w, axis]) - math.log(usual) + log_longer
                log_axis = _log_sum(log_whole, log_part)
                log_densities[w, k] += log_axis
                edge_of_whole = (full * spread * spread + usual * scatter * scatter) / variance
                # Mean of a normal law cut off below the measured part.
                edge_of_part = usual + spread * math.exp(-0.5 * excess * excess - _LOG_ROOT_TAU - log_longer)
                is_whole = math.exp(log_whole - log_axis)
                sizes[w, k, axis] = max(is_whole * edge_of_whole + (1.0 - is_whole) * edge_of_part, seen)
    return log_densities, sizes
