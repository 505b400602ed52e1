"""`sensorann interpolate`: keyframes into complete tracks."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from cyclopts import Parameter
from numpy.typing import NDArray

from sensorann import tracks
from sensorann.cli.label_formats import FromFormat, ToFormat
from sensorann.cli.labels import check_writable, read_labels, write_labels
from sensorann.cli.output import AsJson, print_json
from sensorann.cli.progress import counted
from sensorann.errors import UsageError
from sensorann.formats import open_drive
from sensorann.scene import Drive, Labels, Source
from sensorann.store.connecting import shown_address
from sensorann.tracks.extending import Extended, extend_tracks


def interpolate(
    labels: str,
    /,
    *,
    drive: str,
    out: Annotated[str, Parameter(alias="-o")],
    method: Literal["smooth", "linear", "spline"] = "smooth",
    at: str = "lidar",
    keyframe_sigma_m: float = 0.0,
    points: bool = True,
    extend: bool = False,
    from_format: FromFormat = None,
    to_format: ToFormat = None,
    as_json: AsJson = False,
) -> None:
    """Fill every track between its keyframes, in the world frame.

    Human, imported and detected boxes are keyframes and stay exactly as they are; boxes computed earlier are replaced.
    Where an object's own points can be followed the box is fitted to them, elsewhere it follows the curve through the
    keyframes. Every computed box says which, and carries a standard deviation.

    For example:

        sensorann interpolate keyframes.json --drive kitti/training#0000 -o complete.json
        sensorann interpolate label_02/0000.txt --drive kitti/training#0000 -o 0000.txt --keyframe-sigma-m 0.1

    Parameters
    ----------
    labels
        Keyframes: an OpenLABEL or KITTI file, a folder of nuScenes tables, or STORE#DRIVE.
    drive
        The recording (ROOT or ROOT#NAME); its ego poses carry the boxes into the world frame.
    out
        Where to write: .json is OpenLABEL, .txt KITTI, a folder nuScenes, unless --to says otherwise; in STORE#DRIVE
        only the boxes that a machine computed are replaced, in one event that can be undone.
    method
        smooth: constant-velocity smoothing spline; spline: natural cubic; linear: straight lines.
    at
        When to compute boxes: lidar, camera, instants in ns with commas between them, or a file with one per line.
    keyframe_sigma_m
        Standard deviation of imported and detected keyframes that state none, metres; 0 is exact. Human ones are exact.
    points
        Let smooth follow each object's own LiDAR points between its keyframes; --no-points gives the curve alone.
    extend
        Follow each object's points beyond its first and last keyframe too, until they are lost; the summary says why.
    from_format
        Format of the labels; recognised when not given.
    to_format
        Format to write; follows the name when not given.
    as_json
        Print the summary as JSON.
    """
    if not keyframe_sigma_m >= 0:
        raise UsageError(f"--keyframe-sigma-m must be a length in metres, 0 or more, got {keyframe_sigma_m}")
    if extend and not (points and method == "smooth" and at == "lidar"):
        raise UsageError(
            "--extend follows points at the LiDAR's instants: it needs --points, --method smooth, --at lidar"
        )
    instants = at if at in ("lidar", "camera") else _instants(at)
    check_writable(out, format=to_format)  # a slip in the name is told before the long work, not after it
    recording = open_drive(drive)
    given = read_labels(labels, drive=recording, format=from_format)
    with counted("following points") as progress:
        completed = tracks.interpolate(
            given,
            recording,
            method=method,
            at=instants,
            keyframe_sigma=keyframe_sigma_m,
            points=points,
            progress=progress,
        )
    extended = _extended(completed, recording) if extend else None
    if extended is not None:
        completed = extended.labels
    machine = {"method": method, "at": at, "keyframe_sigma_m": keyframe_sigma_m, "points": points, "extend": extend}
    written = write_labels(
        completed,
        out,
        drive=recording,
        format=to_format,
        kind="interpolate",
        machine=machine,
        source=labels,
    )
    summary = _summary(completed, shown_address(out)) | {"written": written.boxes, "left_out": written.left_out}
    if extended is not None:
        summary |= {"beyond_keyframes": extended.n_boxes, "ended": dict(extended.reasons)}
    if as_json:
        print_json(summary)
        return
    _show(summary)
    if not summary["computed"]:
        print(_why_none(completed))


def _extended(completed: Labels, recording: Drive) -> Extended:
    with counted("following points beyond keyframes") as progress:
        return extend_tracks(completed, recording, progress=progress)


def _show(summary: Mapping[str, Any]) -> None:
    """Print the summary for people."""
    print(
        f"{summary['out']}: {summary['tracks']} tracks, {summary['keyframes']} keyframes, "
        f"{summary['computed']} boxes computed, {summary['fitted']} of them fitted to points; "
        f"{summary['written']} boxes written"
    )
    if "ended" in summary:
        reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(summary["ended"].items()))
        print(
            f"{summary['beyond_keyframes']} boxes beyond keyframes; ends of tracks by why following ended: "
            f"{reasons or 'none'}"
        )
    if summary["computed"]:
        print(
            f"sigma of a computed box in the plane: median {summary['median_sigma_m']:.2f} m, "
            f"largest {summary['max_sigma_m']:.2f} m (track {summary['max_sigma_track']})"
        )


def _why_none(labels: Labels) -> str:
    """Say why no box was computed."""
    most = max((len(track) for track in labels.tracks), default=0)
    if most == 0:
        return "nothing to compute from: the labels hold no keyframe (a human, imported or detected box)"
    if most == 1:
        return "nothing to compute: boxes are computed between keyframes, and no track has two"
    return "nothing to compute: no instant asked for lies between two keyframes without being one"


def _instants(text: str) -> NDArray[np.int64]:
    """Read instants from the command line or from the file that it names."""
    words = Path(text).read_text(encoding="utf-8").split() if Path(text).is_file() else text.split(",")
    try:
        return np.array([int(word) for word in words], np.int64)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            "--at must be lidar, camera, instants in ns with commas between them, or a file with one per line, "
            f"got {text!r:.60}"
        ) from error


def _summary(labels: Labels, out: str) -> dict[str, str | int | float | dict[str, int] | None]:
    computed = [track[np.isin(track.sources, (Source.INTERPOLATED, Source.FITTED))] for track in labels.tracks]
    sigmas = np.concatenate([np.zeros(0), *(np.hypot(*track.sigmas[:, :2].T) for track in computed)])
    owners = [track.id for track in computed for _ in range(len(track))]
    return {
        "out": out,
        "drive": labels.drive_name,
        "frame": labels.frame,
        "tracks": len(labels.tracks),
        "keyframes": labels.n_boxes - len(sigmas),
        "computed": len(sigmas),
        "fitted": int(sum((track.sources == Source.FITTED).sum() for track in labels.tracks)),
        "median_sigma_m": float(np.median(sigmas)) if len(sigmas) else None,
        "max_sigma_m": float(sigmas.max()) if len(sigmas) else None,
        "max_sigma_track": owners[int(sigmas.argmax())] if len(sigmas) else None,
    }
