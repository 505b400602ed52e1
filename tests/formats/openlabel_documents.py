"""OpenLABEL documents as other programs write them."""

import json

from sensorann.formats.openlabel import labels as openlabel
from tests.builders import START_NS

EULER = [10.0, 2.0, 0.5, 0.0, 0.0, 0.3, 4.0, 2.0, 1.5]


def make_document(*, system="ego", val=EULER, timestamp=str(START_NS), systems=None, **sections):
    """One car with one cuboid in frame 0."""
    cuboid = {"name": "shape", "val": val, **({"coordinate_system": system} if system else {})}
    default = {"ego": {"type": "local_cs", "parent": ""}}
    document = {
        "metadata": {"schema_version": "1.0.0"},
        "coordinate_systems": default if systems is None else systems,
        "objects": {"17": {"name": "", "type": "car"}},
        "frames": {
            "0": {
                "frame_properties": {"timestamp": timestamp},
                "objects": {"17": {"object_data": {"cuboid": [cuboid]}}},
            }
        },
        **sections,
    }
    if timestamp is None:
        del document["frames"]["0"]["frame_properties"]
    return {"openlabel": document}


def read(tmp_path, document, drive=None):
    path = tmp_path / "labels.json"
    path.write_text(json.dumps(document))
    return openlabel.read(path, drive)
