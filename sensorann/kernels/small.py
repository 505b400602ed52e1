"""Products and inverses of matrices a few rows wide: plain loops compile and run faster than a library call."""

import numpy as np

from sensorann.kernels._jit import kernel


@kernel
def product(a, b):
    """Matrix product of (n, k) and (k, m)."""
    result = np.zeros((a.shape[0], b.shape[1]))
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            for k in range(b.shape[1]):
                result[i, k] += a[i, j] * b[j, k]
    return result


@kernel
def inverse(matrix):
    """Inverse of a symmetric positive definite matrix (n, n): Gauss-Jordan, which needs no pivoting there."""
    n = matrix.shape[0]
    left, right = matrix.copy(), np.eye(n)
    for pivot in range(n):
        scale = 1.0 / left[pivot, pivot]
        for column in range(n):
            left[pivot, column] *= scale
            right[pivot, column] *= scale
        for row in range(n):
            factor = left[row, pivot]
            if row == pivot or factor == 0.0:
                continue
            for column in range(n):
                left[row, column] -= factor * left[pivot, column]
                right[row, column] -= factor * right[pivot, column]
    return right


@kernel
def symmetrised(matrix):
    """Mean of a square matrix and its transpose: rounding has made them differ."""
    result = np.empty_like(matrix)
    for i in range(matrix.shape[0]):
        for j in range(matrix.shape[0]):
            result[i, j] = 0.5 * (matrix[i, j] + matrix[j, i])
    return result
