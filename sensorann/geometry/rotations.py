"""Rotations as (3, 3) matrices and w-first quaternions, one or many at once; angles in radians."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array

ORTHONORMAL_TOLERANCE = 1e-6


def wrap_angle(angle: ArrayLike) -> NDArray[np.float64]:
    """Wrap angles to [-pi, pi)."""
    return np.asarray((np.asarray(angle, np.float64) + np.pi) % (2 * np.pi) - np.pi)


def yaws_from_rotations(rotations: ArrayLike) -> NDArray[np.float64]:
    """Heading of the x axis about z, of (..., 3, 3) rotations, in [-pi, pi)."""
    rotations = np.asarray(rotations, np.float64)
    return wrap_angle(np.arctan2(rotations[..., 1, 0], rotations[..., 0, 0]))


def rotations_from_yaws(yaws: ArrayLike) -> NDArray[np.float64]:
    """Rotations about z, shape (..., 3, 3)."""
    yaws = np.asarray(yaws, np.float64)
    rotations = np.zeros((*yaws.shape, 3, 3))
    rotations[..., 0, 0] = rotations[..., 1, 1] = np.cos(yaws)
    rotations[..., 1, 0] = np.sin(yaws)
    rotations[..., 0, 1] = -rotations[..., 1, 0]
    rotations[..., 2, 2] = 1.0
    return rotations


def angles_from_rotation(rotation: ArrayLike) -> NDArray[np.float64]:
    """Roll, pitch, yaw (3,) of a rotation (3, 3) about fixed x, y, z; straight up or down roll is 0."""
    rotation = np.asarray(rotation, np.float64)
    across = float(np.hypot(rotation[0, 0], rotation[1, 0]))
    pitch = np.arctan2(-rotation[2, 0], across)
    if across < 1e-9:
        return np.array([0.0, pitch, np.arctan2(-rotation[0, 1], rotation[1, 1])])
    return np.array([np.arctan2(rotation[2, 1], rotation[2, 2]), pitch, np.arctan2(rotation[1, 0], rotation[0, 0])])


def rotations_from_quaternions(quaternions_wxyz: ArrayLike) -> NDArray[np.float64]:
    """Rotations of (..., 4) quaternions, w first; they are normalised first.

    Raises
    ------
    ArgumentError
        When a quaternion has a norm below 1e-9 or holds NaN.
    """
    q = np.asarray(quaternions_wxyz, np.float64)
    if q.shape[-1:] != (4,):
        raise ArgumentError(f"quaternions_wxyz must have shape (..., 4), got {q.shape}")
    norm = np.linalg.norm(q, axis=-1, keepdims=True)
    if not (norm > 1e-9).all():
        raise ArgumentError("a quaternion of norm zero (or NaN) is no rotation")
    w, x, y, z = np.moveaxis(q / norm, -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def quaternions_from_rotations(rotations: ArrayLike) -> NDArray[np.float64]:
    """Quaternions of (..., 3, 3) rotations, w first and w >= 0.

    Shepperd's method: the largest of the four squared components is taken from the diagonal, the others from it, so
    no case loses precision (S. W. Shepperd, J. Guidance and Control 1(3), 1978).
    """
    m = np.asarray(rotations, np.float64)
    m00, m11, m22 = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    squares = np.stack([1 + m00 + m11 + m22, 1 + m00 - m11 - m22, 1 - m00 + m11 - m22, 1 - m00 - m11 + m22], axis=-1)
    a, b, c = m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]
    d, e, f = m[..., 0, 1] + m[..., 1, 0], m[..., 0, 2] + m[..., 2, 0], m[..., 1, 2] + m[..., 2, 1]
    s = squares
    candidates = np.stack(
        [
            np.stack([s[..., 0], a, b, c], axis=-1),
            np.stack([a, s[..., 1], d, e], axis=-1),
            np.stack([b, d, s[..., 2], f], axis=-1),
            np.stack([c, e, f, s[..., 3]], axis=-1),
        ],
        axis=-2,
    )
    best = np.argmax(squares, axis=-1)[..., None, None]
    q = np.take_along_axis(candidates, np.broadcast_to(best, (*best.shape[:-2], 1, 4)), axis=-2)[..., 0, :]
    q = q / np.linalg.norm(q, axis=-1, keepdims=True)
    # + 0.0 takes the sign of zeros: a rotation has one quaternion, and files written twice are the same.
    return np.asarray(np.where(q[..., :1] < 0, -q, q) + 0.0)


def check_rotations(rotations: ArrayLike, *, name: str) -> NDArray[np.float64]:
    """Return (..., 3, 3) float64 rotations, or say which one is none.

    Raises
    ------
    ArgumentError
        When a matrix is not orthonormal with determinant +1 (tolerance 1e-6).
    """
    rotations = np.ascontiguousarray(rotations, np.float64)
    if rotations.shape[-2:] != (3, 3):
        raise ArgumentError(f"{name} must have shape (..., 3, 3), got {rotations.shape}")
    flat = rotations.reshape(-1, 3, 3)
    # Products of |values| far above 1 would only overflow: the clip keeps the message about the rotation.
    with np.errstate(invalid="ignore", over="ignore"):
        excess = np.abs(flat @ flat.transpose(0, 2, 1) - np.eye(3)).max(axis=(1, 2), initial=0.0)
        determinants = np.linalg.det(flat)
    wrong = ~((excess <= ORTHONORMAL_TOLERANCE) & (determinants > 0))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ArgumentError(
            f"{name} must be rotations (R R^T = 1, det R = 1): number {row} has det {determinants[row]:.6g} "
            f"and is {excess[row]:.3g} off from orthonormal"
        )
    return rotations


def slerp(start_wxyz: ArrayLike, end_wxyz: ArrayLike, fraction: ArrayLike) -> NDArray[np.float64]:
    """Spherical linear interpolation between (N, 4) quaternions along the shorter arc.

    Parameters
    ----------
    start_wxyz, end_wxyz : (N, 4) float64, unit
    fraction : (N,) float64, 0 at the start and 1 at the end

    Returns
    -------
    (N, 4) float64, unit, w >= 0
    """
    start = as_array(start_wxyz, (None, 4), np.float64, name="start_wxyz")
    end = as_array(end_wxyz, (None, 4), np.float64, name="end_wxyz")
    u = np.asarray(fraction, np.float64)[:, None]
    cosine = np.sum(start * end, axis=1, keepdims=True)
    end = np.where(cosine < 0, -end, end)
    angle = np.arccos(np.clip(np.abs(cosine), 0.0, 1.0))
    sine = np.sin(angle)
    # Below 1e-8 rad the ratio of sines loses all digits, and the straight line is exact to 1e-16.
    small = sine < 1e-8
    safe = np.where(small, 1.0, sine)
    weight_start = np.where(small, 1.0 - u, np.sin((1.0 - u) * angle) / safe)
    weight_end = np.where(small, u, np.sin(u * angle) / safe)
    q = weight_start * start + weight_end * end
    q = q / np.linalg.norm(q, axis=1, keepdims=True)
    return np.asarray(np.where(q[:, :1] < 0, -q, q))


def interpolate_rotations(start: ArrayLike, end: ArrayLike, fraction: ArrayLike) -> NDArray[np.float64]:
    """Rotations between others at constant angular velocity, along the shorter arc.

    Parameters
    ----------
    start, end : (N, 3, 3) float64
    fraction : (N,) float64, 0 at the start and 1 at the end; beyond that the turn goes on

    Returns
    -------
    (N, 3, 3) float64
    """
    return rotations_from_quaternions(
        slerp(quaternions_from_rotations(start), quaternions_from_rotations(end), fraction)
    )


def rotation_angles(rotations: ArrayLike) -> NDArray[np.float64]:
    """Angle by which each of (..., 3, 3) rotations turns, radians in [0, pi]."""
    m = np.asarray(rotations, np.float64)
    # Twice the axis times the sine, and twice the cosine: the cosine alone would lose angles below 1e-8.
    twice_sine = np.stack(
        [m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]], axis=-1
    )
    traces = np.trace(m, axis1=-2, axis2=-1)
    return np.asarray(np.arctan2(np.linalg.norm(twice_sine, axis=-1), traces - 1))
