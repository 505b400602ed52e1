"""Boxes that lie where their points were measured, and not where their object was at the instant of the box.

A LiDAR that turns sees an object up to half a turn before or after the instant of its sweep. Who places boxes around
the points as they come puts those of fast objects beside where they were at the instant that the labels name (Miro et
al., arXiv 2601.14038: by up to 2.5 m in published labels).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sensorann.qa.checking.evidence import Evidence
from sensorann.qa.checking.finding import Edit, Suspicion
from sensorann.qa.checking.paths import Path
from sensorann.qa.checking.sightings import Sightings
from sensorann.qa.checking.spans import put_back

# A way that counts, metres; and in how many boxes the points have to say so.
_WAY, _FEWEST = 0.2, 4
# The middle half of the boxes is off by these shares of the way of their object in that time.
_LEAST, _MOST = 0.5, 1.6
_FRONT, _BACK = 0, 1


def at_point_times(evidence: Evidence) -> Iterator[Suspicion]:
    """Moving objects whose boxes are off along their motion by as much as they came between instant and points."""
    # Without sweeps there are no sightings, and nothing to tell.
    for path, seen in zip(evidence.paths, evidence.sightings, strict=False):
        ways = _ahead(path) * seen.lags
        offs = _offsets(seen)
        rows = np.flatnonzero((np.abs(ways) > _WAY) & np.isfinite(offs))
        if len(rows) < _FEWEST:
            continue
        low, high = np.percentile(offs[rows] / ways[rows], [25, 75])
        if low < _LEAST or high > _MOST:
            continue
        worst = int(rows[np.argmax(np.abs(ways[rows]))])
        side = "after" if seen.lags[worst] > 0 else "before"
        way, lag_ms = abs(float(offs[worst])), abs(1000 * float(seen.lags[worst]))
        yield Suspicion(
            object=path.track.id,
            timestamp_ns=int(path.track.timestamps_ns[worst]),
            value=way,
            limit=_WAY,
            message=f"lies where its points were measured, {lag_ms:.0f} ms {side} its instant: {way:.2f} m along its "
            f"motion, in {len(rows)} boxes",
            repair=_taken_back(path, ways),
            excess=float(np.median(np.abs(ways[rows]))) / _WAY * min(len(rows), 20) / _FEWEST,
        )


def _taken_back(path: Path, ways: NDArray[np.float64]) -> tuple[Edit, ...]:
    """Move every box back along its motion by the way (N,) of its object between instant and points."""
    rows = np.flatnonzero(np.isfinite(ways))
    return put_back(rows, path.track, ways[rows, None] * path.track.cuboids.rotations[rows, :, 0])


def _ahead(path: Path) -> NDArray[np.float64]:
    """Speed (N,) along the heading, m/s, below 0 of what goes backwards."""
    yaws = path.track.cuboids.yaws
    return np.asarray(path.velocities[:, 0] * np.cos(yaws) + path.velocities[:, 1] * np.sin(yaws))


def _offsets(seen: Sightings) -> NDArray[np.float64]:
    """How far each box (N,) lies ahead of its points, metres, by the ends that show; NaN where none does."""
    rooms, cuts = seen.rooms[:, [_FRONT, _BACK]], seen.cuts[:, [_FRONT, _BACK]]
    ends = np.where(cuts > 0, -cuts, rooms) * [1.0, -1.0]
    known = np.isfinite(ends)
    n_known = known.sum(axis=1)
    return np.asarray(np.where(known, ends, 0.0).sum(axis=1) / np.where(n_known > 0, n_known, np.nan))
