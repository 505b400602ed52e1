"""Where the side faces of boxes belong by their points: the repair of boxes that are cut or loose."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.qa.checking.finding import Edit
from sensorann.qa.checking.paths import Path
from sensorann.qa.checking.sightings import Sightings
from sensorann.qa.checking.sizes import strangeness
from sensorann.qa.checking.spans import span_ns

# People draw faces so far outside of the outermost points, and leave so much room without harm, metres.
_AROUND, _ROOM = 0.04, 0.1
# Two faces across that are off by the same way show a box that was moved, but for so many metres.
_SAME = 0.15
# Sizes within this share are the same; a new one is believed when it is likelier by so much of -2 log likelihood.
_SAME_SIZE, _LIKELIER = 0.03, 1.0


def snapped(path: Path, seen: Sightings, rows: NDArray[np.int64]) -> tuple[Edit, ...]:
    """Move the faces of some boxes to their points; those across follow where the size seems to be right."""
    offs = _offs(seen, rows)
    outward, followed = np.nan_to_num(offs), np.nan_to_num(offs)
    for low in (0, 2):
        known = np.isfinite(offs[low : low + 2])
        if known.all() and abs(offs[low] + offs[low + 1]) < _SAME:
            outward[low : low + 2] = followed[low : low + 2] = (offs[low] - offs[low + 1]) / 2 * np.array([1.0, -1.0])
        elif known.any() and not known.all():
            here = low + int(np.argmax(known))
            followed[2 * low + 1 - here] = -offs[here]
    chosen = followed if _is_moved(path, rows, outward - followed) else outward
    if not np.abs(chosen).any():
        return ()
    where = {"track_id": path.track.id, "span": span_ns(rows, path.track)}
    return (Edit(action="move_faces", arguments={**where, "outward": tuple(chosen.tolist())}),)


def _offs(seen: Sightings, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """By how much each face (4,) belongs further out, metres, in the middle of some boxes; NaN where none shows it."""
    rooms, cuts = seen.rooms[rows], seen.cuts[rows]
    loose = np.where(rooms > _ROOM, _AROUND - rooms, np.where(np.isfinite(rooms), 0.0, np.nan))
    offs = np.where(cuts > 0, cuts + _AROUND, loose)
    shown = np.isfinite(offs).any(axis=0)
    found = np.full(offs.shape[1], np.nan)
    found[shown] = np.nanmedian(offs[:, shown], axis=0)
    return found


def _is_moved(path: Path, rows: NDArray[np.int64], grown: NDArray[np.float64]) -> bool:
    """Tell whether boxes lie beside their objects, and are not of a wrong size that faces (4,) would make good."""
    sizes = path.track.cuboids.sizes
    size = np.median(sizes[rows], axis=0)
    others = np.delete(sizes, rows, axis=0)
    if len(others) >= len(rows):
        return bool((np.abs(size / np.median(others, axis=0) - 1.0) < _SAME_SIZE).all())
    better = np.maximum(size + np.array([grown[:2].sum(), grown[2:].sum(), 0.0]), 0.1)
    return strangeness(size, path.category) - strangeness(better, path.category) < _LIKELIER
