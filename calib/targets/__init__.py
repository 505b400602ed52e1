"""Pairs of sensors from targets that both saw: detections, sessions, one file per pair."""
