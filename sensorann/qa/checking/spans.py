"""Neighbouring boxes with the same trouble are one finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from sensorann.qa.checking.finding import Edit
from sensorann.scene import Track

# Runs longer than this share of their track are no outliers: nothing is left to say where its boxes belong.
_MOST = 0.5


def spans_of(marked: NDArray[np.bool_]) -> Iterator[NDArray[np.int64]]:
    """Rows of each run of marked boxes."""
    rows = np.flatnonzero(marked)
    yield from (run for run in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1) if len(run))


def beyond(
    values: NDArray[np.float64], limits: NDArray[np.float64], *, among: NDArray[np.bool_] | None = None
) -> Iterator[tuple[NDArray[np.int64], int]]:
    """Rows of each run of boxes beyond their limits, and the one that is furthest beyond; NaN is beyond nothing.

    Parameters
    ----------
    values, limits : (N,) float64
    among : (N,) bool, boxes that are asked about; all when not given
    """
    for rows in spans_of((values > limits) & (True if among is None else among)):
        yield rows, int(rows[np.argmax(values[rows] / limits[rows])])


def how_long(rows: NDArray[np.int64], track: Track) -> str:
    """Say how many boxes of a track are meant."""
    if len(rows) == len(track):
        return "in all its boxes" if len(rows) > 1 else "in its only box"
    return f"in {len(rows)} boxes" if len(rows) > 1 else "in one box"


def span_ns(rows: NDArray[np.int64], track: Track) -> tuple[int, int]:
    """First and last instant of some rows."""
    return int(track.timestamps_ns[rows[0]]), int(track.timestamps_ns[rows[-1]])


def cleared(names: Iterable[str], rows: NDArray[np.int64], track: Track) -> tuple[Edit, ...]:
    """Take away what attributes say of some boxes."""
    where = {"track_id": track.id, "span": span_ns(rows, track)}
    return tuple(Edit(action="clear_attribute", arguments={**where, "name": name}) for name in names)


def deleted(rows: NDArray[np.int64], track: Track) -> tuple[Edit, ...]:
    """Take some boxes away."""
    return (Edit(action="delete_span", arguments={"track_id": track.id, "span": span_ns(rows, track)}),)


def refilled(rows: NDArray[np.int64], track: Track) -> tuple[Edit, ...]:
    """Compute a run of boxes anew from those before and after it; nothing where too few are left for that."""
    if rows[0] < 2 or rows[-1] > len(track) - 3 or len(rows) > _MOST * len(track):
        return ()
    at = tuple(int(instant) for instant in track.timestamps_ns[rows])
    return (Edit(action="fill", arguments={"track_id": track.id, "at": at}),)


def put_back(rows: NDArray[np.int64], track: Track, misses: NDArray[np.float64]) -> tuple[Edit, ...]:
    """Move some boxes back, each by how far (K, 3) it is off; where that is not known they are computed anew."""
    if not np.isfinite(misses).all():
        return refilled(rows, track)
    ways = -np.einsum("nji,nj->ni", track.cuboids.rotations[rows], misses)
    at = tuple(int(instant) for instant in track.timestamps_ns[rows])
    return (
        Edit(action="move_each", arguments={"track_id": track.id, "at": at, "ways": tuple(map(tuple, ways.tolist()))}),
    )


def turned_back(rows: NDArray[np.int64], track: Track, yaws: NDArray[np.float64]) -> tuple[Edit, ...]:
    """Turn some boxes, each by its own angle (K,), radians; those whose angle is not known stay."""
    known = np.isfinite(yaws)
    if not known.any():
        return ()
    at = tuple(int(instant) for instant in track.timestamps_ns[rows[known]])
    return (Edit(action="turn_each", arguments={"track_id": track.id, "at": at, "yaws": tuple(yaws[known].tolist())}),)
