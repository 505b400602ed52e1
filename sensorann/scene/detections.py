"""What a detector saw: boxes with a score, not yet objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry import Cuboids
from sensorann.geometry.arrays import as_array, frozen
from sensorann.scene.ontology import Ontology
from sensorann.scene.usual_categories import default_ontology


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Detections:
    """N detected boxes of one drive as columns, in any order.

    Attributes
    ----------
    timestamps_ns : (N,) int64
    cuboids : N boxes, in the world frame, or in the ego frame where the drive has no ego poses
    categories : N names or aliases of categories of the ontology
    scores : (N,) float64, finite, the higher the surer; of any scale
    velocities : (N, 2) float64, m/s along x and y of the frame, NaN where the detector states none; all NaN when not
        given
    ontology : the categories
    """

    timestamps_ns: NDArray[np.int64]
    cuboids: Cuboids
    categories: tuple[str, ...]
    scores: NDArray[np.float64]
    velocities: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    ontology: Ontology = field(default_factory=default_ontology)

    def __post_init__(self) -> None:
        n = len(self.cuboids)
        times = as_array(self.timestamps_ns, (n,), np.int64, name="timestamps_ns of detections")
        scores = as_array(self.scores, (n,), np.float64, name="scores of detections", finite=True)
        given = self.velocities if len(self.velocities) else np.full((n, 2), np.nan)
        velocities = as_array(given, (n, 2), np.float64, name="velocities of detections")
        if np.isinf(velocities).any():
            raise ArgumentError("velocities of detections must be finite, or NaN where there is none")
        if len(self.categories) != n:
            raise ArgumentError(f"{n} detections have {len(self.categories)} categories")
        if self.cuboids.frame not in ("world", "ego"):
            raise ArgumentError(f"detections live in the world or the ego frame, got {self.cuboids.frame!r}")
        for name in dict.fromkeys(self.categories):
            self.ontology[name]
        object.__setattr__(self, "timestamps_ns", frozen(times))
        object.__setattr__(self, "scores", frozen(scores))
        object.__setattr__(self, "velocities", frozen(velocities))
        object.__setattr__(self, "categories", tuple(self.categories))

    def __len__(self) -> int:
        return len(self.timestamps_ns)

    def __getitem__(self, rows: slice | NDArray[np.bool_] | NDArray[np.int64]) -> Detections:
        """Select detections."""
        kept = np.arange(len(self))[rows]
        return replace(
            self,
            timestamps_ns=self.timestamps_ns[kept],
            cuboids=self.cuboids[kept],
            categories=tuple(self.categories[i] for i in kept),
            scores=self.scores[kept],
            velocities=self.velocities[kept],
        )

    @classmethod
    def concatenate(cls, parts: Sequence[Detections]) -> Detections:
        """Join detections of one drive, such as one file per category; the ontology is that of the first.

        Raises
        ------
        ArgumentError
            When there is nothing to join, or the frames differ.
        """
        return cls(
            cuboids=Cuboids.concatenate([part.cuboids for part in parts]),
            timestamps_ns=np.concatenate([part.timestamps_ns for part in parts]),
            categories=tuple(name for part in parts for name in part.categories),
            scores=np.concatenate([part.scores for part in parts]),
            velocities=np.concatenate([part.velocities for part in parts]),
            ontology=parts[0].ontology,
        )
