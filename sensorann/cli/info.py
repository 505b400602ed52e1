"""`sensorann info`: what a drive holds, and what is odd about it."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sensorann.cli.output import AsJson, print_json
from sensorann.formats import list_drives, open_drive
from sensorann.scene import Drive
from sensorann.scene.sanity import odd_things
from sensorann.scene.summary import DriveSummary, SensorSummary, summarise

_HEADER = (
    "sensor",
    "kind",
    "frames",
    "span s",
    "rate Hz",
    "gaps",
    "offset ms",
    "points or pixels",
    "missing of sampled",
)


def info(
    drive: str,
    /,
    *,
    rig: Path | None = None,
    samples: Annotated[int, Parameter(validator=Number(gte=0))] = 5,
    as_json: AsJson = False,
) -> None:
    """Show sensors, frames, span, rates, gaps, points and calibration of a drive, and say what is odd.

    A root that holds several drives is listed instead: ROOT#NAME addresses one of them.

    For example:

        sensorann info recordings/monday.drive.h5
        sensorann info kitti/training
        sensorann info kitti/training#0003 --json
        sensorann info kitti/training#0003 --rig radar_from_camera.json

    Parameters
    ----------
    drive
        A drive, ROOT#NAME, or a root.
    rig
        Calibration file (ours, Kalibr, ROS, OpenCV, KITTI, nuScenes, URDF, tf, OpenLABEL) to take instead of the
        drive's own.
    samples
        Sweeps and images to read per sensor, spread over the drive.
    as_json
        Print JSON instead of text.
    """
    addresses = list_drives(drive) if Path(drive).exists() else []
    if len(addresses) > 1:
        if as_json:
            print_json({"drives": addresses})
        else:
            print("\n".join(addresses))
        return
    opened = open_drive(drive, rig=rig)
    summary = summarise(opened, n_samples=samples)
    odd = odd_things(opened, summary)
    if as_json:
        print_json({**_as_document(summary, opened), "odd": list(odd)})
    else:
        _show(summary, odd)


def _as_document(summary: DriveSummary, drive: Drive) -> dict[str, object]:
    document = asdict(summary)
    document["n_frames"] = summary.n_frames
    for entry, sensor in zip(document["sensors"], summary.sensors, strict=True):
        pose = drive.rig[sensor.name].ego_from_sensor
        entry["span_s"] = sensor.span_s
        entry["translation_m"] = pose.translation.tolist()
        entry["rotation_wxyz"] = pose.quaternion_wxyz.tolist()
    return document


def _show(summary: DriveSummary, odd: tuple[str, ...]) -> None:
    path = (
        "no ego poses" if summary.path_length is None else f"{summary.n_poses} ego poses, {summary.path_length:.1f} m"
    )
    of_sensor = "" if summary.reference is None else f" of {summary.reference}"
    print(f"{summary.name}: {summary.n_frames} frames{of_sensor}, {path}")
    rows = [_row(sensor) for sensor in summary.sensors]
    if sys.stdout.isatty():
        table = Table(*_HEADER)
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        Console().print(table)
    else:
        for line in _aligned([_HEADER, *rows]):
            print(line)
    print("rotations: every det R = 1, checked on reading")
    print(f"odd: {len(odd)}" if odd else "odd: nothing")
    for sentence in odd:
        print(f"  - {sentence}")


def _row(sensor: SensorSummary) -> tuple[str, ...]:
    samples = sensor.samples
    if samples.n_points:
        least, most = min(samples.n_points), max(samples.n_points)
        content = f"{least} points" if least == most else f"{least} to {most} points"
        if samples.n_without_position:
            content += f" (NaN: {samples.n_without_position} of {sum(samples.n_points)})"
    else:
        content = ", ".join(f"{width} x {height}" for width, height in sorted(set(samples.image_sizes)))
        content = content or ("-" if sensor.n else "not recorded")
    n_tried = samples.n_read + samples.n_missing + len(samples.damaged)
    return (
        sensor.name,
        sensor.kind,
        str(sensor.n),
        f"{sensor.span_s:.3f}",
        "-" if sensor.rate_hz is None else f"{sensor.rate_hz:.2f}",
        str(len(sensor.gaps)),
        "-" if sensor.offset_s is None else f"{sensor.offset_s * 1e3:+.1f}",
        content,
        f"{samples.n_missing} of {n_tried}",
    )


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEADER))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
