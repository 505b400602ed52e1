"""Edits of whole tracks as pure functions: labels in, labels out, so that undoing is keeping the old value."""

from sensorann.tracks.surgery.doubles import delete_doubled
from sensorann.tracks.surgery.identity import delete_span, delete_unlikely, free_id, merge, relink, split
from sensorann.tracks.surgery.images import delete_image_box, put_image_box
from sensorann.tracks.surgery.nudging import move, move_each, turn, turn_each
from sensorann.tracks.surgery.placing import attach, copy_static
from sensorann.tracks.surgery.rows import row_at, with_tracks
from sensorann.tracks.surgery.shape import move_faces, reverse, unify_size
from sensorann.tracks.surgery.single import put_box, set_box_attribute, set_source, started
from sensorann.tracks.surgery.wording import clear_attribute, set_category

__all__ = [
    "attach",
    "clear_attribute",
    "copy_static",
    "delete_doubled",
    "delete_image_box",
    "delete_span",
    "delete_unlikely",
    "free_id",
    "merge",
    "move",
    "move_each",
    "move_faces",
    "put_box",
    "put_image_box",
    "relink",
    "reverse",
    "row_at",
    "set_box_attribute",
    "set_category",
    "set_source",
    "split",
    "started",
    "turn",
    "turn_each",
    "unify_size",
    "with_tracks",
]
