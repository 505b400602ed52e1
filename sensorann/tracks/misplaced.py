"""Keyframes whose box lies beside its object: others know what that looks like, the sweep shows where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from sensorann.fitting.template import FEWEST_TEMPLATE_POINTS, View, build_template, template_points
from sensorann.geometry import Cuboid, Transform
from sensorann.kernels.following import FEWEST_POINTS, INLIER_DISTANCE, Gates, register_frame
from sensorann.scene import Motion
from sensorann.tracks.clouds import Clouds
from sensorann.tracks.following import GATES, Gap, relative

# People stand in groups and look alike: the points beside a box may well be somebody else.
LARGE = (Motion.VEHICLE, Motion.TWO_WHEELER)
# Where the object is looked for: metres along and across the box, and how far from there it may be found.
STARTS = (*((along, 0.0) for along in np.arange(-3.0, 3.1, 0.5)), *((0.0, across) for across in (-2.0, -1.0, 1.0, 2.0)))
START_VARIANCES = np.diag([0.3**2, 0.3**2, 0.05**2, 1.0, 1.0, 1.0])
SEARCH = 3.0
# A box is beside its object where that lies at least so many metres away and explains so many times more points there,
# but for this share all of those that the person took for it.
NEAREST, TIMES_MORE, MOST_LOST = 1.0, 1.5, 0.3
MOST_POINTS = 200


def offset_of_object(gap: Gap, clouds: Clouds, k: int, others: Sequence[View], *, motion: Motion) -> float:
    """Look for the object around the box of a keyframe, by what other keyframes show of it.

    Parameters
    ----------
    gap, clouds : of the track
    k : frame of the gap, one of its keyframes
    others : what other keyframes of the track show
    motion : motion class

    Returns
    -------
    float
        Metres in plan from the box to the object; 0 where it lies in the box, or where nobody can tell.
    """
    box, gates = relative(gap.cuboids, clouds.origin).record(k), GATES[motion]
    others = [replace(view, points=_thinned(view.points), across=_thinned(view.across)) for view in others]
    known = np.concatenate([np.zeros((0, 3)), *(view.points for view in others)])
    if motion not in LARGE or len(known) < FEWEST_TEMPLATE_POINTS:
        return 0.0
    # From here on everything is in the axes of the box.
    points = _thinned(template_points(clouds.frame(k), box, margin=SEARCH))
    viewer = (clouds.viewers[k] - box.center) @ box.frame_from_cuboid.rotation
    tree, own = KDTree(known), _inside(points, np.zeros(3), box.size, gates)
    enough = TIMES_MORE * _explained(tree, own) + FEWEST_POINTS
    if len(points) < enough:
        return 0.0
    best, most = np.zeros(3), 0
    for pose in _found(points, viewer, box.size, others, gates):
        n = _explained(tree, _inside(points, pose, box.size, gates))
        best, most = (pose, n) if n > most else (best, most)
    offset = float(np.hypot(*best[:2]))
    lost = len(own) - _explained(tree, _inside(own, best, box.size, gates))
    believed = most >= enough and lost <= MOST_LOST * max(len(own), FEWEST_POINTS)
    return offset if believed and offset > NEAREST else 0.0


def _found(
    points: NDArray[np.float64],
    viewer: NDArray[np.float64],
    size: tuple[float, float, float],
    others: Sequence[View],
    gates: Gates,
) -> list[NDArray[np.float64]]:
    """Register what is seen from every start; poses (3,) that are to be believed."""
    template = build_template(others, size)
    if template is None:
        return []
    seen, edges, upright = points.astype(np.float32), np.array(size), np.eye(3)
    found = []
    for start in STARTS:
        prior, pose, covariance = np.array([*start, 0.0, 0.0, 0.0, 0.0]), np.zeros(3), np.zeros((3, 3))
        if register_frame(
            seen, viewer[:2], prior, START_VARIANCES, edges, upright, 0.0, template, gates, pose, covariance
        ):
            found.append(pose)
    return found


def _thinned(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Leave out evenly what is more than is needed."""
    return rows[:: max(1, -(-len(rows) // MOST_POINTS))]


def _inside(
    points: NDArray[np.float64], pose: NDArray[np.float64], size: tuple[float, float, float], gates: Gates
) -> NDArray[np.float64]:
    """Points in a box of that size at a pose (x, y, yaw), in its axes."""
    box = Cuboid(frame_from_cuboid=Transform.from_yaw(pose[2], [*pose[:2], 0.0]), size=size, frame="cuboid")
    return template_points(points, box, margin=gates.box_margin)


def _explained(tree: KDTree, points: NDArray[np.float64]) -> int:
    """Count the points that others have shown to be the object's."""
    return int(np.count_nonzero(tree.query(points)[0] < INLIER_DISTANCE))
