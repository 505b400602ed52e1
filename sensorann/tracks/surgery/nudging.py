"""Boxes turned and moved along their own axes, so that the frame of the labels plays no part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry.arrays import as_array
from sensorann.geometry.rotations import rotations_from_yaws
from sensorann.scene import Labels, Track
from sensorann.tracks.surgery.rows import Span, boxes_in, row_at, with_tracks


def turn(labels: Labels, track_id: str, *, yaw: float, span: Span = None) -> Labels:
    """Turn the boxes of a span about their own up axes; `reverse` is the exact half turn.

    Sources and sigmas stay.

    Parameters
    ----------
    labels : Labels
    track_id : str
    yaw : radians, positive to the left
    span : first and last instant, ns; the whole track when not given

    Raises
    ------
    ArgumentError
        When the track is unknown or has no box in the span, or the angle is not finite.
    """
    track = labels.track(track_id)
    turned = boxes_in(track, span)
    if not np.isfinite(yaw):
        raise ArgumentError(f"yaw must be a finite angle in radians, got {yaw}")
    rotations = track.cuboids.rotations @ rotations_from_yaws(np.where(turned, yaw, 0.0))
    return with_tracks(labels, {track_id: (replace(track, cuboids=replace(track.cuboids, rotations=rotations)),)})


def move(labels: Labels, track_id: str, *, by: tuple[float, float, float], span: Span = None) -> Labels:
    """Move the boxes of a span.

    Sources and sigmas stay.

    Parameters
    ----------
    labels : Labels
    track_id : str
    by : metres forward, to the left and up, along the axes of each box
    span : first and last instant, ns; the whole track when not given

    Raises
    ------
    ArgumentError
        When the track is unknown or has no box in the span, or the way is not three finite numbers.
    """
    track = labels.track(track_id)
    moved = boxes_in(track, span)
    way = np.asarray(by, np.float64)
    if way.shape != (3,) or not np.isfinite(way).all():
        raise ArgumentError(f"by must be three finite numbers in metres, got {by}")
    centers = track.cuboids.centers + np.where(moved[:, None], track.cuboids.rotations @ way, 0.0)
    return with_tracks(labels, {track_id: (replace(track, cuboids=replace(track.cuboids, centers=centers)),)})


def move_each(labels: Labels, track_id: str, *, at: Sequence[int], ways: Sequence[Sequence[float]]) -> Labels:
    """Move boxes, each by a way of its own.

    Sources and sigmas stay.

    Parameters
    ----------
    labels : Labels
    track_id : str
    at : N instants of boxes, ns
    ways : N times metres forward, to the left and up, along the axes of each box

    Raises
    ------
    ArgumentError
        When the track is unknown or has no box at an instant, or the ways are not three finite numbers for each.
    """
    track = labels.track(track_id)
    rows, steps = _each(track, at, ways, name="ways", n_columns=3)
    centers = track.cuboids.centers.copy()
    centers[rows] += np.einsum("nij,nj->ni", track.cuboids.rotations[rows], steps)
    return with_tracks(labels, {track_id: (replace(track, cuboids=replace(track.cuboids, centers=centers)),)})


def turn_each(labels: Labels, track_id: str, *, at: Sequence[int], yaws: Sequence[float]) -> Labels:
    """Turn boxes about their own up axes, each by an angle of its own.

    Sources and sigmas stay.

    Parameters
    ----------
    labels : Labels
    track_id : str
    at : N instants of boxes, ns
    yaws : N angles, radians, positive to the left

    Raises
    ------
    ArgumentError
        When the track is unknown or has no box at an instant, or the angles are not one finite number for each.
    """
    track = labels.track(track_id)
    rows, angles = _each(track, at, np.reshape(yaws, (-1, 1)), name="yaws", n_columns=1)
    rotations = track.cuboids.rotations.copy()
    rotations[rows] = rotations[rows] @ rotations_from_yaws(angles[:, 0])
    return with_tracks(labels, {track_id: (replace(track, cuboids=replace(track.cuboids, rotations=rotations)),)})


def _each(
    track: Track, at: Sequence[int], values: ArrayLike, *, name: str, n_columns: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Rows (N,) of the boxes at some instants, and what is asked of each (N, n_columns)."""
    asked = as_array(values, (len(at), n_columns), np.float64, name=name, finite=True)
    return np.array([row_at(track, int(instant)) for instant in at], np.int64), asked
