"""Boxes of a track computed anew from those on either side and the points between: the repair of gaps and outliers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.scene import Drive, Labels, Source, Track, labels_in_world, sources_of, track_in_ego
from sensorann.tracks import interpolate
from sensorann.tracks.curving import curve_tracks
from sensorann.tracks.keyframes import keyframes_of
from sensorann.tracks.surgery import with_tracks
from sensorann.tracks.surgery.joining import join

# So many boxes on either side say how the object moves; people place them no better than this, metres.
_N_EACH, _PLACEMENT = 8, 0.05


def fill(labels: Labels, drive: Drive | None, track_id: str, *, at: Sequence[int]) -> Labels:
    """Compute the boxes of a track at some instants anew, from those before and after them and the points between.

    Computed boxes are ``interpolated`` or ``fitted``, as `sensorann.interpolate` makes them; those that were there keep
    their attributes.

    Parameters
    ----------
    labels : Labels
    drive : the recording; without it, and without sweeps, the curve through the boxes on either side decides alone
    track_id : str
    at : instants, ns

    Raises
    ------
    ArgumentError
        When the track is unknown, no instant is given, or the track has no box left on one side of them.
    """
    in_world = labels_in_world(labels, None if drive is None else drive.trajectory)
    track, times = in_world.track(track_id), np.unique(np.asarray(at, np.int64))
    if not len(times):
        raise ArgumentError(f"track {track_id}: no instant is given to compute a box at")
    kept = track[~np.isin(track.timestamps_ns, times)]
    before, after = kept.timestamps_ns < times[0], kept.timestamps_ns > times[-1]
    if not before.any() or not after.any():
        side = "before" if not before.any() else "after"
        raise ArgumentError(f"track {track_id} has no box {side} those to compute: nothing says where they belong")
    near = ~before & ~after
    near[np.flatnonzero(before)[-_N_EACH:]] = near[np.flatnonzero(after)[:_N_EACH]] = True
    complete = _completed(in_world, drive, _as_measured(kept[near]), times)
    computed = complete[np.isin(complete.timestamps_ns, times)]
    if labels.frame == "ego" and drive is not None and drive.trajectory is not None:
        computed = track_in_ego(computed, drive.trajectory)
    return with_tracks(labels, {track_id: (_put_in(labels.track(track_id), computed),)})


def _completed(labels: Labels, drive: Drive | None, keys: Track, times: NDArray[np.int64]) -> Track:
    if drive is None:
        keyed = keyframes_of(keys, keyframe_sigma=_PLACEMENT)
        (complete,) = curve_tracks([keyed], [labels.ontology[keys.category].motion], times, "smooth")
        return complete
    alone = replace(labels, tracks=(keys,), image_tracks=(), relations=())
    return interpolate(alone, drive, at=times, keyframe_sigma=_PLACEMENT).track(keys.id)


def _as_measured(track: Track) -> Track:
    """Make keyframes of all boxes, computed ones too, each as good as people place boxes."""
    return replace(track, sources=sources_of(len(track), Source.IMPORTED), sigmas=np.full_like(track.sigmas, np.nan))


def _put_in(track: Track, computed: Track) -> Track:
    """Put computed boxes in the place of those of their instants, or between the others."""
    rows = {int(instant): row for row, instant in enumerate(track.timestamps_ns)}
    found = [rows.get(int(instant)) for instant in computed.timestamps_ns]
    said = {
        name: tuple(computed.box_attributes[name][k] if row is None else values[row] for k, row in enumerate(found))
        for name, values in track.box_attributes.items()
    }
    stays = ~np.isin(track.timestamps_ns, computed.timestamps_ns)
    return join(track[stays], replace(computed, box_attributes=said))
