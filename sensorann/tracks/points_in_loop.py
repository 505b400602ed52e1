"""Tracks that follow their objects' own points between the keyframes."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sensorann.fitting.template import View
from sensorann.geometry import Cuboids
from sensorann.scene import MOTION_MODELS, Drive, Motion, Track
from sensorann.tracks.clouds import Clouds, Region, stream_clouds
from sensorann.tracks.findings import Finding, FindingKind, find_contradictions, tell
from sensorann.tracks.following import (
    FOLLOWING_NOISES,
    Gap,
    Measured,
    follow_gap,
    nothing_measured,
    seconds_since,
)
from sensorann.tracks.fusing import Ground, fuse, ground_of
from sensorann.tracks.judging import Judge
from sensorann.tracks.keyframes import Keyframes
from sensorann.tracks.misplaced import SEARCH
from sensorann.tracks.neighbours import Neighbours
from sensorann.tracks.resting import Rest, lay_to_rest, rest_of
from sensorann.tracks.sightings import MOST_BEFORE, Sighting, known_by, sightings_of
from sensorann.tracks.solving import measured_keyframes, solved

# Room around the box for the ground, and how far beyond that an object is looked for at most; metres.
GROUND_ROOM, FARTHEST_SEARCH = 2.0, 6.0


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Followed:
    """One track to follow.

    Attributes
    ----------
    keyframes : Keyframes
    curve : its boxes along the curve at every sweep from the first keyframe to the last, keyframes included
    complete : its boxes along the curve at the instants that were asked for
    motion : motion class
    """

    keyframes: Keyframes
    curve: Track
    complete: Track
    motion: Motion


def follow_points(
    drive: Drive,
    tracks: Sequence[Followed],
    *,
    only: Collection[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Track]:
    """Complete tracks by curve and points together.

    Parameters
    ----------
    drive : Drive
    tracks : what to follow; classes that stand still keep their curve
    only : ids of the tracks to follow; the others claim their points as neighbours and keep their curve
    progress : called with the number of sweeps read and of all sweeps

    Returns
    -------
    list of Track
        One per track, in order; where no points decided, its curve.
    """
    followers = [_Follower(item) for item in tracks]
    followed = [i for i, item in enumerate(tracks) if _is_followed(item, only)]
    gaps = [(i, gap) for i in followed for gap in _gaps(tracks[i])]
    regions = [_region(gap, tracks[i].motion, owner=i) for i, gap in gaps]
    neighbours = Neighbours([item.curve for item in tracks])
    # The compiled loops release the GIL; tracks know nothing of each other, so the number of threads changes no result.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        # Regions come in time order: a track's gaps are followed one after the other, and no two of them at a time.
        for complete in stream_clouds(drive, regions, neighbours=neighbours, progress=progress):
            done = [(followers[gaps[n][0]], gaps[n][1], clouds) for n, clouds in complete.items()]
            list(pool.map(lambda work: work[0].see(work[1], work[2]), done))
        complete_tracks = list(pool.map(_Follower.finished, followers))
    tell([finding for follower in followers for finding in follower.findings])
    return complete_tracks


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class _Seen:
    """One gap, the points around its boxes, and what its keyframes show."""

    gap: Gap
    clouds: Clouds
    sightings: tuple[Sighting, Sighting]


class _Follower:
    """One track on its way: what its points have said so far."""

    def __init__(self, item: Followed) -> None:
        self._item = item
        self._known = self._keys = measured_keyframes(item.keyframes, MOTION_MODELS[item.motion])
        self._ground: list[Ground] = []
        self._rests: list[Rest] = []
        self._before: list[Sighting] = []
        self._followed: _Seen | None = None
        self._waiting: _Seen | None = None
        self._judge = Judge(self._keys, item.motion)
        self.findings: list[Finding] = []

    def see(self, gap: Gap, clouds: Clouds) -> None:
        """Take in one gap; the one before it is followed now, because the keyframe after that has just been seen."""
        seen = _Seen(gap=gap, clouds=clouds, sightings=sightings_of(gap, clouds, self._item.motion))
        self._follow_waiting([seen.sightings[1]])
        self._waiting = seen

    def _follow_waiting(self, after: Sequence[Sighting]) -> None:
        """Follow the gap that waits; once the keyframe at its start is judged, the points before that can go."""
        if self._waiting is None:
            return
        seen, self._waiting = self._waiting, None
        gap, clouds, own = seen.gap, seen.clouds, seen.sightings
        track, motion = self._item.keyframes.track.id, self._item.motion
        template = known_by(gap, own, [*self._before, *after])
        rest, found = None, nothing_measured()
        if template is not None:
            rest = rest_of(gap, clouds, template, motion=motion)
            if rest is None:
                found = follow_gap(gap, clouds, self._known, template, motion=motion)
            else:
                self._rests.append(rest)
        self.findings += find_contradictions(track, gap, clouds, found, motion=motion)
        self._known = Measured.joined(self._known, found)
        self._judge_start(seen, [*self._before, own[1], *after])
        if not after:  # the end of the track
            self._judge.look(gap.timestamps_ns[-1], [gap], [clouds], self._known, _views([*self._before, own[0]]))
        self._ground.append(ground_of(gap, clouds, solved(self._known, gap.timestamps_ns, motion)[0]))
        self._before = [*self._before, own[0]][-MOST_BEFORE:]
        self._followed = seen

    def _judge_start(self, seen: _Seen, others: Sequence[Sighting]) -> None:
        """Judge the keyframe at the start of a gap, by the gap before it too where that ends there."""
        before, start = self._followed, seen.gap.timestamps_ns[0]
        around = [before, seen] if before is not None and before.gap.timestamps_ns[-1] == start else [seen]
        gaps, clouds = [part.gap for part in around], [part.clouds for part in around]
        self._judge.look(start, gaps, clouds, self._known, _views(others))

    def finished(self) -> Track:
        """Solve the whole track with everything that was accepted; its curve where that is nothing."""
        self._follow_waiting([])
        item = self._item
        self.findings += [
            Finding(track=item.keyframes.track.id, timestamp_ns=instant, kind=FindingKind.BESIDE)
            for instant in self._judge.misplaced()
        ]
        track, model = item.complete, MOTION_MODELS[item.motion]
        if len(self._known) > len(self._keys):
            ground = Ground.joined(self._ground)
            track = fuse(track, item.keyframes.track, self._known, ground, motion=item.motion, model=model)
        return lay_to_rest(track, item.keyframes, self._rests, model=model)


def _views(sightings: Sequence[Sighting]) -> list[View]:
    return [sighting.view for sighting in sightings]


def _is_followed(item: Followed, only: Collection[str] | None) -> bool:
    return item.motion in FOLLOWING_NOISES and (only is None or item.keyframes.track.id in only)


def _gaps(item: Followed) -> list[Gap]:
    """Cut the curve at the keyframes; a gap without a sweep in it is left out."""
    times = item.curve.timestamps_ns
    rows = np.searchsorted(times, item.keyframes.track.timestamps_ns)
    spans = [np.arange(a, b + 1) for a, b in pairwise(rows) if b > a + 1]
    return [Gap(timestamps_ns=times[span], cuboids=item.curve.cuboids[span]) for span in spans]


def _region(gap: Gap, motion: Motion, *, owner: int) -> Region:
    """Boxes that hold the object, the ground around it, and as much room as it may have strayed from the curve.

    A keyframe may lie beside its object, which is looked for all around it.
    """
    seconds = seconds_since(gap.timestamps_ns, gap.timestamps_ns[0])
    span = seconds[-1]
    strayed = np.sqrt(FOLLOWING_NOISES[motion][0] / 3.0) * seconds * (span - seconds) / np.sqrt(span)
    reach = GROUND_ROOM + np.minimum(2.0 * strayed, FARTHEST_SEARCH)
    reach[[0, -1]] = GROUND_ROOM + SEARCH
    sizes = gap.cuboids.sizes + 2.0 * np.column_stack([reach, reach, np.full(len(reach), 1.0)])
    return Region(
        timestamps_ns=gap.timestamps_ns,
        cuboids=Cuboids(
            centers=gap.cuboids.centers, sizes=sizes, rotations=gap.cuboids.rotations, frame=gap.cuboids.frame
        ),
        owner=owner,
    )
