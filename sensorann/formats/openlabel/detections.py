"""OpenLABEL as detections: every 3D box with an attribute `score`, whatever object it was put under."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sensorann.errors import FormatError
from sensorann.formats.openlabel import labels as openlabel
from sensorann.geometry import Cuboids
from sensorann.scene import Detections, Drive, labels_in_world


def recognises(path: Path) -> bool:
    """Tell whether a path is an OpenLABEL file."""
    return openlabel.recognises(path)


def read(path: Path, drive: Drive) -> Detections:
    """Read the detections of one drive.

    Raises
    ------
    FormatError
        When the file is damaged, or a box has no finite score or an unknown category; object and instant are named.
    """
    labels = labels_in_world(openlabel.read(path, drive), drive.trajectory)
    scores: list[float] = []
    for track in labels.tracks:
        if track.category not in labels.ontology:
            raise FormatError(path, f"object {track.id}", expected="a known category", found=repr(track.category))
        said = track.box_attributes.get("score", (None,) * len(track))
        for time, score in zip(track.timestamps_ns, said, strict=True):
            if isinstance(score, bool | str | None) or not np.isfinite(score):
                where = f"object {track.id} at {time} ns, attribute score"
                raise FormatError(path, where, expected="the finite score of a detection", found=repr(score))
            scores.append(float(score))
    empty = Cuboids.from_yaws(np.zeros((0, 3)), np.ones((0, 3)), np.zeros(0), frame=labels.frame)
    return Detections(
        timestamps_ns=np.concatenate([np.zeros(0, np.int64), *(track.timestamps_ns for track in labels.tracks)]),
        cuboids=Cuboids.concatenate([empty, *(track.cuboids for track in labels.tracks)]),
        categories=tuple(track.category for track in labels.tracks for _ in range(len(track))),
        scores=np.array(scores, np.float64),
        ontology=labels.ontology,
    )
