"""The page of a whole rig: where every frame sits, and by how much each pair had to give way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from calib.estimation.robust import Rejection
from calib.report.figures import MEASURED, USED, WANTED, Figure, bars, figure, points
from calib.report.page import Page, Table, pose_table, rejected_table
from calib.rigs.joint import Joint
from calib.rigs.rig import RigEstimate


def rig_page(found: Joint, *, untold: tuple[Rejection, ...] = ()) -> Page:
    """Return the page of a rig; of a drive also the pairs that it does not tell."""
    names = [f"{one.source} in {one.target}" for one in found.misfits]
    moved = tuple(
        (
            name,
            f"{np.rad2deg(np.linalg.norm(one.step[:3])):.3f}",
            f"{100 * np.linalg.norm(one.step[3:]):.1f}",
            f"{one.sigmas:.1f}",
        )
        for name, one in zip(names, found.misfits, strict=True)
    )
    chance = f"; right pairs disagree as much with a chance of {found.chance:.2g}" if found.loops > 0 else ""
    return Page(
        title=f"The rig in the frame of {found.root}",
        lead=f"{len(names)} pairs, {found.loops} loops closed{chance}",
        doubts=found.warnings,
        tables=[
            *_poses(found),
            Table("Pairs, from what each says to what all say", ("pair", "degrees", "cm", "its sigmas"), moved),
            rejected_table(untold),
        ],
        figures={
            "By how much each pair gave way": bars(names, [one.sigmas for one in found.misfits], "its sigmas"),
            "From above": _placed(found, 1),
            "From the right": _placed(found, 2),
        },
    )


def rig_of_targets_page(found: RigEstimate, *, pictures: Mapping[str, NDArray[np.uint8]] | None = None) -> Page:
    """Return the page of a rig whose sensors saw the same targets, with pictures that they saw drawn on."""
    used = tuple((name, str(used), str(seen), f"{found.noises[name]:.2f}") for name, (used, seen) in found.used.items())
    return Page(
        title=f"The rig in the frame of {found.root}",
        lead=f"{len(used)} sensors in one estimate; residuals {found.noise_scale:.2f} times the stated noise",
        doubts=found.warnings,
        tables=[
            *_poses(found),
            Table("Sensors", ("sensor", "targets used", "seen", "residuals over stated noise"), used),
            Table("Rigs that fit about equally well", ("frame", "x, y, z in m", "chi-square above"), _modes(found)),
            rejected_table(found.rejected),
        ],
        figures={
            "Residuals of each target, in standard deviations": _misses(found),
            "Targets from above": _targets(found),
            "Residuals of each sensor": bars([name for name, *_ in used], list(found.noises.values()), "stated noise"),
            "From above": _placed(found, 1),
            "From the right": _placed(found, 2),
        },
        pictures=pictures or {},
    )


def _misses(found: RigEstimate) -> Figure:
    traces = []
    for name, misses in found.misses.items():
        seen = np.flatnonzero(np.isfinite(misses))
        traces.append(points([found.targets[i] for i in seen], misses[seen], name=name))
    return figure(traces, x="target", y="sigmas", type="category")


def _targets(found: RigEstimate) -> Figure:
    """Draw who saw each target: a ring for each sensor, one around the other."""
    used = np.isfinite(found.places[:, 0])
    names = np.array(found.targets)
    traces = [
        points(found.places[used, 0], found.places[used, 1], name="targets", color=USED, text=names[used].tolist())
    ]
    for number, (name, misses) in enumerate(found.misses.items()):
        seen = used & np.isfinite(misses)
        ring = points(found.places[seen, 0], found.places[seen, 1], name=name)
        ring["marker"] |= {"symbol": "circle-open", "size": 10 + 5 * number}
        traces.append(ring)
    return figure(traces, x=f"x of {found.root}, m", y="y, m", same_scale=True)


def _poses(found: Joint | RigEstimate) -> Iterator[Table]:
    for name, pose in found.root_from.items():
        yield pose_table(pose, found.covariances[name], weak=(), title=f"{name} in {found.root}")


def _modes(found: RigEstimate) -> tuple[tuple[str, ...], ...]:
    if len(found.modes) < 2:
        return ()
    return tuple(
        (name, ", ".join(f"{value:.2f}" for value in pose.translation), f"{excess:.1f}")
        for poses, excess in found.modes
        for name, pose in poses.items()
    )


def _placed(found: Joint | RigEstimate, axis: int) -> Figure:
    """Draw places over x, and a quarter of a metre along the x axis of each frame."""
    traces = [points([0.0], [0.0], name=found.root, color=WANTED, size=10)]
    for name, pose in found.root_from.items():
        at, ahead = pose.translation, pose.apply([[0.25, 0.0, 0.0], [0.0, 0.0, 0.25]])
        traces.append(points(at[[0]], at[[axis]], name=name, color=USED, size=9))
        for tip, which in zip(ahead, ("x", "z"), strict=True):
            traces.append(_axis(at[[0, axis]], tip[[0, axis]], name=f"{which} of {name}", dashed=which == "z"))
    return figure(traces, x=f"x of {found.root}, m", y=f"{'xyz'[axis]}, m", same_scale=True)


def _axis(start: np.ndarray, end: np.ndarray, *, name: str, dashed: bool) -> Figure:
    drawn = {"width": 2, "color": MEASURED, "dash": "dot" if dashed else "solid"}
    ends = np.stack([start, end])
    lines = {"x": ends[:, 0].tolist(), "y": ends[:, 1].tolist(), "line": drawn}
    return {"type": "scatter", "mode": "lines", "name": name, "showlegend": False, **lines}
