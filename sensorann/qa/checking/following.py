"""Boxes where an object's own points say that it is: beyond the end of its track, and where nobody labelled it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np

from sensorann.errors import ArgumentError
from sensorann.fitting import ClickedFit, cuboid_from_image_box, fit_at
from sensorann.geometry import bev_iou
from sensorann.scene import Drive, Labels, Source, Track, labels_in_world, sources_of, track_in_ego
from sensorann.tracks.extending import extend_tracks
from sensorann.tracks.surgery import free_id, reverse, started, with_tracks
from sensorann.tracks.surgery.joining import join

End = Literal["first", "last"]
# What shares more of its footprint with another object's box is that object.
_SOMEBODY_ELSE = 0.05
# Whoever is believed for fewer frames than this is no object.
_FEWEST = 3
# Who comes so far backwards was fitted the wrong way round, metres.
_BACKWARDS_M = 1.5


def extend(labels: Labels, drive: Drive, track_id: str, *, end: End) -> Labels:
    """Follow an object beyond the first or last box of its track, as far as its own points are found.

    Parameters
    ----------
    labels : Labels
    drive : the recording, whose sweeps are read outward from both ends
    track_id : str
    end : which one

    Raises
    ------
    ArgumentError
        When the track or the end is unknown, or nothing of the object is found beyond.
    """
    if end not in get_args(End):
        raise ArgumentError(f"end must be one of {', '.join(get_args(End))}, got {end!r}")
    in_world = labels_in_world(labels, drive.trajectory)
    track = in_world.track(track_id)
    longer = _followed(in_world, drive, track)
    times = longer.timestamps_ns
    beyond = longer[times < track.timestamps_ns[0] if end == "first" else times > track.timestamps_ns[-1]]
    added = _alone(in_world, beyond, outward=-1 if end == "first" else 1)
    if not len(added):
        raise ArgumentError(f"nothing of track {track_id} is found beyond its {end} box: it may well be out of sight")
    return with_tracks(labels, {track_id: (join(labels.track(track_id), _as_in(labels, drive, added)),)})


def label(
    labels: Labels, drive: Drive, *, place: Sequence[float], at_ns: int, toward: Sequence[float] | None = None
) -> Labels:
    """Label the object at a place as if it were clicked there, and follow it both ways.

    Parameters
    ----------
    labels : Labels
    drive : the recording
    place : (x, y, z) of one of its points, metres, in the world; in the ego frame where there are no ego poses
    at_ns : instant of the sweep
    toward : (x, y, z) of a second point, where it goes; not given of what stands

    Raises
    ------
    ArgumentError
        When nothing there can be fitted, it has a box already, or it is not found in the frames around.
    """
    frame: Literal["ego", "world"] = "ego" if drive.trajectory is None else "world"
    found = fit_at(drive, timestamp_ns=at_ns, point=place, toward=toward, frame=frame, ontology=labels.ontology)
    return _with_new(labels, drive, found, track_id=free_id(labels))


def label_from_picture(labels: Labels, drive: Drive, track_id: str, *, camera: str, at_ns: int) -> Labels:
    """Give an object that has 2D boxes alone a track in space: fitted behind one of them, and followed both ways.

    Raises
    ------
    ArgumentError
        When it has no such box, nothing behind it can be fitted or followed, or what is there has a box already.
    """
    pictured = [one for one in labels.image_tracks if (one.id, one.camera) == (track_id, camera)]
    boxes = [one.boxes[row] for one in pictured for row in np.flatnonzero(one.timestamps_ns == at_ns)]
    if not boxes:
        raise ArgumentError(f"object {track_id} has no 2D box on the picture of {camera} at {at_ns} ns")
    found = cuboid_from_image_box(
        drive, camera, boxes[0], at_ns, ontology=labels.ontology, category=pictured[0].category
    )
    return _with_new(labels, drive, found, track_id=track_id)


def _with_new(labels: Labels, drive: Drive, found: ClickedFit, *, track_id: str) -> Labels:
    """Labels with one more track, grown from a fit."""
    in_world = labels_in_world(labels, drive.trajectory)
    proposal = found.proposal
    category, instant = proposal.category, found.timestamp_ns
    seed = started(in_world, track_id, category, timestamp_ns=instant, cuboid=proposal.cuboid).track(track_id)
    if not len(_alone(in_world, seed, outward=1)):
        raise ArgumentError(f"what was found at {instant} ns overlaps a box that is there: it is labelled already")
    longer = _followed(in_world, drive, replace(seed, sources=sources_of(1, Source.DETECTED)))
    ways = (longer[longer.timestamps_ns <= instant], -1), (longer[longer.timestamps_ns > instant], 1)
    parts = [_alone(in_world, part, outward=outward) for part, outward in ways]
    grown = join(*parts)
    if len(grown) < _FEWEST:
        raise ArgumentError(f"what was found at {instant} ns is not found again before or after: no object?")
    longer_labels = replace(labels, tracks=(*labels.tracks, _as_in(labels, drive, grown)))
    return reverse(longer_labels, track_id) if _goes_backwards(grown) else longer_labels


def _goes_backwards(track: Track) -> bool:
    """Tell whether a track goes where it does not face, far enough to say so."""
    ways = np.diff(track.cuboids.centers, axis=0)
    return float((ways * track.cuboids.rotations[:-1, :, 0]).sum()) < -_BACKWARDS_M


def _followed(labels: Labels, drive: Drive, track: Track) -> Track:
    """One track, longer at both ends; nobody asks here who placed its boxes."""
    keys = replace(track, sources=sources_of(len(track), Source.DETECTED))
    alone = replace(labels, tracks=(keys,), image_tracks=(), relations=())
    return extend_tracks(alone, drive).labels.track(track.id)


def _alone(labels: Labels, track: Track, *, outward: int) -> Track:
    """Boxes of a track up to the first one that overlaps another object, in time order or against it."""
    kept = np.ones(len(track), np.bool_)
    for other in labels.tracks:
        if other.id == track.id:
            continue
        _, own, rows = np.intersect1d(track.timestamps_ns, other.timestamps_ns, return_indices=True)
        for row, theirs in zip(own, rows, strict=True):
            kept[row] &= (
                bev_iou(track.cuboids[row : row + 1], other.cuboids[theirs : theirs + 1])[0, 0] < _SOMEBODY_ELSE
            )
    order = np.arange(len(track))[::outward]
    n_free = int(np.argmin(np.append(kept[order], False)))
    return track[np.sort(order[:n_free])]


def _as_in(labels: Labels, drive: Drive, track: Track) -> Track:
    """A track in the frame of labels."""
    if labels.frame == "ego" and drive.trajectory is not None:
        return track_in_ego(track, drive.trajectory)
    return track
