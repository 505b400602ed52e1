"""Sensors joined by how they move: poses and clocks."""
