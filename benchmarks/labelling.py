"""What a simulated person labels: objects of a drive, how far each has got, and what that took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.annotator import COPY, GOOD, HAND, columns, corrected, drawn
from benchmarks.prelabel import Recording
from sensorann.geometry import Cuboid, points_in_cuboids
from sensorann.geometry.overlap import paired_iou_3d
from sensorann.scene import Labels, Source, Track, frame_timestamps_ns, sources_of, unknown_sigmas
from sensorann.tracks.clouds import points_at

FEWEST_POINTS, FEWEST_AT_BEST = 5, 20
CREEP = 0.5  # metres: what moves less stands


@dataclass(eq=False, kw_only=True)
class Work:
    """One object: its true boxes where it is seen, what a person placed so far, and what that took."""

    truth: Track
    n_points: NDArray[np.int64]
    category: str
    keys: dict[int, Cuboid] = field(default_factory=dict)
    actions: Counter[str] = field(default_factory=Counter)

    @property
    def best(self) -> int:
        """Row in which it has most points."""
        return int(self.n_points.argmax())

    @property
    def stands(self) -> bool:
        return bool(np.ptp(self.truth.cuboids.centers[:, :2], axis=0).max() <= CREEP)

    def instant(self, row: int) -> int:
        return int(self.truth.timestamps_ns[row])

    def correct(self, row: int, box: Cuboid, *, good: float = GOOD) -> None:
        """Make a box, put right, the keyframe of a row."""
        self.keys[self.instant(row)], actions = corrected(box, self.truth.cuboids.record(row), good=good)
        self.actions["correct"] += actions

    def copy(self, row: int) -> None:
        """Copy the nearest keyframe, and put it right."""
        nearest = min(self.keys, key=lambda instant: abs(instant - self.instant(row)))
        self.actions["place"] += COPY
        self.correct(row, self.keys[nearest])

    def by_hand(self, row: int, rng: np.random.Generator) -> None:
        self.actions["place"] += HAND
        self.correct(row, drawn(self.truth.cuboids.record(row), rng))

    def track(self) -> Track:
        """What was placed."""
        instants = sorted(self.keys)
        return Track(
            id=self.truth.id,
            category=self.category,
            timestamps_ns=np.array(instants, np.int64),
            cuboids=columns([self.keys[instant] for instant in instants]),
            sources=sources_of(len(instants), Source.HUMAN),
            sigmas=unknown_sigmas(len(instants)),
        )

    def overlaps(self, found: Track) -> NDArray[np.float64]:
        """IoU with the true boxes; 0 where nothing was found."""
        values = np.zeros(len(self.truth))
        _, own, theirs = np.intersect1d(self.truth.timestamps_ns, found.timestamps_ns, return_indices=True)
        values[own] = paired_iou_3d(self.truth.cuboids[own], found.cuboids[theirs])
        return values

    def worst(self, overlaps: NDArray[np.float64]) -> int:
        """Row to look at next: the worst one, of equally bad ones that which is farthest from all keyframes."""
        keys = np.array(sorted(self.keys))
        apart = np.abs(self.truth.timestamps_ns[:, None] - keys).min(axis=1)
        return int(np.lexsort((-apart, np.where(apart > 0, overlaps.round(2), np.inf)))[0])


@dataclass(frozen=True, eq=False, kw_only=True)
class Task:
    """A drive to label, and what people labelled there."""

    recording: Recording
    truth: Labels

    def works(self) -> list[Work]:
        """Objects, with nothing done yet."""
        drive, tracks = self.recording.drive, self.truth.tracks
        counts = [np.zeros(len(track), np.int64) for track in tracks]
        for instant in frame_timestamps_ns(drive):
            points = points_at(drive, int(instant))
            for track, own in zip(tracks, counts, strict=True):
                rows = np.flatnonzero(track.timestamps_ns == instant)
                if len(rows):
                    own[rows] = points_in_cuboids(points, track.cuboids[rows]).counts
        seen = [own >= FEWEST_POINTS for own in counts]
        return [
            Work(truth=track[rows], n_points=own[rows], category=self.truth.ontology[track.category].name)
            for track, own, rows in zip(tracks, counts, seen, strict=True)
            if rows.sum() >= 2 and own.max() >= FEWEST_AT_BEST
        ]

    def labels(self, works: Sequence[Work]) -> Labels:
        """What was placed so far."""
        return replace(self.truth, tracks=tuple(work.track() for work in works))
