"""Checked maths in metres and radians: transforms, trajectories, cameras, boxes, points."""

from sensorann.geometry.cameras import Camera
from sensorann.geometry.cuboids import Cuboid, Cuboids
from sensorann.geometry.trajectory import Trajectory
from sensorann.geometry.transforms import Transform, Transforms

__all__ = ["Camera", "Cuboid", "Cuboids", "Trajectory", "Transform", "Transforms"]
