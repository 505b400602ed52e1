"""Things that no box speaks of, followed over time: perhaps objects that were forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from sensorann.qa.checking.clusters import Cluster

# The next sight of a thing lies this near to where it was going, metres, and comes no later than this. Where it is
# going nobody knows after the first sight.
_STEP_M, _FIRST_STEP_M, _LONGEST_S = 1.0, 2.5, 0.65
_PER_DOUBLING_M = 0.5
# So many sights make a thing; it moves when it comes this far, and as fast as this.
FEWEST, _MOVED_M, _MOVED_SPEED = 3, 1.5, 0.8
# Sights on either side of one that say where it goes.
_N_BESIDE = 4


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Stranger:
    """One thing.

    Attributes
    ----------
    sights : in time order
    """

    sights: tuple[Cluster, ...]

    @property
    def best(self) -> Cluster:
        """The sight with the most points."""
        return max(self.sights, key=lambda one: one.n_points)

    @property
    def size(self) -> NDArray[np.float64]:
        """Size (3,) that is reached or passed in a quarter of the sights: most of the time only a side shows."""
        return np.percentile([one.size for one in self.sights], 75, axis=0)

    @property
    def spread(self) -> float:
        """By how much the length differs between sights, metres: half of what the middle two thirds of them span."""
        low, high = np.percentile([one.size[0] for one in self.sights], [16, 84])
        return float(high - low) / 2

    @property
    def edged(self) -> float:
        """Share of its points that lie on the edges of its box, in the middle of its sights."""
        return float(np.median([one.score for one in self.sights]))

    @property
    def moves(self) -> bool:
        """Tell whether it changes its place steadily, as a whole: of a wall that comes into sight one end stays."""
        places = np.array([one.center[:2] for one in self.sights])
        way = float(np.linalg.norm(places[-1] - places[0]))
        detours = float(np.linalg.norm(np.diff(places, axis=0), axis=1).sum())
        return min(self.ways) > max(_MOVED_M, _MOVED_SPEED * self._seconds) and detours < 1.8 * way

    @property
    def speed(self) -> float:
        """From its first place to its last, m/s."""
        return float(np.linalg.norm(self.sights[-1].center[:2] - self.sights[0].center[:2])) / self._seconds

    def way_at(self, sight: Cluster) -> NDArray[np.float64]:
        """Way (2,) from some sights before one of its sights to some after it, metres."""
        row = next(i for i, one in enumerate(self.sights) if one is sight)
        before, after = self.sights[max(row - _N_BESIDE, 0)], self.sights[min(row + _N_BESIDE, len(self.sights) - 1)]
        return np.asarray(after.center[:2] - before.center[:2])

    @property
    def _seconds(self) -> float:
        return (self.sights[-1].timestamp_ns - self.sights[0].timestamp_ns) * 1e-9

    @property
    def ways(self) -> tuple[float, float]:
        """How far its rear and its front came along its way, metres."""
        first, last = self.sights[0], self.sights[-1]
        way = last.center[:2] - first.center[:2]
        direction = float(np.arctan2(way[1], way[0]))
        length, longer = float(np.hypot(*way)), _reach(last, direction) - _reach(first, direction)
        return length - longer, length + longer


def _reach(sight: Cluster, direction: float) -> float:
    """Half of the length of a box along a direction, metres."""
    turn = direction - sight.heading
    return float(abs(sight.size[0] * np.cos(turn)) + abs(sight.size[1] * np.sin(turn))) / 2


def joined(clusters: Sequence[Cluster]) -> list[Stranger]:
    """Join the sights of each thing, given in time order, to the nearest one that was going there."""
    live: list[list[Cluster]] = []
    done: list[list[Cluster]] = []
    for time_ns, sights in groupby(clusters, key=lambda one: one.timestamp_ns):
        now = list(sights)
        done += [one for one in live if (time_ns - one[-1].timestamp_ns) * 1e-9 > _LONGEST_S]
        live = [one for one in live if (time_ns - one[-1].timestamp_ns) * 1e-9 <= _LONGEST_S]
        taken: set[int] = set()
        reaches = np.array([_STEP_M if len(one) > 1 else _FIRST_STEP_M for one in live])
        expected = [_going_to(one, time_ns) for one in live]
        unlike = _unlike([one[-1] for one in live], now)
        for i, j in _nearest_pairs(expected, [one.center[:2] for one in now], reaches, unlike):
            live[i].append(now[j])
            taken.add(j)
        live += [[one] for j, one in enumerate(now) if j not in taken]
    return [Stranger(sights=tuple(one)) for one in done + live if len(one) >= FEWEST]


def _going_to(sights: Sequence[Cluster], time_ns: int) -> NDArray[np.float64]:
    """Where a thing (2,) will be when it goes on as it did."""
    last = sights[-1]
    if len(sights) < 2:
        return last.center[:2]
    before = sights[max(len(sights) - 4, 0)]
    velocity = (last.center[:2] - before.center[:2]) / ((last.timestamp_ns - before.timestamp_ns) * 1e-9)
    return np.asarray(last.center[:2] + velocity * (time_ns - last.timestamp_ns) * 1e-9)


def _unlike(before: Sequence[Cluster], now: Sequence[Cluster]) -> NDArray[np.float64]:
    """How little two sights look like one thing (L, M): metres that count as much as points twice as many.

    Lines of single rays on a roof stand behind each other, and only their number of points tells them from the rear.
    """
    ours, theirs = (np.log2([max(one.n_points, 1) for one in sights] or [1]) for sights in (before, now))
    return np.asarray(_PER_DOUBLING_M * np.abs(ours[:, None] - theirs))


def _nearest_pairs(
    expected: Sequence[NDArray[np.float64]],
    found: Sequence[NDArray[np.float64]],
    reaches: NDArray[np.float64],
    unlike: NDArray[np.float64],
) -> Iterator[tuple[int, int]]:
    """Pairs within reach of what was expected, the nearest and likest first, each once."""
    if not expected or not found:
        return
    apart = np.linalg.norm(np.array(expected)[:, None] - np.array(found), axis=2)
    rows, columns = np.nonzero(apart < reaches[:, None])
    used: tuple[set[int], set[int]] = set(), set()
    for k in np.argsort((apart + unlike)[rows, columns], kind="stable"):
        i, j = int(rows[k]), int(columns[k])
        if i not in used[0] and j not in used[1]:
            used[0].add(i)
            used[1].add(j)
            yield i, j
