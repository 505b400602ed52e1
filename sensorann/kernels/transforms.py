"""Points into another frame: a product with a 3 x 3 matrix is too narrow for a linear-algebra library to be fast at."""

import numpy as np

from sensorann.kernels._jit import kernel


@kernel
def transform_points(points, rotation, translation):
    """Rotate and shift every point. points (N, 3), rotation (3, 3), translation (3,) -> (N, 3) float64."""
    placed = np.empty((points.shape[0], 3))
    for i in range(points.shape[0]):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        for axis in range(3):
            turned = rotation[axis, 0] * x + rotation[axis, 1] * y + rotation[axis, 2] * z
            placed[i, axis] = turned + translation[axis]
    return placed
