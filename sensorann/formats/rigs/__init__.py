"""Files that say where sensors sit and how cameras see, of many tools: read, written, and put in place of a drive's."""

from sensorann.formats.rigs.applying import recalibrated
from sensorann.formats.rigs.document import EGO, Intrinsics, Placement, RigDocument, document_of
from sensorann.formats.rigs.opening import RIG_FORMATS, read_rig_document, write_rig_document

__all__ = [
    "EGO",
    "RIG_FORMATS",
    "Intrinsics",
    "Placement",
    "RigDocument",
    "document_of",
    "read_rig_document",
    "recalibrated",
    "write_rig_document",
]
