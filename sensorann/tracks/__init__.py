"""Boxes over time: everything between two keyframes is computed, and detections are joined to tracks."""

from sensorann.tracks.association.tracking import track
from sensorann.tracks.interpolation import interpolate
from sensorann.tracks.prelabelling.prelabel import prelabel
from sensorann.tracks.suggesting.suggest import Suggestion, suggest

__all__ = ["Suggestion", "interpolate", "prelabel", "suggest", "track"]
