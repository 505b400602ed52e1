"""The page of a radar on the vehicle: the yaw that each scan tells, and its speed aside beside the yaw rate."""

from __future__ import annotations

import numpy as np

from calib.radars.radar_ego import RadarEgo
from calib.report.figures import LEFT_OUT, MEASURED, USED, Figure, figure, histogram, line, points
from calib.report.page import Page, Table
from sensorann.geometry.rotations import rotations_from_yaws, wrap_angle


def radar_page(found: RadarEgo) -> Page:
    """Return the page of a radar on the vehicle."""
    values = [np.rad2deg(found.yaw), *found.place]
    said = [np.rad2deg(found.rig_pose.yaw), *found.rig_pose.translation[:2]]
    sigmas = found.sigmas * [np.rad2deg(1.0), 1.0, 1.0]
    columns = zip(("yaw", "x", "y"), values, sigmas, said, ("deg", "m", "m"), strict=True)
    rows = tuple(
        (axis, f"{value:.3f}", f"{sigma:.3f}", f"{rig:.3f}", unit) for axis, value, sigma, rig, unit in columns
    )
    return Page(
        title=f"{found.sensor} in the ego frame",
        lead=f"{found.n_used} of {found.n_scans} scans are fast and rich enough; roll, pitch and z leave no trace",
        doubts=found.warnings,
        tables=[Table("Yaw and place", ("axis", "value", "sigma", "the rig says", "unit"), rows)],
        figures={
            "Yaw that each scan tells": _yaws(found),
            "Speed aside over the yaw rate: its slope is x": _lever(found),
            "Residuals of the scans, in standard deviations": histogram(found.residuals.ravel(), title="sigmas"),
        },
    )


def _yaws(found: RadarEgo) -> Figure:
    scans = found.scans
    moved = scans.velocities_at(found.place)
    headings = [np.arctan2(side[:, 1], side[:, 0]) for side in (moved, scans.measured)]
    told = np.rad2deg(found.yaw + wrap_angle(headings[0] - headings[1] - found.yaw))
    ends = scans.times_s[[0, -1]]
    drawn = figure(
        [
            points(scans.times_s, told, name="scans", color=MEASURED, size=4),
            line(ends, np.rad2deg([found.yaw] * 2), name="found", color=USED),
            line(ends, np.rad2deg([found.rig_pose.yaw] * 2), name="the rig", color=LEFT_OUT),
        ],
        x="s",
        y="degrees",
    )
    middle, reach = np.rad2deg(found.yaw), float(np.quantile(np.abs(told - np.rad2deg(found.yaw)), 0.95))
    drawn["layout"]["yaxis"]["range"] = [float(middle - 1.5 * reach), float(middle + 1.5 * reach)]
    return drawn


def _lever(found: RadarEgo) -> Figure:
    scans = found.scans
    aside = (scans.measured @ rotations_from_yaws(found.yaw)[:2, :2].T - scans.ego)[:, 1]
    rates = np.rad2deg(scans.yaw_rates)
    ends = np.array([rates.min(), rates.max()])
    traces = [
        points(rates, aside, name="scans", color=MEASURED, size=4),
        line(ends, np.deg2rad(ends) * found.place[0], name="found", color=USED),
        line(ends, np.deg2rad(ends) * found.rig_pose.translation[0], name="the rig", color=LEFT_OUT),
    ]
    return figure(traces, x="degrees a second", y="m/s")
