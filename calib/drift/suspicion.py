"""A camera that does not fit its labels, told as a finding of a check."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from calib.drift.finding import LEAST_OBJECTS, Drift, find_drift
from calib.drift.labelled import labelled_pairs
from sensorann.qa import Finding, Severity
from sensorann.qa.report import Table
from sensorann.scene import Drive, Labels, labels_in_world

RULE = "calibration"
TEXT = "a camera has turned, or its clock is off: the labels of many objects say so together"


def suspect_cameras(labels: Labels, drive: Drive) -> tuple[list[Finding], dict[str, Drift]]:
    """Check every camera in whose pictures enough objects are labelled.

    Parameters
    ----------
    labels : with boxes in space and in pictures
    drive : their recording

    Returns
    -------
    A finding for each camera that is not as calibrated, and what was found of every camera that could be checked.
    """
    labels = labels_in_world(labels, drive.trajectory)
    checked = {}
    for sensor in drive.rig.of_kind("camera"):
        pictured = {track.id for track in labels.image_tracks if track.camera == sensor.name}
        if len(pictured & {track.id for track in labels.tracks}) < LEAST_OBJECTS:
            continue
        pairs = labelled_pairs(drive, labels, sensor.name)
        if len(pairs.names) >= LEAST_OBJECTS:
            checked[sensor.name] = find_drift(pairs)
    return [
        _finding(name, drift, labels) for name, drift in checked.items() if drift.verdict != "as calibrated"
    ], checked


def camera_table(checked: Mapping[str, Drift]) -> Table:
    """What was found of every camera, for a report."""
    rows = tuple(
        (
            camera,
            drift.verdict,
            ", ".join(
                f"{np.rad2deg(turn):+.3f} +- {np.rad2deg(sigma):.3f}"
                for turn, sigma in zip(drift.turn, drift.turn_sigmas, strict=True)
            ),
            f"{1e3 * drift.delay:+.1f} +- {1e3 * drift.delay_sigma:.1f}",
            str(drift.n_objects),
        )
        for camera, drift in checked.items()
    )
    return Table(
        title="Cameras as their labels see them",
        head=("camera", "verdict", "turn about x, y, z (deg)", "late by (ms)", "objects"),
        rows=rows,
        note="Each of turn and delay as if the other were none: boxes in space beside boxes in the pictures.",
    )


def _finding(camera: str, drift: Drift, labels: Labels) -> Finding:
    chance = drift.delay_chance if drift.verdict == "the clock is off" else drift.turn_chance
    if drift.verdict == "the clock is off":
        value, unit, limit = abs(drift.delay), "s", 3.0 * drift.delay_sigma
    else:
        value, unit = float(np.linalg.norm(drift.turn)), "rad"
        limit = 3.0 * float(np.linalg.norm(drift.turn_sigmas))
    first_ns = min(int(track.timestamps_ns[0]) for track in labels.tracks if len(track))
    return Finding(
        rule=RULE,
        severity=Severity.ERROR,
        score=1.0 - chance,
        object="",
        frame=0,
        timestamp_ns=first_ns,
        value=value,
        limit=limit,
        message=f"{camera}: {drift.verdict}, by {value:.2g} {unit} as {drift.n_objects} objects say; "
        f"sensorann calibrate check ... --sensor {camera} tells more",
    )
