"""Boxes turned and moved along their own axes, so that the frame of the labels plays no part."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sensorann.errors import ArgumentError
from sensorann.geometry.rotations import rotations_from_yaws
from sensorann.scene import Labels
from sensorann.tracks.surgery.rows import Span, boxes_in, with_tracks


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
