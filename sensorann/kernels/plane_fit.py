"""A plane under points that are partly something else: fitted again and again to those near it."""

import math

import numpy as np

from sensorann.kernels._jit import kernel


@kernel
def fit_ground_plane(points, place, height, n_rounds, widest, narrowing, narrowest, level_weight, steepest):
    """Fit z = height + slope . (xy - place) to the points near it, round by round; it starts level.

    points (N, 3) float64 finite, place (2,), height float at the start. The reach of round i is
    max(widest - i narrowing, narrowest); fewer than three points within it end the search. level_weight pulls the slope
    to zero as so many points a metre away would; steepest bounds it -> height float, slope (2,), number of points that
    lay within the last reach.
    """
    slope = np.zeros(2)
    n_near = 0
    for i in range(n_rounds):
        reach = max(widest - narrowing * i, narrowest)
        n_near = 0
        # Normal equations of least squares: sums of 1, x, y and of their products, and of those with z.
        x_sum = y_sum = z_sum = xz = yz = xy = 0.0
        xx = yy = level_weight
        for k in range(points.shape[0]):
            x, y, z = points[k, 0] - place[0], points[k, 1] - place[1], points[k, 2]
            if abs(z - height - x * slope[0] - y * slope[1]) <= reach:
                n_near += 1
                x_sum, y_sum, z_sum = x_sum + x, y_sum + y, z_sum + z
                xx, xy, yy, xz, yz = xx + x * x, xy + x * y, yy + y * y, xz + x * z, yz + y * z
        if n_near < 3:
            break
        # About their mean the height drops out.
        xx, xy, yy = xx - x_sum * x_sum / n_near, xy - x_sum * y_sum / n_near, yy - y_sum * y_sum / n_near
        xz, yz = xz - x_sum * z_sum / n_near, yz - y_sum * z_sum / n_near
        determinant = xx * yy - xy * xy
        slope[0], slope[1] = (yy * xz - xy * yz) / determinant, (xx * yz - xy * xz) / determinant
        height = (z_sum - slope[0] * x_sum - slope[1] * y_sum) / n_near
        steepness = math.sqrt(slope[0] * slope[0] + slope[1] * slope[1])
        if steepness > steepest:
            slope *= steepest / steepness
    return height, slope, n_near
