"""How the boxes of a track are turned and how large they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array
from sensorann.scene import Labels, Track
from sensorann.tracks.surgery.joining import ranks
from sensorann.tracks.surgery.rows import Span, boxes_in, with_tracks

# Which way the centre goes along the box's own length when the box grows; its bottom always stays.
_SHIFTS = {"bottom": 0.0, "rear": 0.5, "front": -0.5}


def reverse(labels: Labels, track_id: str, *, span: Span = None) -> Labels:
    """Turn the boxes of a span by pi about their own up axes: front and rear change places, nothing else.

    Sources and sigmas stay: a half turn makes a box neither better nor worse known.

    Raises
    ------
    ArgumentError
        When the track is unknown or has no box in the span.
    """
    track = labels.track(track_id)
    turned = boxes_in(track, span)
    # A half turn about up negates the forward and left axes, the first two columns, exactly.
    signs = np.where(turned[:, None], [-1.0, -1.0, 1.0], 1.0)
    cuboids = replace(track.cuboids, rotations=track.cuboids.rotations * signs[:, None, :])
    return with_tracks(labels, {track_id: (replace(track, cuboids=cuboids),)})


def unify_size(
    labels: Labels,
    track_id: str,
    *,
    size: tuple[float, float, float] | None = None,
    anchor: str = "bottom",
    span: Span = None,
    exact: bool = True,
) -> Labels:
    """Give all boxes of a track, or those of a span, one size.

    Sources stay. A size that a person states is exact, its sigmas become 0; one taken from boxes leaves them.

    Parameters
    ----------
    labels : Labels
    track_id : str
    size : (length, width, height), metres; by default the median, edge by edge, of the boxes of the best source that
        the track has: people before imported, detected, fitted and interpolated
    anchor : what stays put: the centre of the ``bottom``, or of the lower edge of the ``rear`` or ``front`` face
    span : first and last instant, ns; the whole track when not given
    exact : a person states the size, if one is given; a program that took it from other boxes says no

    Raises
    ------
    ArgumentError
        When the track is unknown or has no box in the span, the size is not three positive lengths, or the anchor is
        unknown.
    """
    track = labels.track(track_id)
    meant = boxes_in(track, span)
    if anchor not in _SHIFTS:
        raise ArgumentError(f"anchor must be one of {', '.join(_SHIFTS)}, got {anchor!r}")
    one = _typical_size(track) if size is None else _checked(size)
    new = np.where(meant[:, None], one, track.cuboids.sizes)
    grown = new - track.cuboids.sizes
    shifts = np.column_stack([_SHIFTS[anchor] * grown[:, 0], np.zeros(len(track)), grown[:, 2] / 2])
    centers = track.cuboids.centers + np.einsum("nij,nj->ni", track.cuboids.rotations, shifts)
    sigmas = np.array(track.sigmas)
    if size is not None and exact:
        sigmas[meant, 3:6] = 0.0
    cuboids = replace(track.cuboids, centers=centers, sizes=new)
    return with_tracks(labels, {track_id: (replace(track, cuboids=cuboids, sigmas=sigmas),)})


def move_faces(
    labels: Labels, track_id: str, *, outward: tuple[float, float, float, float], span: Span = None
) -> Labels:
    """Move side faces of the boxes of a span; those that are not moved stay where they are.

    Sources and sigmas stay.

    Parameters
    ----------
    labels : Labels
    track_id : str
    outward : metres by which the front, back, left and right face go outward; below 0 inward
    span : first and last instant, ns; the whole track when not given

    Raises
    ------
    ArgumentError
        When the track is unknown or has no box in the span, the ways are not four finite numbers, or nothing would be
        left of a box.
    """
    track = labels.track(track_id)
    moved = boxes_in(track, span)
    front, back, left, right = as_array(outward, (4,), np.float64, name="outward", finite=True)
    sizes = track.cuboids.sizes + np.where(moved[:, None], [front + back, left + right, 0.0], 0.0)
    if (sizes <= 0).any():
        raise ArgumentError(f"track {track_id}: nothing is left of a box whose faces go outward by {outward} m")
    way = np.array([front - back, left - right, 0.0]) / 2
    centers = track.cuboids.centers + np.where(moved[:, None], track.cuboids.rotations @ way, 0.0)
    cuboids = replace(track.cuboids, centers=centers, sizes=sizes)
    return with_tracks(labels, {track_id: (replace(track, cuboids=cuboids),)})


def _checked(size: tuple[float, float, float]) -> NDArray[np.float64]:
    edges = np.asarray(size, np.float64)
    if edges.shape != (3,) or not (np.isfinite(edges) & (edges > 0)).all():
        raise ArgumentError(f"size must be three positive lengths in metres, got {size}")
    return edges


def _typical_size(track: Track) -> NDArray[np.float64]:
    standing = ranks(track.sources)
    return np.asarray(np.median(track.cuboids.sizes[standing == standing.min()], axis=0))
