"""Tracks beside the speeds that radars measured."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sensorann.qa.checking.dopplers import Dopplers
from sensorann.qa.checking.evidence import Evidence
from sensorann.qa.checking.finding import Edit, Suspicion
from sensorann.qa.checking.spans import beyond, how_long, span_ns, spans_of

# Boxes on either side whose returns count, too: one scan holds few, and false ones among them.
_N_EACH, _FEWEST = 2, 4
# Speeds differ by this, m/s, and by what the noise of boxes makes of theirs, m/s per metre.
_MISS, _MISS_PER_NOISE = 2.0, 10.0
# Who goes backwards faster than this does not, m/s.
_BACKWARDS = 3.0


def disagreeing(evidence: Evidence) -> Iterator[Suspicion]:
    """Tracks that come or go at another speed than the radars measured."""
    for path, seen in zip(evidence.paths, evidence.dopplers, strict=False):
        misses = np.abs(_pooled(seen.misses, seen))
        limits = _MISS + _MISS_PER_NOISE * path.noises
        for rows, worst in beyond(misses, limits):
            yield Suspicion(
                object=path.track.id,
                timestamp_ns=int(path.track.timestamps_ns[worst]),
                value=float(misses[worst]),
                limit=float(limits[worst]),
                message=f"its speed along the line of sight is {misses[worst]:.1f} m/s off what the radar measured "
                f"{how_long(rows, path.track)}",
            )


def backwards(evidence: Evidence) -> Iterator[Suspicion]:
    """Boxes that go backwards by the radars; by their track alone `heading_flip` tells of them."""
    for path, seen in zip(evidence.paths, evidence.dopplers, strict=False):
        if not path.is_wheeled:
            continue
        along = _pooled(seen.along, seen)
        for rows in spans_of(along < -_BACKWARDS):
            worst = int(rows[np.argmin(along[rows])])
            span = span_ns(rows, path.track)
            yield Suspicion(
                object=path.track.id,
                timestamp_ns=int(path.track.timestamps_ns[worst]),
                value=float(-along[worst]),
                limit=_BACKWARDS,
                message=f"goes backwards at {-along[worst]:.1f} m/s by the radar {how_long(rows, path.track)}",
                repair=(Edit(action="reverse", arguments={"track_id": path.track.id, "span": span}),),
            )


def _pooled(values: NDArray[np.float64], seen: Dopplers) -> NDArray[np.float64]:
    """Median (N,) over each box and its neighbours; NaN where they hold too few returns together."""
    n = len(values)
    rows = np.arange(n)[:, None] + np.arange(-_N_EACH, _N_EACH + 1)
    near = np.where((rows >= 0) & (rows < n), values[np.clip(rows, 0, n - 1)], np.nan)
    counts = np.where((rows >= 0) & (rows < n), seen.counts[np.clip(rows, 0, n - 1)], 0).sum(axis=1)
    enough = (counts >= _FEWEST) & (np.isfinite(near).sum(axis=1) > _N_EACH)
    pooled = np.full(n, np.nan)
    pooled[enough] = np.nanmedian(near[enough], axis=1)
    return pooled
