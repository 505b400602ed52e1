"""Other people's files and the packed drive; the only room that knows how anything lies on a disk."""

from sensorann.formats.detecting import read_detections
from sensorann.formats.image_boxes import read_image_boxes
from sensorann.formats.labelling import LABEL_FORMATS, are_labels, read_labels, writable_format, write_labels
from sensorann.formats.opening import list_drives, open_drive
from sensorann.formats.packed.drive import pack
from sensorann.formats.rigs import RIG_FORMATS, document_of, read_rig_document, write_rig_document
from sensorann.formats.written import Written

__all__ = [
    "LABEL_FORMATS",
    "RIG_FORMATS",
    "Written",
    "are_labels",
    "document_of",
    "list_drives",
    "open_drive",
    "pack",
    "read_detections",
    "read_image_boxes",
    "read_labels",
    "read_rig_document",
    "writable_format",
    "write_labels",
    "write_rig_document",
]
