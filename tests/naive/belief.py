"""What an edge of a category may have shown."""

import numpy as np
from scipy.stats import norm, truncnorm


def weigh_edge(seen, whole, usual, spread, margin, scatter):
    """Log density of one measured edge and the expected edge."""
    density_of_whole = whole * norm.pdf(seen + margin, usual, np.hypot(spread, scatter))
    density_of_part = (1 - whole) * norm.sf(seen, usual, spread) / usual
    density = density_of_whole + density_of_part
    precision = spread**-2 + scatter**-2
    edge_of_whole = (usual * spread**-2 + (seen + margin) * scatter**-2) / precision
    edge_of_part = truncnorm.mean((seen - usual) / spread, np.inf, usual, spread)
    edge = (density_of_whole * edge_of_whole + density_of_part * edge_of_part) / density
    return np.log(density), max(edge, seen)
