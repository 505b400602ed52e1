"""An OpenLABEL document, ours or anybody's, to labels."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sensorann.errors import FormatError
from sensorann.formats.openlabel.elements import read_events, read_ontology, read_relations, read_tags
from sensorann.formats.openlabel.node import Losses, Node, load
from sensorann.formats.openlabel.objects import ObjectReader
from sensorann.formats.openlabel.placing import PlacedCuboid, all_reach_world
from sensorann.formats.openlabel.rig import EGO, WORLD
from sensorann.formats.openlabel.systems import CoordinateSystems
from sensorann.formats.openlabel.time import FrameClock
from sensorann.formats.openlabel.values import MARK
from sensorann.formats.openlabel.write import FORMAT_VERSION
from sensorann.scene import Drive, Labels, Motion, Ontology, default_ontology

_logger = logging.getLogger(__name__)
_FRAME_SECTIONS = ("objects", "actions", "events", "contexts", "relations")
_SURROUNDINGS = ("metadata", "ontologies", "resources", "coordinate_systems", "streams", "frames", "frame_intervals")
_SECTIONS = frozenset({*_FRAME_SECTIONS, *_SURROUNDINGS, "tags"})
_METADATA = frozenset({"schema_version", "name", MARK})


@dataclass(frozen=True, slots=True)
class _Header:
    """What only our own documents say."""

    drive_name: str
    frame: str


def labels_of(path: Path, drive: Drive | None) -> Labels:
    """Read an OpenLABEL file; see `sensorann.formats.openlabel.labels.read`."""
    root = load(path)
    losses = Losses()
    header = _read_header(root)
    _check_sections(root, losses)
    clock = FrameClock(root, drive, losses)
    systems = CoordinateSystems(root, drive)
    objects = ObjectReader(root, clock, systems, losses, ours=header is not None).read()
    frame = _target_frame(objects.cuboids, header, drive, systems)
    ontology = read_ontology(root) or default_ontology()
    tracks = objects.tracks(frame)
    named = [track.category for track in tracks] + [track.category for track in objects.image_tracks]
    ours = header is not None
    with root.explaining("consistent labels"):
        labels = Labels(
            drive_name=header.drive_name if header is not None else _drive_name(root, drive),
            frame=frame,
            tracks=tracks,
            ontology=_completed(ontology, named, path),
            image_tracks=objects.image_tracks,
            events=read_events(root, clock, losses, ours=ours),
            relations=read_relations(root, objects.id_of, losses, ours=ours),
            tags=read_tags(root, clock, losses, ours=ours),
        )
    losses.report(path)
    return labels


def _read_header(root: Node) -> _Header | None:
    own = root.require("metadata").get(MARK)
    if own is None:
        return None
    version = own.require("format_version")
    if version.integer() > FORMAT_VERSION:
        raise FormatError(
            root.file,
            version.where,
            expected=f"at most {FORMAT_VERSION}, which this sensorann reads: upgrade sensorann",
            found=str(version.integer()),
        )
    frame = own.require("frame")
    if frame.text() not in (WORLD, EGO):
        raise frame.refused("world or ego")
    return _Header(drive_name=own.require("drive_name").text(), frame=frame.text())


def _check_sections(root: Node, losses: Losses) -> None:
    """Count sections that have no place, and refuse frames that speak of elements which do not exist."""
    for name, section in root.members():
        if name not in _SECTIONS:
            losses.count(f"entries of an unknown section {name!r}", _size(section))
    more = root.require("metadata").mapping().keys() - _METADATA
    if more:
        losses.count("entries of the metadata", len(more))
    known = {name: dict(root.section(name)) for name in _FRAME_SECTIONS}
    for _, frame in root.section("frames"):
        for name, section in frame.members():
            if name == "frame_properties":
                continue
            if name not in known:
                losses.count(f"entries of frames' unknown section {name!r}", _size(section))
                continue
            for key, mention in section.members():
                if key not in known[name]:
                    raise mention.refused(f"a key of openlabel.{name}", found=f"{key}, which is not declared there")
                if name not in ("objects", "relations") and mention.mapping():
                    losses.count(f"values of {name} in single frames")


def _size(node: Node) -> int:
    return len(node.value) if isinstance(node.value, dict | list) else 1


def _drive_name(root: Node, drive: Drive | None) -> str:
    if drive is not None:
        return drive.name
    name = root.require("metadata").get("name")
    return name.text() if name is not None and name.value else root.file.stem


def _target_frame(
    cuboids: Sequence[PlacedCuboid], header: _Header | None, drive: Drive | None, systems: CoordinateSystems
) -> str:
    """World where there are ego poses, else ego."""
    has_trajectory = drive is not None and drive.trajectory is not None
    if header is not None and not has_trajectory:
        return header.frame
    if not cuboids:
        return WORLD if has_trajectory or systems.declares_world else EGO
    return WORLD if all_reach_world(cuboids, systems) else EGO


def _completed(ontology: Ontology, names: Iterable[str], path: Path) -> Ontology:
    """Extend an ontology by the categories that it does not know."""
    missing = list(dict.fromkeys(name for name in names if name not in ontology))
    motions = {category.name: category.motion for category in ontology.categories}
    for name in missing:
        # How it moves is told by a category that differs in capitals only (Bus, Bicycle), else it is a vehicle.
        ontology = ontology.extended(name, motion=motions.get(name.lower(), Motion.VEHICLE))
    if missing:
        added = ", ".join(f"{name!r} ({ontology[name].motion})" for name in missing)
        _logger.warning("%s: the ontology did not know %s; added with a generic size", path, added)
    return ontology
