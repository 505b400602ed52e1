"""Drives with known truth: a seeded town, a LiDAR, a radar and cameras."""

from sensorann.simulate.drive import SimulatedDrive
from sensorann.simulate.simulation import simulate_drive

__all__ = ["SimulatedDrive", "simulate_drive"]
