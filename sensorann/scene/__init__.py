"""What a drive and its labels are; knows no file format."""

from sensorann.scene.annotations import Event, ImageTrack, Relation, Tag
from sensorann.scene.deskewing import at_one_instant, deskew
from sensorann.scene.detections import Detections
from sensorann.scene.drive import Drive, check_drive, check_index, frame_timestamps_ns, one_line, reference_sensor
from sensorann.scene.ground_speeds import Returns, returns_over_ground
from sensorann.scene.guideline import Guideline, guideline_from
from sensorann.scene.labels import Labels
from sensorann.scene.motion import MOTION_MODELS, Motion, MotionModel, Wander
from sensorann.scene.ontology import Category, Ontology, check_ontology
from sensorann.scene.recalibrated import RecalibratedDrive
from sensorann.scene.rig import SENSOR_KINDS, Rig, Sensor, SensorKind, sensor_kind
from sensorann.scene.sweep import Sweep, check_sweep
from sensorann.scene.sync import nearest_indices, sync
from sensorann.scene.track import SIGMA_NAMES, Attribute, Source, Track, sources_of, unknown_sigmas
from sensorann.scene.usual_categories import default_ontology
from sensorann.scene.variety import unusual_variety, variety
from sensorann.scene.world import from_sensor, into_sensor, labels_in_world, track_in_ego

__all__ = [
    "MOTION_MODELS",
    "SENSOR_KINDS",
    "SIGMA_NAMES",
    "Attribute",
    "Category",
    "Detections",
    "Drive",
    "Event",
    "Guideline",
    "ImageTrack",
    "Labels",
    "Motion",
    "MotionModel",
    "Ontology",
    "RecalibratedDrive",
    "Relation",
    "Returns",
    "Rig",
    "Sensor",
    "SensorKind",
    "Source",
    "Sweep",
    "Tag",
    "Track",
    "Wander",
    "at_one_instant",
    "check_drive",
    "check_index",
    "check_ontology",
    "check_sweep",
    "default_ontology",
    "deskew",
    "frame_timestamps_ns",
    "from_sensor",
    "guideline_from",
    "into_sensor",
    "labels_in_world",
    "nearest_indices",
    "one_line",
    "reference_sensor",
    "returns_over_ground",
    "sensor_kind",
    "sources_of",
    "sync",
    "track_in_ego",
    "unknown_sigmas",
    "unusual_variety",
    "variety",
]
