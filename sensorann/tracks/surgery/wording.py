"""What an object is called, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

from sensorann.errors import ArgumentError
from sensorann.scene import Labels
from sensorann.tracks.surgery.rows import Span, boxes_in, with_tracks


def set_category(labels: Labels, track_id: str, category: str) -> Labels:
    """Say what an object is, by any name of the ontology.

    Raises
    ------
    ArgumentError
        When there is no such track, or no such category.
    """
    track = labels.track(track_id)
    name = labels.ontology[category].name
    return with_tracks(labels, {track_id: (replace(track, category=name),)})


def clear_attribute(labels: Labels, track_id: str, name: str, *, span: Span = None) -> Labels:
    """Take away what an attribute says of the boxes of a span.

    One that is said of the object as a whole is said of its other boxes from then on.

    Parameters
    ----------
    labels : Labels
    track_id : str
    name : of the attribute
    span : first and last instant, ns; the whole track when not given

    Raises
    ------
    ArgumentError
        When the track is unknown, has no box in the span, or nothing is said by that name.
    """
    track = labels.track(track_id)
    cleared = boxes_in(track, span)
    whole = dict(track.attributes)
    if name not in whole and name not in track.box_attributes:
        raise ArgumentError(f"track {track_id} has no attribute {name!r}")
    of_all = whole.pop(name, None)
    said = (of_all if value is None else value for value in track.box_attributes.get(name, (None,) * len(track)))
    values = tuple(None if gone else value for gone, value in zip(cleared, said, strict=True))
    columns = {**track.box_attributes, name: values}
    if all(value is None for value in values):
        del columns[name]
    return with_tracks(labels, {track_id: (replace(track, attributes=whole, box_attributes=columns),)})
