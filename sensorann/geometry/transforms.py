"""Rigid transforms, named `a_from_b`: equal names meet, so a wrong chain looks wrong.

world_from_lidar = world_from_ego @ ego_from_lidar
points_world = world_from_lidar.apply(points_lidar)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array, frozen
from sensorann.geometry.rotations import (
    check_rotations,
    quaternions_from_rotations,
    rotations_from_quaternions,
    rotations_from_yaws,
    yaws_from_rotations,
)
from sensorann.kernels import transforms


@dataclass(frozen=True, eq=False, slots=True)
class Transform:
    """A rigid motion that maps coordinates of one frame into another.

    Attributes
    ----------
    rotation : (3, 3) float64, orthonormal with determinant +1
    translation : (3,) float64, metres
    """

    rotation: NDArray[np.float64]
    translation: NDArray[np.float64]

    def __post_init__(self) -> None:
        rotation = as_array(self.rotation, (3, 3), np.float64, name="rotation")
        translation = as_array(self.translation, (3,), np.float64, name="translation", finite=True)
        object.__setattr__(self, "rotation", frozen(check_rotations(rotation, name="rotation")))
        object.__setattr__(self, "translation", frozen(translation))

    @classmethod
    def identity(cls) -> Transform:
        """Return the transform that changes nothing."""
        return cls(np.eye(3), np.zeros(3))

    @classmethod
    def from_quaternion(cls, quaternion_wxyz: ArrayLike, translation: ArrayLike) -> Transform:
        """Take a quaternion (w first) and a translation in metres."""
        return cls(rotations_from_quaternions(quaternion_wxyz), np.asarray(translation, np.float64))

    @classmethod
    def from_yaw(cls, yaw: float, translation: ArrayLike) -> Transform:
        """Take a heading about z in radians and a translation in metres."""
        return cls(rotations_from_yaws(yaw), np.asarray(translation, np.float64))

    @property
    def matrix(self) -> NDArray[np.float64]:
        """Homogeneous (4, 4) matrix."""
        matrix = np.eye(4)
        matrix[:3, :3] = self.rotation
        matrix[:3, 3] = self.translation
        return matrix

    @property
    def quaternion_wxyz(self) -> NDArray[np.float64]:
        """Unit quaternion (4,), w first and w >= 0."""
        return quaternions_from_rotations(self.rotation)

    @property
    def yaw(self) -> float:
        """Heading of the x axis about z, radians in [-pi, pi)."""
        return float(yaws_from_rotations(self.rotation))

    def inverse(self) -> Transform:
        """Return the transform back."""
        return Transform(self.rotation.T, -self.rotation.T @ self.translation)

    def apply(self, points: ArrayLike) -> NDArray[np.float64]:
        """Map points (..., 3) into the target frame; float64."""
        return _transformed(points, self.rotation, self.translation)

    def rotate(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Turn vectors (..., 3) into the target frame without moving them; float64."""
        return _transformed(vectors, self.rotation, np.zeros(3))

    def __matmul__(self, other: Transform) -> Transform:
        if not isinstance(other, Transform):
            return NotImplemented
        return Transform(self.rotation @ other.rotation, self.rotation @ other.translation + self.translation)


@dataclass(frozen=True, eq=False, slots=True)
class Transforms:
    """N rigid transforms as columns, one per row of whatever they belong to.

    Attributes
    ----------
    rotations : (N, 3, 3) float64
    translations : (N, 3) float64, metres
    """

    rotations: NDArray[np.float64]
    translations: NDArray[np.float64]

    def __post_init__(self) -> None:
        rotations = as_array(self.rotations, (None, 3, 3), np.float64, name="rotations")
        translations = as_array(self.translations, (len(rotations), 3), np.float64, name="translations", finite=True)
        object.__setattr__(self, "rotations", frozen(check_rotations(rotations, name="rotations")))
        object.__setattr__(self, "translations", frozen(translations))

    def __len__(self) -> int:
        return len(self.translations)

    def __getitem__(self, index: int) -> Transform:
        return Transform(self.rotations[index], self.translations[index])

    def inverse(self) -> Transforms:
        """Return the N transforms back."""
        rotations = self.rotations.transpose(0, 2, 1)
        return Transforms(rotations, -np.einsum("nij,nj->ni", rotations, self.translations))

    def apply(self, points: ArrayLike) -> NDArray[np.float64]:
        """Map point n of (N, 3) by transform n; float64."""
        points = as_array(points, (len(self), 3), np.float64, name="points")
        return np.asarray(np.einsum("nij,nj->ni", self.rotations, points) + self.translations)

    def __matmul__(self, other: Transforms | Transform) -> Transforms:
        """Chain row by row; a single transform on the right is used for every row."""
        if isinstance(other, Transform):
            return Transforms(self.rotations @ other.rotation, self.rotations @ other.translation + self.translations)
        moved = np.einsum("nij,nj->ni", self.rotations, other.translations) + self.translations
        return Transforms(self.rotations @ other.rotations, moved)

    def __rmatmul__(self, other: Transform) -> Transforms:
        return Transforms(other.rotation @ self.rotations, other.apply(self.translations))


def _transformed(
    points: ArrayLike, rotation: NDArray[np.float64], translation: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Map points (..., 3); those of a sweep stay float32 until they are multiplied."""
    given = np.asarray(points)
    if not given.ndim or given.shape[-1] != 3:
        raise ArgumentError(f"points must have shape (..., 3), got {given.shape}")
    rows = as_array(given.reshape(-1, 3), (None, 3), given.dtype if given.dtype == np.float32 else float, name="points")
    placed: NDArray[np.float64] = transforms.transform_points(rows, rotation, translation)
    return placed.reshape(given.shape)
