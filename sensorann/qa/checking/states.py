"""The state of objects when they were checked: of one that was changed since, nobody knows what is wrong."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection

from sensorann.qa.checking.finding import Finding
from sensorann.qa.sampling import fingerprint
from sensorann.scene import Labels


def repaired_objects(finding: Finding) -> frozenset[str]:
    """Ids of the objects that a repair is about."""
    names = {edit.arguments.get(key) for edit in finding.repair for key in ("track_id", "other_id")}
    return frozenset(str(name) for name in names if name is not None)


def states(labels: Labels, ids: Collection[str]) -> dict[str, str]:
    """SHA-256 of all that is labelled of some objects: boxes in space and in pictures, category, attributes.

    Objects that there are not are left out; sources and sigmas are not seen.
    """
    said: dict[str, list[object]] = {track.id: [fingerprint(track)] for track in labels.tracks if track.id in ids}
    for image in sorted(labels.image_tracks, key=lambda one: one.camera):
        if image.id in ids:
            drawn = image.camera, image.timestamps_ns.tolist(), image.boxes.tolist()
            said.setdefault(image.id, []).append(drawn)
    return {name: hashlib.sha256(json.dumps(parts).encode()).hexdigest() for name, parts in said.items()}
