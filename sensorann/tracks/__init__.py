"""Boxes over time: everything between two keyframes is computed."""

from sensorann.tracks.interpolation import interpolate

__all__ = ["interpolate"]
