"""`sensorann pack`: one immutable file out of any drive."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path

from sensorann import formats
from sensorann.cli.output import AsJson, print_json
from sensorann.cli.progress import counted
from sensorann.formats import open_drive


def pack(drive: str, out: Path, /, *, as_json: AsJson = False) -> None:
    """Make one immutable file out of any drive; reading it gives identical values back.

    For example:

        sensorann pack kitti/training#0000 monday.drive.h5

    Parameters
    ----------
    drive
        A drive, or ROOT#NAME for one of several.
    out
        The file to write, named *.drive.h5.
    as_json
        Print the figures as JSON.
    """
    start = time.perf_counter()
    with counted(f"packing {out.name}") as progress:
        summary = formats.pack(open_drive(drive), out, progress=progress)
    seconds = time.perf_counter() - start
    if as_json:
        print_json({"path": str(out), **asdict(summary), "seconds": seconds})
        return
    print(
        f"{out}: {summary.n_sweeps} sweeps with {summary.n_points} points, {summary.n_images} images, "
        f"{summary.n_missing} missing; {summary.n_bytes / 1e6:.1f} MB of {summary.n_bytes_source / 1e6:.1f} MB "
        f"in {seconds:.1f} s"
    )
