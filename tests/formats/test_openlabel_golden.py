"""The OpenLABEL files of earlier versions read as ever."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from sensorann.formats.openlabel import labels as openlabel
from sensorann.geometry import Cuboids
from sensorann.scene import (
    Event,
    ImageTrack,
    Ontology,
    Relation,
    Source,
    Tag,
    default_ontology,
)
from tests.builders import FRAME_NS, START_NS, make_labels, make_track
from tests.formats.openlabel_labels import content

GOLDEN = Path(__file__).parent / "golden"


def golden_labels():
    """One of everything, with values that no rounding may touch."""
    times = START_NS + np.array([0, 1, 3]) * FRAME_NS
    car = replace(
        make_track(
            id="17",
            timestamps_ns=times,
            attributes={"colour": "rot", "length_m": 4.2, "parked": False, "doors": 5},
            box_attributes={"occluded": (0, None, 2), "speed": (float("nan"), 1.5, None)},
        ),
        cuboids=Cuboids(
            centers=np.array([[0.1, 1 / 3, -2.5], [1e-9, 5_429_000.456, 0], [2, 3, 4]]),
            sizes=np.tile([4.2, 1.8, 1.5], (3, 1)),
            # No sines and cosines: their last bit is the machine's.
            rotations=np.array([np.eye(3), [[0.28, -0.96, 0], [0.96, 0.28, 0], [0, 0, 1]], np.diag([-1.0, -1, 1])]),
            frame="world",
        ),
        sources=np.array([Source.HUMAN, Source.INTERPOLATED, Source.FITTED], np.uint8),
        sigmas=np.array([[np.nan] * 7, [0.1] * 7, [0.1, np.nan, 0.3, np.nan, np.nan, np.nan, 0.01]]),
    )
    shown = ImageTrack(
        id="17",
        camera="CAM_FRONT",
        category="Car",
        timestamps_ns=times[:2],
        boxes=np.array([[10.0, 20.0, 30.5, 40.25], [0.1, 0.2, 0.7, 0.9]]),
        sources=np.array([Source.DETECTED, Source.IMPORTED], np.uint8),
    )
    return make_labels(
        car,
        make_track(id="a pedestrian", category="pedestrian", n=1, yaws=[0]),
        drive_name="drive 7",
        image_tracks=(shown,),
        ontology=Ontology(tuple(_of_that_time(default_ontology()[name]) for name in ("car", "pedestrian"))),
        events=(Event(id="e", category="lane_change", start_ns=START_NS, end_ns=START_NS + 2 * FRAME_NS),),
        relations=(Relation(id="1", predicate="waitsFor", subject_id="17", object_id="a pedestrian"),),
        tags=(Tag(name="weather", value="rain", timestamp_ns=START_NS), Tag(name="lanes", value=3)),
    )


def _of_that_time(category):
    """A category with the aliases that it had when the golden file was written."""
    return replace(category, aliases={name: category.aliases[name] for name in ("kitti", "nuscenes")})


def test_a_file_of_the_first_format_version_reads_as_ever():
    assert content(openlabel.read(GOLDEN / "openlabel_1.json", None)) == content(golden_labels())


def test_the_file_format_has_not_changed_unnoticed(tmp_path):
    openlabel.write(golden_labels(), tmp_path / "labels.json", None)
    assert (tmp_path / "labels.json").read_text() == (GOLDEN / "openlabel_1.json").read_text()
