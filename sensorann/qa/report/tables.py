"""Tables of a report: words and numbers, in the order in which they are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sensorann import __version__
from sensorann.qa.checking import RULES, Finding
from sensorann.scene import Drive, Labels, Sensor, Source, frame_timestamps_ns


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Rows under a head.

    Attributes
    ----------
    title : what it shows
    head : names of the columns
    rows : cells as text, as many as there are columns
    note : a sentence below
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Matrix:
    """How often two labellings said what of the same objects.

    Attributes
    ----------
    title : what it shows
    rows, columns : what one and the other said
    values : one row of numbers per name in `rows`
    """

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]


def sensors_table(drive: Drive) -> Table:
    """Where the sensors sit and where they look: what every projection in the report rests on."""
    return Table(
        title="Calibration",
        head=("sensor", "kind", "x, y, z (m)", "looks to (yaw, pitch, deg)", "picture (px)", "horizontal view (deg)"),
        rows=tuple(_sensor_row(sensor) for sensor in drive.rig.sensors),
        note=f"SHA-256 of the calibration: {drive.rig.calibration_sha256}",
    )


def _sensor_row(sensor: Sensor) -> tuple[str, ...]:
    pose, camera = sensor.ego_from_sensor, sensor.camera
    # A camera looks along z, everything else along x.
    ahead = pose.rotation[:, 2 if camera is not None else 0]
    yaw, pitch = np.degrees([np.arctan2(ahead[1], ahead[0]), np.arcsin(np.clip(ahead[2], -1.0, 1.0))])
    size, view = "", ""
    if camera is not None:
        width, height = camera.size
        edges = camera.unproject([[0.0, height / 2], [width - 1.0, height / 2]])
        size = f"{width} x {height}"
        view = f"{np.degrees(np.arccos(np.clip(edges[0] @ edges[1], -1.0, 1.0))):.0f}"
    place = ", ".join(f"{value:.2f}" for value in pose.translation)
    return sensor.name, sensor.kind, place, f"{yaw:.1f}, {pitch:.1f}", size, view


def origins_table(labels: Labels, drive: Drive | None, findings: Sequence[Finding], *, source: str) -> Table:
    """What was checked, with what: enough to do it again."""
    counts = Counter(Source(int(value)).label for track in labels.tracks for value in track.sources)
    boxes = ", ".join(f"{n} {name}" for name, n in counts.most_common())
    rows = [("labels", source or labels.drive_name), ("boxes by source", boxes or "none")]
    if drive is not None:
        times = frame_timestamps_ns(drive)
        rows.append(("drive", f"{drive.name}, {len(times)} frames"))
        if len(times):
            rows.append(("instants", f"{int(times[0])} to {int(times[-1])} ns since the Unix epoch"))
    told = Counter(finding.rule for finding in findings)
    rows.append(("findings by rule", ", ".join(f"{name} {n}" for name, n in told.most_common()) or "none"))
    rows.append(("rules that exist", str(len(RULES))))
    rows.append(("made by", f"sensorann {__version__}"))
    return Table(title="Provenance", head=("what", "value"), rows=tuple(rows))
