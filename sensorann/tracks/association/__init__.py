"""Detections into tracks: which boxes are one object, and what that says about each of them."""
