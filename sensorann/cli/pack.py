"""`sensorann pack`: one immutable file out of any drive."""

from __future__ import annotations

import json as json_text
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from sensorann import formats
from sensorann.formats import open_drive


def pack(drive: str, out: Path, *, json: bool = False) -> None:
    """Make one immutable file out of any drive; reading it gives identical values back.

    For example:

        sensorann pack kitti/training#0000 monday.drive.h5

    Parameters
    ----------
    drive
        A drive, or ROOT#NAME for one of several.
    out
        The file to write, named *.drive.h5.
    json
        Print the figures as JSON.
    """
    start = time.perf_counter()
    with _progress(out) as progress:
        summary = formats.pack(open_drive(drive), out, progress=progress)
    seconds = time.perf_counter() - start
    if json:
        print(json_text.dumps({"path": str(out), **asdict(summary), "seconds": seconds}))
        return
    print(
        f"{out}: {summary.n_sweeps} sweeps with {summary.n_points} points, {summary.n_images} images, "
        f"{summary.n_missing} missing; {summary.n_bytes / 1e6:.1f} MB of {summary.n_bytes_source / 1e6:.1f} MB "
        f"in {seconds:.1f} s"
    )


@contextmanager
def _progress(out: Path) -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"packing {out.name}", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
