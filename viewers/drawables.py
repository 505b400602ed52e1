"""Points and lines as Open3D draws them."""

from __future__ import annotations

import numpy as np
import open3d as o3d
from numpy.typing import NDArray

from sensorann.geometry import Transform
from viewers.surroundings import Lines


def cloud(points: NDArray[np.float32], colors: NDArray[np.float32]) -> o3d.t.geometry.PointCloud:
    """Points (N, 3), N >= 1, in the frame that is drawn, with their colors (N, 3), RGB from 0 to 1."""
    drawn = o3d.t.geometry.PointCloud()
    drawn.point.positions = o3d.core.Tensor.from_numpy(np.ascontiguousarray(points))
    drawn.point.colors = o3d.core.Tensor.from_numpy(np.ascontiguousarray(colors))
    return drawn


def lines(drawn: Lines, drawn_from_lines: Transform) -> o3d.geometry.LineSet:
    """Straight lines, put in the frame that is drawn."""
    n = len(drawn.starts)
    made = o3d.geometry.LineSet()
    ends = drawn_from_lines.apply(np.concatenate([drawn.starts, drawn.ends]))
    made.points = o3d.utility.Vector3dVector(ends)
    made.lines = o3d.utility.Vector2iVector(np.column_stack([np.arange(n), n + np.arange(n)]).astype(np.int32))
    made.colors = o3d.utility.Vector3dVector(np.array(drawn.colors))
    return made
