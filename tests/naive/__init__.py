"""Slow, obviously right versions of every compiled loop: the reference that the fast ones are checked against."""

from tests.naive.belief import end_chances, log_mixture, near_sides, weigh_edge, whole_chances
from tests.naive.cameras import project_fisheye, project_pinhole
from tests.naive.curves import hermite, linear, natural_cubic, pchip, smooth_track, unwrap
from tests.naive.geometry import (
    clusters,
    deskew,
    footprint,
    footprint_iou,
    nested_stays,
    points_in_cuboid,
    shared_volume,
    suppress,
    voxels,
)
from tests.naive.ground import cell_means, filled_height, fit_ground_plane, grow_ground, height_on_lattice
from tests.naive.metrics import interruptions, loyal_choice, swept_accuracy
from tests.naive.outlines import edge_score, l_shape_area, l_shape_closeness, l_shape_variance, l_shape_yaw
from tests.naive.packing import lzf_decompress
from tests.naive.pairing import best_choice, greedy_choice, near_pairs
from tests.naive.registration import explained, lay_onto, on_template, roll, smooth_poses
from tests.naive.sight import (
    count_beside,
    count_rays,
    gather_around,
    look_toward,
    lowest_around,
    lowest_of_cells,
    nearest_row,
    outermost,
    plan_bounds,
    standing_on,
    within_cone,
)
from tests.naive.simulated import ray_into_box, ray_into_ground, town_height
from tests.naive.tracking import closeness, constant_velocity_filter, distance_iou, misfit

__all__ = [
    "best_choice",
    "cell_means",
    "closeness",
    "clusters",
    "constant_velocity_filter",
    "count_beside",
    "count_rays",
    "deskew",
    "distance_iou",
    "edge_score",
    "end_chances",
    "explained",
    "filled_height",
    "fit_ground_plane",
    "footprint",
    "footprint_iou",
    "gather_around",
    "greedy_choice",
    "grow_ground",
    "height_on_lattice",
    "hermite",
    "interruptions",
    "l_shape_area",
    "l_shape_closeness",
    "l_shape_variance",
    "l_shape_yaw",
    "lay_onto",
    "linear",
    "log_mixture",
    "look_toward",
    "lowest_around",
    "lowest_of_cells",
    "loyal_choice",
    "lzf_decompress",
    "misfit",
    "natural_cubic",
    "near_pairs",
    "near_sides",
    "nearest_row",
    "nested_stays",
    "on_template",
    "outermost",
    "pchip",
    "plan_bounds",
    "points_in_cuboid",
    "project_fisheye",
    "project_pinhole",
    "ray_into_box",
    "ray_into_ground",
    "roll",
    "shared_volume",
    "smooth_poses",
    "smooth_track",
    "standing_on",
    "suppress",
    "swept_accuracy",
    "town_height",
    "unwrap",
    "voxels",
    "weigh_edge",
    "whole_chances",
    "within_cone",
]
