"""One object through time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry import Cuboids
from sensorann.geometry.arrays import as_array, frozen

Attribute = bool | int | float | str
# Columns of `Track.sigmas`.
SIGMA_NAMES = ("x", "y", "z", "length", "width", "height", "yaw")


class Source(IntEnum):
    """Who or what placed a box; stored as its number, written as its name in lower case."""

    HUMAN = 0
    INTERPOLATED = 1
    FITTED = 2
    DETECTED = 3
    IMPORTED = 4

    @property
    def label(self) -> str:
        """The name as files hold it."""
        return self.name.lower()


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Track:
    """One object: its boxes over time, each with a source and a standard deviation.

    Attributes
    ----------
    id : as its data set names it: KITTI track 17 is ``"17"``
    category : name or alias of a category of the ontology
    timestamps_ns : (N,) int64, strictly increasing
    cuboids : N boxes in the frame of the labels
    sources : (N,) uint8, values of `Source`
    sigmas : (N, 7) float64: x, y, z, length, width, height in metres along the axes of the labels' frame and of the
        box, yaw in radians; NaN where nobody said
    attributes : what holds for the object as a whole
    box_attributes : name to N values, None where a box has none
    """

    id: str
    category: str
    timestamps_ns: NDArray[np.int64]
    cuboids: Cuboids
    sources: NDArray[np.uint8]
    sigmas: NDArray[np.float64]
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    box_attributes: Mapping[str, tuple[Attribute | None, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        times = as_array(self.timestamps_ns, (None,), np.int64, name=f"track {self.id}: timestamps_ns")
        n = len(times)
        backwards = np.flatnonzero(np.diff(times) <= 0)
        if len(backwards):
            i = int(backwards[0]) + 1
            raise ArgumentError(
                f"track {self.id}: timestamps must increase strictly, box {i} is at {times[i]} after {times[i - 1]} ns"
            )
        if len(self.cuboids) != n:
            raise ArgumentError(f"track {self.id}: {n} timestamps but {len(self.cuboids)} boxes")
        sources = as_array(self.sources, (n,), np.uint8, name=f"track {self.id}: sources")
        if n and int(sources.max()) > max(Source):
            raise ArgumentError(f"track {self.id}: no source has the number {int(sources.max())}")
        sigmas = as_array(self.sigmas, (n, 7), np.float64, name=f"track {self.id}: sigmas")
        if (sigmas < 0).any():
            raise ArgumentError(
                f"track {self.id}: sigmas must be 0 or more, or NaN where nobody said, got {np.nanmin(sigmas)}"
            )
        for name, values in self.box_attributes.items():
            if len(values) != n:
                raise ArgumentError(f"track {self.id}: attribute {name} has {len(values)} values for {n} boxes")
        object.__setattr__(self, "timestamps_ns", frozen(times))
        object.__setattr__(self, "sources", frozen(sources))
        object.__setattr__(self, "sigmas", frozen(sigmas))
        object.__setattr__(self, "attributes", MappingProxyType(dict(self.attributes)))
        box_attributes = {name: tuple(values) for name, values in self.box_attributes.items()}
        object.__setattr__(self, "box_attributes", MappingProxyType(box_attributes))

    def __len__(self) -> int:
        return len(self.timestamps_ns)

    def __getitem__(self, rows: slice | NDArray[np.bool_] | NDArray[np.int64]) -> Track:
        """Select boxes; the selection must keep time order."""
        kept = np.arange(len(self))[rows]
        box_attributes = {name: tuple(values[i] for i in kept) for name, values in self.box_attributes.items()}
        return replace(
            self,
            timestamps_ns=self.timestamps_ns[kept],
            cuboids=self.cuboids[kept],
            sources=self.sources[kept],
            sigmas=self.sigmas[kept],
            box_attributes=box_attributes,
        )


def unknown_sigmas(n_boxes: int) -> NDArray[np.float64]:
    """Sigmas (N, 7) of boxes about which nobody said anything: NaN."""
    return np.full((n_boxes, len(SIGMA_NAMES)), np.nan)


def sources_of(n_boxes: int, source: Source) -> NDArray[np.uint8]:
    """Sources (N,), all the same."""
    return np.full(n_boxes, source, np.uint8)
