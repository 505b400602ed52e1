"""The page of a pair of sensors: residuals, coverage, what each axis gained, sigmas in pixels, modes, pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from calib.estimation.estimate import Estimate
from calib.estimation.pixel_sigma import DEPTHS, pose_sigmas
from calib.estimation.summary import shown_pose, shown_sigmas
from calib.estimation.tangent import AXES
from calib.lenses.trust import picture_grid
from calib.report.figures import LEFT_OUT, MEASURED, USED, WANTED, Figure, figure, points, shares, sigma_map
from calib.report.overlays import Overlay, draw_overlays
from calib.report.page import Page, Table, axes_table, rejected_table
from sensorann.geometry import Camera


def pair_page(found: Estimate, *, camera: Camera | None = None, overlays: Sequence[Overlay] = ()) -> Page:
    """Return the page of a pair of sensors.

    Parameters
    ----------
    found : Estimate
    camera : the lens of the source, for maps in pixels
    overlays : pictures of that camera with points of the target sensor
    """
    return Page(
        title=f"{found.source} in the frame of {found.target}",
        lead=f"{int(found.inliers.sum())} of {len(found.problem)} targets; residuals {found.noise_scale:.2f} times the "
        "stated noise; angles about the axes of the target frame, from the usual mounting",
        doubts=found.warnings,
        tables=_tables(found),
        figures=pair_figures(found, camera),
        pictures={} if camera is None else draw_overlays(found, overlays, camera),
    )


def pair_figures(found: Estimate, camera: Camera | None) -> dict[str, Figure]:
    """Plots of a pair of sensors by title."""
    figures = {
        "Residuals of each target, in standard deviations": _residuals(found),
        "Targets from above": _coverage(found),
        "What the targets told: sigma left of what was known before": shares(found.seen),
    }
    if camera is not None:
        figures |= {
            f"Sigma of points {depth:g} m away, in pixels": sigma_map(
                camera, pose_sigmas(camera, found.target_from_source, found.covariance, pixels=grid, depth=depth)
            )
            for depth, grid in ((depth, picture_grid(camera)) for depth in DEPTHS)
        }
    return figures


def _tables(found: Estimate) -> list[Table]:
    pose = shown_pose(found.target_from_source, found.mounting)
    modes = tuple(
        (f"+{mode.excess:.1f}", *(f"{one:.3f}" for one in shown_pose(mode.solution.target_from_source, found.mounting)))
        for mode in found.modes
    )
    return [
        axes_table(pose, shown_sigmas(found), weak=found.seen.weak_axes),
        Table("Poses that fit within 95 %", ("chi-square", *AXES), modes),
        rejected_table(found.rejected),
    ]


def _residuals(found: Estimate) -> Figure:
    pose, problem = found.target_from_source, found.problem
    residuals, _ = problem.target.compare(pose.apply(problem.first_points(pose)))
    traces = [
        points(
            [problem.names[group] for group in problem.groups],
            residuals[:, k],
            name=name,
            text=["used" if found.inliers[group] else "left out" for group in problem.groups],
        )
        for k, name in enumerate(problem.target.coordinates)
    ]
    return figure(traces, x="target", y="sigmas", type="category")


def _coverage(found: Estimate) -> Figure:
    pose, problem = found.target_from_source, found.problem
    placed = pose.apply(problem.first_points(pose))
    used = found.inliers[problem.groups]
    names = np.array(problem.names)[problem.groups]
    measured = problem.target.positions()
    traces = [
        points(placed[rows, 0], placed[rows, 1], name=name, color=color, text=names[rows].tolist())
        for rows, name, color in ((used, f"by {found.source}", USED), (~used, "left out", LEFT_OUT))
    ]
    if measured is not None:
        rings = points(measured[:, 0], measured[:, 1], name=f"by {found.target}", color=MEASURED)
        rings["marker"] |= {"symbol": "circle-open", "size": 10}
        traces.append(rings)
    place = found.next_target.point_target
    wanted = points([float(place[0])], [float(place[1])], name=f"next, at height {place[2]:.1f} m", color=WANTED)
    wanted["marker"] |= {"symbol": "square", "size": 11}
    return figure([*traces, wanted], x=f"x of {found.target}, m", y="y, m", same_scale=True)
