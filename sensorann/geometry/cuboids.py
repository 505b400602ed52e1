"""Boxes: one as a record, many as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array, frozen
from sensorann.geometry.rotations import check_rotations, rotations_from_yaws, yaws_from_rotations
from sensorann.geometry.transforms import Transform, Transforms

# Signs of the eight corners along (x, y, z) of the cuboid: the front face first, each face counter-clockwise as seen
# from the front, starting at the lower right.
CORNER_SIGNS = np.array(
    [[1, -1, -1], [1, 1, -1], [1, 1, 1], [1, -1, 1], [-1, -1, -1], [-1, 1, -1], [-1, 1, 1], [-1, -1, 1]], np.float64
)
# Corner pairs of the twelve edges: front face, back face, then the four that join them.
CORNER_EDGES = np.array(
    [[0, 1], [1, 2], [2, 3], [3, 0], [4, 5], [5, 6], [6, 7], [7, 4], [0, 4], [1, 5], [2, 6], [3, 7]], np.int64
)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Cuboid:
    """One box. Its frame sits at the centre: x forward (length), y left (width), z up (height).

    Attributes
    ----------
    frame_from_cuboid : pose in the named frame
    size : (length, width, height), metres, all > 0
    frame : ``world``, ``ego`` or a sensor's name
    """

    frame_from_cuboid: Transform
    size: tuple[float, float, float]
    frame: str

    def __post_init__(self) -> None:
        if len(self.size) != 3 or not all(np.isfinite(edge) and edge > 0 for edge in self.size):
            raise ArgumentError(f"size must be three positive lengths in metres, got {self.size}")

    @property
    def center(self) -> NDArray[np.float64]:
        """Centre (3,), metres."""
        return self.frame_from_cuboid.translation

    @property
    def yaw(self) -> float:
        """Heading about z, radians in [-pi, pi)."""
        return self.frame_from_cuboid.yaw


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Cuboids:
    """N boxes as columns, all in one named frame.

    Attributes
    ----------
    centers : (N, 3) float64, metres
    sizes : (N, 3) float64, (length, width, height), metres, all > 0
    rotations : (N, 3, 3) float64; columns are the box's forward, left and up axes in the frame
    frame : ``world``, ``ego`` or a sensor's name
    """

    centers: NDArray[np.float64]
    sizes: NDArray[np.float64]
    rotations: NDArray[np.float64]
    frame: str

    def __post_init__(self) -> None:
        centers = as_array(self.centers, (None, 3), np.float64, name="centers", finite=True)
        sizes = as_array(self.sizes, (len(centers), 3), np.float64, name="sizes", finite=True)
        rotations = as_array(self.rotations, (len(centers), 3, 3), np.float64, name="rotations")
        if not (sizes > 0).all():
            row = int(np.argwhere(~(sizes > 0))[0][0])
            raise ArgumentError(f"sizes must be positive, box {row} has (length, width, height) = {sizes[row]}")
        object.__setattr__(self, "centers", frozen(centers))
        object.__setattr__(self, "sizes", frozen(sizes))
        object.__setattr__(self, "rotations", frozen(check_rotations(rotations, name="rotations")))

    @classmethod
    def from_yaws(cls, centers: ArrayLike, sizes: ArrayLike, yaws: ArrayLike, *, frame: str) -> Cuboids:
        """Build upright boxes from headings about z in radians."""
        return cls(
            centers=np.asarray(centers, np.float64),
            sizes=np.asarray(sizes, np.float64),
            rotations=rotations_from_yaws(np.asarray(yaws, np.float64)),
            frame=frame,
        )

    @classmethod
    def concatenate(cls, parts: Sequence[Cuboids]) -> Cuboids:
        """Join boxes of one frame.

        Raises
        ------
        ArgumentError
            When there is nothing to join, or the frames differ.
        """
        frames = sorted({part.frame for part in parts})
        if len(frames) != 1:
            raise ArgumentError(f"boxes of exactly one frame can be joined, got {frames or 'none'}")
        return cls(
            centers=np.concatenate([part.centers for part in parts]),
            sizes=np.concatenate([part.sizes for part in parts]),
            rotations=np.concatenate([part.rotations for part in parts]),
            frame=frames[0],
        )

    def __len__(self) -> int:
        return len(self.centers)

    def __getitem__(self, rows: slice | NDArray[np.bool_] | NDArray[np.int64]) -> Cuboids:
        return Cuboids(
            centers=self.centers[rows], sizes=self.sizes[rows], rotations=self.rotations[rows], frame=self.frame
        )

    def record(self, row: int) -> Cuboid:
        """One box as a record."""
        length, width, height = (float(edge) for edge in self.sizes[row])
        pose = Transform(self.rotations[row], self.centers[row])
        return Cuboid(frame_from_cuboid=pose, size=(length, width, height), frame=self.frame)

    @property
    def yaws(self) -> NDArray[np.float64]:
        """Headings about z (N,), radians in [-pi, pi)."""
        return yaws_from_rotations(self.rotations)

    @property
    def volumes(self) -> NDArray[np.float64]:
        """Volumes (N,), cubic metres."""
        return np.asarray(self.sizes.prod(axis=1))

    def corners(self) -> NDArray[np.float64]:
        """Corners (N, 8, 3) in the order of `CORNER_SIGNS`: the front face first."""
        local = CORNER_SIGNS[None] * self.sizes[:, None, :] / 2
        return np.asarray(np.einsum("nij,nkj->nki", self.rotations, local) + self.centers[:, None, :])

    def moved(self, target_from_frame: Transform | Transforms, *, frame: str) -> Cuboids:
        """Express the boxes in another frame; N transforms move box n by transform n."""
        poses = Transforms(self.rotations, self.centers)
        moved = target_from_frame @ poses
        return Cuboids(centers=moved.translations, sizes=self.sizes, rotations=moved.rotations, frame=frame)
