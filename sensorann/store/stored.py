"""What a store gives out: an object or a drive as it was at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sensorann.scene import Labels, Track


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class StoredTrack:
    """One object as it was in the store.

    Attributes
    ----------
    drive, track : the object
    version : number of the last event that touched it
    """

    drive: str
    track: Track
    version: int


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Snapshot:
    """The labels of a drive as they were in the store.

    Attributes
    ----------
    labels : labels; their drive_name is the drive's name in the store
    versions : object to the number of the last event that touched it
    seq : number of the last event of the store at that moment
    """

    labels: Labels
    versions: Mapping[str, int]
    seq: int

    @property
    def drive(self) -> str:
        """Name of the drive."""
        return self.labels.drive_name
