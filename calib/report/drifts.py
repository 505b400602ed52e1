"""The page of a check: by how much boxes miss, as they are and after the change that explains them best."""

from __future__ import annotations

import numpy as np

from calib.drift.finding import Drift, Pairs
from calib.drift.radar import RadarDrift, RadarPairs
from calib.report.figures import LEFT_OUT, MEASURED, USED, Figure, bars, figure, histogram, line, points
from calib.report.page import Page, Table
from calib.targets.detections import Floats

_MOST_OBJECTS = 40


def drift_page(found: Drift, pairs: Pairs, *, camera: str) -> Page:
    """Return the page of a check of a camera by labels."""
    as_turn = tuple(
        (axis, f"{turn:+.3f}", f"{sigma:.3f}")
        for axis, turn, sigma in zip("xyz", np.rad2deg(found.turn), np.rad2deg(found.turn_sigmas), strict=True)
    )
    clock = (f"{1e3 * found.delay:+.1f}", f"{1e3 * found.delay_sigma:.1f}", f"{found.delay_chance:.2g}")
    turned = pairs.residuals - np.einsum("nij,j->ni", pairs.by_pose[:, :, :3], found.turn)
    return Page(
        title=f"{camera}: {found.verdict}",
        lead=f"{found.n_objects} objects in {found.n_pairs} pairs of boxes; a turn alone is chance with "
        f"{found.turn_chance:.2g}, a late clock alone with {found.delay_chance:.2g}",
        tables=[
            Table("As a turn", ("about", "degrees", "sigma"), as_turn),
            Table("As a late clock", ("ms", "sigma", "chance"), (clock,)),
            Table("Labels that miss alone", ("track", "px"), tuple((a, f"{b:.0f}") for a, b in found.label_errors)),
        ],
        figures={
            "Middles of boxes beside middles of cuboids": _misses(pairs.residuals, turned),
            "Misses over the speed of the pixels: its slope is the delay": _speeds(pairs, found.delay),
            "Median miss of each object": _objects(pairs),
        },
    )


def radar_drift_page(found: RadarDrift, pairs: RadarPairs, *, radar: str) -> Page:
    """Return the page of a check of a radar by labels."""
    yaw, sigma = np.rad2deg([found.yaw, found.sigma])
    misses, azimuths = np.rad2deg(pairs.residuals), np.rad2deg(pairs.azimuths)
    ends = np.array([azimuths.min(), azimuths.max()])
    over = [
        points(azimuths, misses, name="boxes with returns", color=MEASURED, size=4),
        line(ends, np.full(2, -yaw), name="as a turn", color=USED),
    ]
    return Page(
        title=f"{radar}: {found.verdict}",
        lead=f"{found.n_objects} movers in {found.n_pairs} boxes with returns; such a turn is chance with "
        f"{found.chance:.2g}",
        tables=[Table("As a turn", ("about", "degrees", "sigma"), (("z", f"{yaw:+.3f}", f"{sigma:.3f}"),))],
        figures={
            "Returns beside the boxes that they come from": figure(over, x="azimuth, degrees", y="off, degrees"),
            "How far returns are off": histogram(misses, title="degrees", n_bins=40),
        },
    )


def _misses(before: Floats, turned: Floats) -> Figure:
    traces = [
        points(before[:, 0], before[:, 1], name="as it is", color=LEFT_OUT, size=4),
        points(turned[:, 0], turned[:, 1], name="after the turn", color=USED, size=4),
    ]
    drawn = figure(traces, x="u, px", y="v, px", same_scale=True)
    reach = 1.5 * float(np.quantile(np.abs(before), 0.97))
    drawn["layout"]["xaxis"]["range"] = drawn["layout"]["yaxis"]["range"] = [-reach, reach]
    return drawn


def _speeds(pairs: Pairs, delay: float) -> Figure:
    speeds = pairs.pixel_velocities[:, 0]
    ends = np.array([speeds.min(), speeds.max()])
    traces = [
        points(speeds, pairs.residuals[:, 0], name="pairs of boxes", color=MEASURED, size=4),
        line(ends, delay * ends, name="as a late clock", color=USED),
    ]
    return figure(traces, x="px/s along u", y="u, px")


def _objects(pairs: Pairs) -> Figure:
    misses = np.linalg.norm(pairs.residuals, axis=1)
    medians = np.array([np.median(misses[pairs.objects == number]) for number in range(len(pairs.names))])
    worst = np.argsort(-medians)[:_MOST_OBJECTS]
    return bars([pairs.names[i] for i in worst], medians[worst].tolist(), "px")
