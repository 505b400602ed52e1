"""Pages of two sensors that move together: what is left of their motions, and how alike they turn."""

from __future__ import annotations

import numpy as np

from calib.motion.clocks import Delay
from calib.motion.hand_eye import HandEye
from calib.report.figures import Figure, bars, figure, line, points, shares
from calib.report.page import Page, Table, pose_table
from calib.targets.detections import Floats


def hand_eye_page(found: HandEye) -> Page:
    """Return the page of two sensors that move together."""
    seconds = 1e-9 * (found.times_ns - found.times_ns[0])
    turns, places = np.rad2deg(found.residuals[:, :3]), found.residuals[:, 3:]
    clock = ((f"{1e3 * found.delay:+.2f}", f"{1e3 * found.delay_sigma:.2f}"),)
    return Page(
        title=f"{found.first} in the frame of {found.second}",
        lead=f"motions of {found.n_windows} seconds; what is left of one of them after the fit is "
        f"{np.rad2deg(found.sigmas_of_motion[0]):.3f} degrees and {found.sigmas_of_motion[1]:.3f} m",
        doubts=found.warnings,
        tables=[
            pose_table(found.second_from_first, found.covariance, weak=found.seen.weak_axes),
            Table(f"Clock of {found.first}, late by", ("ms", "sigma"), clock),
        ],
        figures={
            "What is left of turns": figure(_three(seconds, turns), x="s", y="degrees in a second"),
            "What is left of places": figure(_three(seconds, places), x="s", y="m in a second"),
            "Turns about their principal axes": bars(
                ("first", "second", "third"), np.rad2deg(found.turns).tolist(), "degrees in a second"
            ),
            "What the motions told: sigma left of what was known before": shares(found.seen),
        },
    )


def delay_page(found: Delay, *, names: tuple[str, str]) -> Page:
    """Return the page of two clocks: how fast both turned, and how alike at each delay that was tried."""
    seconds, speeds = 1e-9 * (found.times_ns - found.times_ns[0]), np.rad2deg(found.speeds)
    told = ((f"{1e3 * found.seconds:+.2f}", f"{1e3 * found.sigma:.2f}", f"{found.likeness:.3f}"),)
    drawn = [line(seconds, speed, name=name) for name, speed in zip(names, speeds, strict=True)]
    left = points(seconds, speeds[0] - speeds[1], name=f"{names[0]} less {names[1]}", size=3)
    return Page(
        title=f"The clock of {names[0]} beside that of {names[1]}",
        lead=f"speeds of turning over {seconds[-1]:.0f} s, the same in every frame",
        doubts=found.warnings,
        tables=[Table(f"Clock of {names[0]}, late by", ("ms", "sigma", "alike by"), told)],
        figures={
            "How fast both turn, the delay taken away": figure(drawn, x="s", y="degrees per s"),
            "What is left between them": figure([left], x="s", y="degrees per s"),
            "How alike they are at each delay": figure(
                [line(found.tried, found.likenesses, name="correlation")], x="delay, s", y="correlation"
            ),
        },
    )


def _three(seconds: Floats, values: Floats) -> list[Figure]:
    return [points(seconds, values[:, k], name=axis, size=4) for k, axis in enumerate("xyz")]
