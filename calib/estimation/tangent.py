"""Small motions of a pose, and the difference of two poses, as vectors of six.

A vector of six holds (roll, pitch, yaw, x, y, z) in the target frame: the rotation vector w in radians, then the shift
of the origin in metres. A pose moves by R' = Exp(w) R and t' = t + shift: the rotation acts from the left and leaves
the origin where it is, so a sigma of x, y or z is that of where the sensor sits.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.geometry import Transform
from sensorann.geometry.rotations import quaternions_from_rotations

AXES = ("roll", "pitch", "yaw", "x", "y", "z")


def cross_matrices(vectors: ArrayLike) -> NDArray[np.float64]:
    """Matrices (..., 3, 3) of the cross product with vectors (..., 3) on the left."""
    v = np.asarray(vectors, np.float64)
    matrices = np.zeros((*v.shape, 3))
    matrices[..., 2, 1], matrices[..., 0, 2], matrices[..., 1, 0] = v[..., 0], v[..., 1], v[..., 2]
    return np.asarray(matrices - np.swapaxes(matrices, -1, -2))


def rotation_from_vector(vector: ArrayLike) -> NDArray[np.float64]:
    """Rotation (3, 3) about a vector (3,) by its length, radians (Rodrigues)."""
    vector = np.asarray(vector, np.float64)
    angle = float(np.linalg.norm(vector))
    cross = cross_matrices(vector)
    # np.sinc(x) is sin(pi x) / (pi x), and exact at zero: no case for small angles is needed.
    sine = np.sinc(angle / np.pi)
    half = np.sinc(angle / (2 * np.pi))
    return np.asarray(np.eye(3) + sine * cross + 0.5 * half**2 * cross @ cross)


def vector_from_rotation(rotation: ArrayLike) -> NDArray[np.float64]:
    """Rotation vector (3,) of a rotation (3, 3), radians, of length in [0, pi]."""
    w, *axis = quaternions_from_rotations(rotation)
    sine = float(np.linalg.norm(axis))
    if sine < 1e-12:
        return 2.0 * np.asarray(axis, np.float64)
    return np.asarray(axis, np.float64) * float(2.0 * np.arctan2(sine, w) / sine)


def moved(target_from_source: Transform, step: ArrayLike) -> Transform:
    """Move a pose by a vector of six."""
    step = np.asarray(step, np.float64)
    rotation = rotation_from_vector(step[:3]) @ target_from_source.rotation
    # Many small steps would let rounding grow past the tolerance of a rotation.
    left, _, right = np.linalg.svd(rotation)
    return Transform(left @ right, target_from_source.translation + step[3:])


def difference(pose: Transform, reference: Transform) -> NDArray[np.float64]:
    """Vector of six that moves the reference to the pose: the inverse of `moved`."""
    turn = vector_from_rotation(pose.rotation @ reference.rotation.T)
    return np.concatenate([turn, pose.translation - reference.translation])


def difference_jacobian(pose: Transform, reference: Transform) -> NDArray[np.float64]:
    """Derivative (6, 6) of `difference` by a further motion of the pose.

    The rotation block is the inverse left Jacobian of SO(3) (T. Barfoot, State Estimation for Robotics, eq. 7.77).
    """
    vector = vector_from_rotation(pose.rotation @ reference.rotation.T)
    angle = float(np.linalg.norm(vector))
    cross = cross_matrices(vector)
    # The factor tends to 1/12; below 1e-4 its next term is under 1e-11 and the quotient only rounds.
    factor = 1 / 12 if angle < 1e-4 else 1 / angle**2 - 1 / (2 * angle * np.tan(angle / 2))
    jacobian = np.eye(6)
    jacobian[:3, :3] = np.eye(3) - 0.5 * cross + factor * cross @ cross
    return jacobian
