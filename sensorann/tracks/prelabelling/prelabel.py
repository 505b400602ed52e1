"""`prelabel`: a drive in, proposed tracks out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError, MissingDataError
from sensorann.scene import (
    Drive,
    ImageTrack,
    Labels,
    Ontology,
    check_drive,
    check_ontology,
    default_ontology,
    frame_timestamps_ns,
    nearest_indices,
    reference_sensor,
)
from sensorann.tracks.association.duplicates import covered_ground, surest_tracks
from sensorann.tracks.association.tracking import track
from sensorann.tracks.clouds import SAME_INSTANT_NS
from sensorann.tracks.prelabelling.completing import complete_tracks
from sensorann.tracks.prelabelling.detecting import detect_candidates
from sensorann.tracks.prelabelling.doppler import confirmed_by_radar
from sensorann.tracks.prelabelling.looking import confirmed_by_pictures

_log = logging.getLogger(__name__)
PROPOSED = ("car", "van", "truck", "bus", "pedestrian", "cyclist")
LEAST_CONFIDENCE = 0.2
_FEWEST_DETECTIONS = 3


def prelabel(
    drive: Drive,
    *,
    categories: Sequence[str] = PROPOSED,
    ontology: Ontology | None = None,
    frames: slice = slice(None),
    min_confidence: float = LEAST_CONFIDENCE,
    image_boxes: Sequence[ImageTrack] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Labels:
    """Propose tracks of everything in a drive that may be of some categories, without any label.

    What stands on the ground of each sweep is grouped, boxed, and tracked in the world frame. Then each track gets its
    points of all frames: a standing object is fitted to all of them together, a moving one heads where it goes and has
    the size of its best-seen frames. Sweeps are read twice, and held one at a time. Where there is radar, moving tracks
    whose speed it measures too are surer.

    Parameters
    ----------
    drive : with sweeps of a LiDAR
    categories : what is looked for, names of the ontology
    ontology : None for the default one
    frames : which sweeps of the first LiDAR are looked at
    min_confidence : tracks that are less likely an object are left out, 0 to 1
    image_boxes : what a detector saw on the pictures; it names categories, and tracks it sees too are surer
    progress : called with the number of steps done and of all steps

    Returns
    -------
    Labels
        Tracks with the attributes ``confidence`` (how probable an object is) and ``moving``; boxes at detections have
        the source ``detected``, those between them ``interpolated``; all have sigmas. In the world frame, or in the ego
        frame where the drive has no ego poses.

    Raises
    ------
    ArgumentError
        When a category is unknown, or none is given, or the drive has no LiDAR, or no sweep among the frames, or no ego
        pose at any of them.
    MissingDataError
        When none of the sweeps is on disk.
    """
    check_drive(drive)
    words = default_ontology() if ontology is None else ontology
    check_ontology(words)
    wanted = [words[name] for name in categories]
    if not wanted:
        raise ArgumentError("prelabel needs at least one category to look for, got none")
    if not 0.0 <= min_confidence <= 1.0:
        raise ArgumentError(f"min_confidence must lie between 0 and 1, got {min_confidence}")
    frames_ns = _frames(drive, frames)
    _tell_lone_sweeps(drive, frames_ns)
    n_steps = 2 * len(frames_ns)

    def report(offset: int) -> Callable[[int, int], None] | None:
        return None if progress is None else lambda done, _: progress(offset + done, n_steps)

    detections, n_missing = detect_candidates(drive, frames_ns, categories=wanted, ontology=words, progress=report(0))
    if n_missing == len(frames_ns):
        raise MissingDataError(f"drive {drive.name}: none of the {n_missing} sweeps asked for is on disk")
    if n_missing:
        _log.warning("drive %s: %d of %d sweeps are missing", drive.name, n_missing, len(frames_ns))
    raw = track(detections, drive, min_detections=min(_FEWEST_DETECTIONS, len(frames_ns)))
    completed = complete_tracks(raw, drive, categories=wanted, frames_ns=frames_ns, progress=report(len(frames_ns)))
    proposed = confirmed_by_radar(replace(raw, tracks=tuple(item.track for item in completed)), drive)
    proposed = confirmed_by_pictures(proposed, drive, image_boxes)
    kept = [item for item in proposed.tracks if float(item.attributes["confidence"]) >= min_confidence]
    # Vehicles and all smaller objects were tracked apart: nobody stands inside a car.
    kept = surest_tracks(kept, by="confidence", overlap_of=covered_ground)
    # Tracks come as their last sweep is read: they are numbered in the order of their first.
    kept.sort(key=lambda item: (int(item.timestamps_ns[0]), int(item.id)))
    return replace(raw, tracks=tuple(replace(item, id=str(number)) for number, item in enumerate(kept)))


def _frames(drive: Drive, frames: slice) -> NDArray[np.int64]:
    if not drive.rig.of_kind("lidar"):
        raise ArgumentError(f"drive {drive.name} has no LiDAR: objects are proposed from its points")
    instants = frame_timestamps_ns(drive)
    chosen = instants[frames]
    if not len(chosen):
        asked = ":".join("" if bound is None else str(bound) for bound in (frames.start, frames.stop))
        raise ArgumentError(f"frames {asked} hold no sweep: drive {drive.name} has {len(instants)}")
    if drive.trajectory is None:
        return chosen
    posed = chosen[drive.trajectory.covers(chosen)]
    if not len(posed):
        raise ArgumentError(
            f"drive {drive.name} has no ego pose at any of the {len(chosen)} sweeps asked for: its poses go from "
            f"{drive.trajectory.start_ns} to {drive.trajectory.end_ns} ns, these from {chosen[0]} to {chosen[-1]} ns"
        )
    if len(posed) < len(chosen):
        n_without = len(chosen) - len(posed)
        _log.warning("drive %s: %d of %d sweeps have no ego pose and are left out", drive.name, n_without, len(chosen))
    return posed


def _tell_lone_sweeps(drive: Drive, frames_ns: NDArray[np.int64]) -> None:
    """Say which sweeps of further LiDARs lie beside the frames: nothing is proposed from their points."""
    instants, first = frame_timestamps_ns(drive), reference_sensor(drive)
    for sensor in drive.rig.of_kind("lidar"):
        times = drive.timestamps_ns(sensor.name)
        nearest = instants[nearest_indices(instants, times)]
        apart = np.abs(nearest - times)[np.isin(nearest, frames_ns)]
        n_lone = int((apart > SAME_INSTANT_NS).sum())
        if n_lone:
            _log.warning(
                "drive %s: %d of %d sweeps of %s lie more than %d ms from those of %s and are left out",
                *(drive.name, n_lone, len(apart), sensor.name, SAME_INSTANT_NS // 1_000_000, first),
            )
