"""The page of two LiDARs: how far points lie from surfaces, and both clouds from above before and after."""

from __future__ import annotations

from calib.estimation.pose_words import REPEATS
from calib.lidars.lidar_lidar import LidarLidar
from calib.report.figures import MEASURED, USED, Figure, figure, histogram, points, shares
from calib.report.page import Page, pose_table
from calib.targets.detections import Floats
from sensorann.geometry import Transform

_MOST_POINTS = 4000


def lidars_page(found: LidarLidar, *, rig_pose: Transform) -> Page:
    """Return the page of two LiDARs; `rig_pose` is target_from_source as the rig of the drive says."""
    return Page(
        title=f"{found.source} in the frame of {found.target}",
        lead=f"{found.n_instants} instants; {found.overlap:.0%} of the points lie on surfaces that both see, within "
        f"{100 * found.sigma:.1f} cm; {REPEATS}",
        doubts=found.warnings,
        tables=[
            pose_table(found.target_from_source, found.covariance, weak=found.seen.weak_axes),
            pose_table(rig_pose, found.covariance, weak=(), title="What the rig says, with the same sigmas"),
        ],
        figures={
            "From above, as the rig says": _from_above(found, rig_pose),
            "From above, as found": _from_above(found, found.target_from_source),
            "Points from surfaces": histogram(100 * found.offsets, title="cm"),
            "What the surfaces told: sigma left of a glance": shares(found.seen),
        },
    )


def _from_above(found: LidarLidar, pose: Transform) -> Figure:
    target, source = found.clouds
    traces = [
        _cloud(target, name=found.target, color=MEASURED),
        _cloud(pose.apply(source), name=found.source, color=USED),
    ]
    drawn = figure(traces, x=f"x of {found.target}, m", y="y, m", same_scale=True)
    drawn["layout"]["xaxis"]["range"] = drawn["layout"]["yaxis"]["range"] = [-40, 40]
    return drawn


def _cloud(cloud: Floats, *, name: str, color: str) -> Figure:
    some = cloud[:: max(len(cloud) // _MOST_POINTS, 1)].round(2)
    return points(some[:, 0], some[:, 1], name=name, color=color, size=2)
