"""Which boxes are which object: merge, split, relink, delete."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from sensorann.errors import ArgumentError
from sensorann.scene import ImageTrack, Labels, Relation, Source, Track
from sensorann.tracks.surgery.joining import join, join_all_images
from sensorann.tracks.surgery.rows import Span, boxes_in, check_two, mask_of, select_images, with_tracks


def merge(labels: Labels, track_id: str, other_id: str, *, category: str | None = None) -> Labels:
    """Make one track of two; the first one's id stays, and what spoke of the other speaks of it.

    At an instant that both have, the human box stays, else the imported, detected, fitted, interpolated one, else the
    first track's.

    Parameters
    ----------
    labels : Labels
    track_id, other_id : the track that stays, and the one whose boxes it takes
    category : of the merged track; needed where the two differ

    Raises
    ------
    ArgumentError
        When a track is unknown, both are the same, both have a human box at one instant, or the categories differ and
        none is named.
    """
    first, second = check_two(labels, track_id, other_id, what="merging")
    if category is None and first.category != second.category:
        raise ArgumentError(
            f"track {first.id} is a {first.category}, track {second.id} a {second.category}: name the category to keep"
        )
    merged = replace(join(first, second), category=category or first.category)
    edited = with_tracks(labels, {track_id: (merged,), other_id: ()})
    return _renamed(edited, other_id, track_id)


def split(labels: Labels, track_id: str, at_ns: int, *, new_id: str | None = None) -> Labels:
    """Cut a track in two: its boxes from an instant on become a track of their own, placed after it.

    Boxes in pictures are cut alike. Relations have no time and stay with the first part.

    Parameters
    ----------
    labels : Labels
    track_id : the track to cut
    at_ns : first instant of the second part; the track needs no box at exactly that instant
    new_id : of the second part; by default the old id with the first free number behind it: ``7-2``

    Raises
    ------
    ArgumentError
        When the track is unknown, a part would have no box, or the new id is taken.
    """
    track = labels.track(track_id)
    new_id = _free_id(labels, track_id) if new_id is None else new_id
    if new_id in _ids(labels):
        raise ArgumentError(f"the id {new_id!r} is taken, give the second part of track {track_id} another")
    later = track.timestamps_ns >= at_ns
    if later.all() or not later.any():
        side = "before" if later.all() else "from"
        raise ArgumentError(f"track {track_id} cannot be split at {at_ns} ns, it has no box {side} there")
    images: list[ImageTrack] = []
    for image in labels.image_tracks:
        if image.id != track_id:
            images.append(image)
            continue
        after = image.timestamps_ns >= at_ns
        parts = (select_images(image, ~after), replace(select_images(image, after), id=new_id))
        images += [part for part in parts if len(part.timestamps_ns)]
    edited = with_tracks(labels, {track_id: (track[~later], replace(track[later], id=new_id))})
    return replace(edited, image_tracks=tuple(images))


def relink(labels: Labels, from_id: str, to_id: str, *, span: Span) -> Labels:
    """Move the boxes of a span from one track to another, whose category and attributes hold for them from then on.

    A track that gives all its boxes is gone, and what spoke of it speaks of the other.

    Raises
    ------
    ArgumentError
        When a track is unknown, both are the same, the span holds no box of the first, or both have a human box at
        one instant.
    """
    giver, taker = check_two(labels, from_id, to_id, what="relinking")
    moved = boxes_in(giver, span)
    if moved.all():
        return merge(labels, to_id, from_id, category=taker.category)
    joined = replace(join(taker, giver[moved]), attributes=taker.attributes)
    edited = with_tracks(labels, {from_id: (giver[~moved],), to_id: (joined,)})
    images: list[ImageTrack] = []
    for image in labels.image_tracks:
        inside = mask_of(image.timestamps_ns, span)
        if image.id != from_id or not inside.any():
            images.append(image)
            continue
        parts = (select_images(image, ~inside), replace(select_images(image, inside), id=to_id))
        images += [part for part in parts if len(part.timestamps_ns)]
    return replace(edited, image_tracks=join_all_images(images))


def delete_span(labels: Labels, track_id: str, *, span: Span = None) -> Labels:
    """Delete the boxes of a span, in pictures too; a track without any box left is gone, and its relations with it.

    Raises
    ------
    ArgumentError
        When the track is unknown or has no box in the span.
    """
    track = labels.track(track_id)
    deleted = boxes_in(track, span)
    gone = bool(deleted.all())
    images: list[ImageTrack] = []
    for image in labels.image_tracks:
        inside = mask_of(image.timestamps_ns, span)
        if image.id != track_id or not inside.any():
            images.append(image)
        elif not inside.all():
            images.append(select_images(image, ~inside))
    named = any(image.id == track_id for image in images)
    relations = [r for r in labels.relations if not gone or named or track_id not in (r.subject_id, r.object_id)]
    edited = with_tracks(labels, {track_id: () if gone else (track[~deleted],)})
    return replace(edited, image_tracks=tuple(images), relations=tuple(relations))


def delete_unlikely(labels: Labels, confidence: float | None, *, kept: Collection[str] = ()) -> Labels:
    """Delete all proposals that are less likely an object than some confidence, in one edit.

    Parameters
    ----------
    labels : of `sensorann.prelabel`, whose tracks have the attribute ``confidence``; maybe corrected since
    confidence : the least that stays, 0 to 1; None deletes every proposal
    kept : ids of tracks that stay whatever they are

    Returns
    -------
    Labels
        Tracks with a box that a person placed, or that was imported, are no proposals; one that does not say its
        confidence is as sure as can be.

    Raises
    ------
    ArgumentError
        When the confidence is no probability.
    """
    if confidence is not None and not 0.0 <= confidence <= 1.0:
        raise ArgumentError(f"confidence must lie between 0 and 1, got {confidence}")
    edited = labels
    for track in labels.tracks:
        if track.id not in kept and _is_proposal(track) and (confidence is None or _said(track) < confidence):
            edited = delete_span(edited, track.id, span=None)
    return edited


def _is_proposal(track: Track) -> bool:
    """Tell whether a machine placed every box of an object."""
    return len(track) > 0 and not np.isin(track.sources, (Source.HUMAN, Source.IMPORTED)).any()


def _said(track: Track) -> float:
    said = track.attributes.get("confidence", 1.0)
    return float(said) if isinstance(said, int | float) else 1.0


def _renamed(labels: Labels, old_id: str, new_id: str) -> Labels:
    """Let image tracks and relations speak of another track; what then relates it to itself, or twice, is dropped."""
    images = [replace(image, id=new_id) if image.id == old_id else image for image in labels.image_tracks]
    said = {
        (r.predicate, r.subject_id, r.object_id) for r in labels.relations if old_id not in (r.subject_id, r.object_id)
    }
    kept: list[Relation] = []
    for relation in labels.relations:
        if old_id not in (relation.subject_id, relation.object_id):
            kept.append(relation)
            continue
        subject, target = (new_id if name == old_id else name for name in (relation.subject_id, relation.object_id))
        statement = relation.predicate, subject, target
        if subject != target and statement not in said:
            said.add(statement)
            kept.append(replace(relation, subject_id=subject, object_id=target))
    return replace(labels, image_tracks=join_all_images(images), relations=tuple(kept))


def free_id(labels: Labels) -> str:
    """Return an id for a new object: the number after the largest that anything has."""
    return str(1 + max((int(name) for name in _ids(labels) if name.isdecimal()), default=0))


def _ids(labels: Labels) -> set[str]:
    related = {name for relation in labels.relations for name in (relation.subject_id, relation.object_id)}
    return {track.id for track in labels.tracks} | {image.id for image in labels.image_tracks} | related


def _free_id(labels: Labels, track_id: str) -> str:
    taken, number = _ids(labels), 2
    while f"{track_id}-{number}" in taken:
        number += 1
    return f"{track_id}-{number}"
