"""Edits of whole tracks as pure functions: labels in, labels out, so that undoing is keeping the old value."""

from sensorann.tracks.surgery.identity import delete_span, merge, relink, split
from sensorann.tracks.surgery.placing import attach, copy_static
from sensorann.tracks.surgery.shape import reverse, unify_size

__all__ = ["attach", "copy_static", "delete_span", "merge", "relink", "reverse", "split", "unify_size"]
