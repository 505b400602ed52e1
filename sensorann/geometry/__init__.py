"""Checked maths in metres and radians: transforms, trajectories, cameras, boxes, points."""

from sensorann.geometry.cameras import Camera
from sensorann.geometry.cuboids import Cuboid, Cuboids
from sensorann.geometry.deskew import deskew_points
from sensorann.geometry.outlines import outlines, rectangle_overlaps
from sensorann.geometry.overlap import bev_giou, bev_iou, giou_3d, iou_3d, paired_bev_iou, paired_iou_3d, rotated_nms
from sensorann.geometry.points import (
    PointGroups,
    Voxels,
    euclidean_clusters,
    points_in_cuboid,
    points_in_cuboids,
    voxel_downsample,
)
from sensorann.geometry.trajectory import Trajectory
from sensorann.geometry.transforms import Transform, Transforms

__all__ = [
    "Camera",
    "Cuboid",
    "Cuboids",
    "PointGroups",
    "Trajectory",
    "Transform",
    "Transforms",
    "Voxels",
    "bev_giou",
    "bev_iou",
    "deskew_points",
    "euclidean_clusters",
    "giou_3d",
    "iou_3d",
    "outlines",
    "paired_bev_iou",
    "paired_iou_3d",
    "points_in_cuboid",
    "points_in_cuboids",
    "rectangle_overlaps",
    "rotated_nms",
    "voxel_downsample",
]
