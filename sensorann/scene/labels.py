"""The document: everything that people and machines said about one drive."""

from __future__ import annotations

from dataclasses import dataclass, field

from sensorann.errors import ArgumentError
from sensorann.scene.annotations import Event, ImageTrack, Relation, Tag
from sensorann.scene.ontology import Ontology
from sensorann.scene.track import Track
from sensorann.scene.usual_categories import default_ontology


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Labels:
    """Ontology, tracks, image tracks, events, relations and tags of one drive.

    Attributes
    ----------
    drive_name : the drive they belong to
    frame : ``world`` where the drive has ego poses, else ``ego``; every cuboid of every track is in it
    tracks : objects, ids differ
    ontology : the categories that the tracks speak of
    image_tracks, events, relations, tags : see `sensorann.scene.annotations`
    """

    drive_name: str
    frame: str
    tracks: tuple[Track, ...]
    ontology: Ontology = field(default_factory=default_ontology)
    image_tracks: tuple[ImageTrack, ...] = ()
    events: tuple[Event, ...] = ()
    relations: tuple[Relation, ...] = ()
    tags: tuple[Tag, ...] = ()

    def __post_init__(self) -> None:
        if self.frame not in ("world", "ego"):
            raise ArgumentError(f"labels live in the world or the ego frame, got {self.frame!r}")
        seen: set[str] = set()
        for track in self.tracks:
            if track.id in seen:
                raise ArgumentError(f"two tracks have the id {track.id!r}")
            seen.add(track.id)
            if track.cuboids.frame != self.frame:
                raise ArgumentError(
                    f"track {track.id} has boxes in the frame {track.cuboids.frame!r}, the labels are in {self.frame!r}"
                )
        for name in ("tracks", "image_tracks", "events", "relations", "tags"):
            object.__setattr__(self, name, tuple(getattr(self, name)))

    def track(self, track_id: str) -> Track:
        """Return the track of that id.

        Raises
        ------
        ArgumentError
            When there is none.
        """
        for track in self.tracks:
            if track.id == track_id:
                return track
        raise ArgumentError(f"no track {track_id!r} in these labels")

    @property
    def n_boxes(self) -> int:
        """Number of boxes in all tracks."""
        return sum(len(track) for track in self.tracks)
