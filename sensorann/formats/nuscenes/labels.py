"""Labels in nuScenes v1.0 tables: `sample_annotation` of one scene as tracks in the world frame, and back.

nuScenes holds sizes as (width, length, height), times in microseconds and boxes in its global frame: our world.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError, FormatError
from sensorann.formats.addresses import split_address
from sensorann.formats.nuscenes import tables
from sensorann.formats.nuscenes.rows import ID_FIELD
from sensorann.formats.nuscenes.scene import check_chain, find_scene, sample_times_ns, scene_samples, scenes
from sensorann.formats.nuscenes.tables import Row, Table
from sensorann.formats.nuscenes.times import frame_of
from sensorann.formats.nuscenes.write import write
from sensorann.geometry import Cuboids
from sensorann.geometry.rotations import rotations_from_quaternions
from sensorann.scene import (
    Attribute,
    Drive,
    Labels,
    Source,
    Track,
    default_ontology,
    frame_timestamps_ns,
    sources_of,
    unknown_sigmas,
)

__all__ = ["read", "recognises", "write"]

logger = logging.getLogger(__name__)


def recognises(path: Path) -> bool:
    """Tell whether a path, or the part before `#SCENE`, holds nuScenes tables."""
    return bool(tables.version_folders(split_address(path)[0]))


def read(path: Path, drive: Drive | None) -> Labels:
    """Read the annotations of one scene.

    Parameters
    ----------
    path : data root; `ROOT#SCENE` names one of several scenes
    drive : its name tells the scene where the path does not

    Returns
    -------
    Labels in the world frame; track ids are instance tokens; attributes, ``visibility``, ``num_lidar_pts`` and
    ``num_radar_pts`` are attributes of the boxes.

    Raises
    ------
    MissingDataError
        When a table is absent.
    FormatError
        When a table is damaged, a token leads nowhere, or a chain is broken; says file, token and field.
    ArgumentError
        When there are several scenes and none is named.
    """
    root, name = split_address(path)
    name = _chosen(root, name, drive)
    folder, scene = find_scene(root, name)
    all_samples = tables.read_table(folder, "sample")
    samples = scene_samples(folder, scene, all_samples)
    times = _snapped(sample_times_ns(folder, samples), drive)
    annotations = _AnnotationTables(folder)
    tracks = annotations.tracks(
        all_samples, {row["token"]: int(time) for row, time in zip(samples, times, strict=True)}
    )
    ontology = default_ontology()
    unknown = sorted({track.category for track in tracks if track.category not in ontology})
    if unknown:
        logger.warning(
            "%s: %d categories are unknown and kept as they are: %s", folder, len(unknown), ", ".join(unknown)
        )
    for category in unknown:
        ontology = ontology.extended(category)
    return Labels(
        drive_name=name if drive is None else drive.name, frame="world", tracks=tuple(tracks), ontology=ontology
    )


class _AnnotationTables:
    """The tables that annotations refer to, and the way from rows to tracks."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "sample_annotation.json"
        self.instances = tables.read_table(folder, "instance")
        self.categories = tables.read_table(folder, "category")
        self.attributes = tables.read_table(folder, "attribute")
        self.visibilities = tables.read_table(folder, "visibility")

    def tracks(self, samples: Table, times: Mapping[str, int]) -> list[Track]:
        """Gather the annotations of the samples in `times` (token to instant) by instance."""
        rows: dict[str, list[Row]] = {}
        for row in tables.stream_rows(self.path):
            tables.text(row, "token", path=self.path)
            sample = samples.find(row, "sample_token", of=self.path)
            instance = self.instances.find(row, "instance_token", of=self.path)
            if sample["token"] in times:
                rows.setdefault(instance["token"], []).append(row)
        return [self._track(row, rows[token], times) for token, row in self.instances.rows.items() if token in rows]

    def _track(self, instance: Row, rows: list[Row], times: Mapping[str, int]) -> Track:
        rows = sorted(rows, key=lambda row: times[row["sample_token"]])
        self._check(instance, rows)
        category = self.categories.find(instance, "category_token", of=self.instances.path)
        instants = np.array([times[row["sample_token"]] for row in rows], np.int64)
        twice = np.flatnonzero(np.diff(instants) <= 0)
        if len(twice):
            raise tables.field_error(
                self.path, rows[int(twice[0]) + 1], "sample_token", "one box per instance and sample"
            )
        track_id = instance.get(ID_FIELD, instance["token"])
        if not isinstance(track_id, str):
            raise tables.field_error(self.instances.path, instance, ID_FIELD, "text")
        return Track(
            id=track_id,
            category=tables.text(category, "name", path=self.categories.path),
            timestamps_ns=instants,
            cuboids=self._cuboids(rows),
            sources=sources_of(len(rows), Source.IMPORTED),
            sigmas=unknown_sigmas(len(rows)),
            box_attributes=self._box_attributes(rows),
        )

    def _check(self, instance: Row, rows: list[Row]) -> None:
        """Check the chain of an instance's annotations against what the instance says of it."""
        path = self.instances.path
        if tables.integer(instance, "nbr_annotations", path=path) != len(rows):
            raise tables.field_error(path, instance, "nbr_annotations", f"{len(rows)}, the rows in {self.path.name}")
        for field, row in (("first_annotation_token", rows[0]), ("last_annotation_token", rows[-1])):
            if instance.get(field) != tables.text(row, "token", path=self.path):
                raise tables.field_error(path, instance, field, f"{row['token']!r}, by time")
        check_chain(self.path, rows)

    def _cuboids(self, rows: list[Row]) -> Cuboids:
        sizes = np.array([tables.numbers(row, "size", 3, path=self.path) for row in rows])
        if not (sizes > 0).all():
            row = rows[int(np.argmin((sizes > 0).all(axis=1)))]
            raise tables.field_error(self.path, row, "size", "positive width, length, height in metres")
        return Cuboids(
            centers=np.array([tables.numbers(row, "translation", 3, path=self.path) for row in rows]),
            sizes=sizes[:, [1, 0, 2]],
            rotations=rotations_from_quaternions([tables.quaternion(row, path=self.path) for row in rows]),
            frame="world",
        )

    def _box_attributes(self, rows: list[Row]) -> dict[str, tuple[Attribute | None, ...]]:
        """Each attribute that some box has as a column of true and false, then visibility and counts."""
        names = [self._attribute_names(row) for row in rows]
        columns: dict[str, tuple[Attribute | None, ...]] = {
            name: tuple(name in own for own in names) for name in dict.fromkeys(name for own in names for name in own)
        }
        columns["visibility"] = tuple(self._visibility(row) for row in rows)
        for field in ("num_lidar_pts", "num_radar_pts"):
            columns[field] = tuple(tables.integer(row, field, path=self.path) for row in rows)
        return columns

    def _attribute_names(self, row: Row) -> list[str]:
        tokens = row.get("attribute_tokens")
        if not isinstance(tokens, list):
            raise tables.field_error(self.path, row, "attribute_tokens", "a list of tokens")
        names = []
        for token in tokens:
            found = self.attributes.rows.get(token) if isinstance(token, str) else None
            if found is None:
                raise tables.field_error(self.path, row, "attribute_tokens", f"tokens of {self.attributes.path.name}")
            names.append(tables.text(found, "name", path=self.attributes.path))
        return names

    def _visibility(self, row: Row) -> str | None:
        if row.get("visibility_token") == "":
            return None  # data sets converted from others leave it empty
        found = self.visibilities.find(row, "visibility_token", of=self.path)
        return tables.text(found, "level", path=self.visibilities.path)


def _chosen(root: Path, name: str | None, drive: Drive | None) -> str:
    names = sorted(scenes(root))
    if not names:
        raise FormatError(
            root, "", expected="nuScenes tables (a folder v1.0-* with scene.json)", found="none with a scene"
        )
    if name is not None:
        return name
    if drive is not None:
        # A scene keeps its name when its tables are written anew, without the version in front.
        for wanted in (drive.name, drive.name.rpartition("/")[2]):
            if wanted in names:
                return wanted
    if len(names) > 1:
        asked = "" if drive is None else f", none of them is called {drive.name} as the drive"
        shown = ", ".join(names[:12]) + (" ..." if len(names) > 12 else "")
        raise ArgumentError(f"{root} holds {len(names)} scenes{asked}; write {root}#SCENE, SCENE one of: {shown}")
    if drive is not None:
        logger.warning("%s: its only scene %s is taken for the drive %s", root, names[0], drive.name)
    return names[0]


def _snapped(times: NDArray[np.int64], drive: Drive | None) -> NDArray[np.int64]:
    """Give instants rounded to microseconds back the nanoseconds of the drive's frames."""
    if drive is None or not len(drive.rig) or not len(frames := frame_timestamps_ns(drive)):
        return times
    i_frames = frame_of(times, frames)
    return np.where(i_frames < 0, times, frames[i_frames])
