"""`sensorann render`: pictures and video of labels."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from sensorann.cli.label_formats import FromFormat
from sensorann.cli.labels import read_labels
from sensorann.cli.output import AsJson, print_json
from sensorann.cli.progress import shown
from sensorann.formats import open_drive
from sensorann.images import render_drive
from sensorann.scene import frame_timestamps_ns


def render(
    drive: str,
    /,
    *,
    labels: str,
    out: Annotated[Path, Parameter(alias="-o")],
    from_format: FromFormat = None,
    rig: Path | None = None,
    every: Annotated[int, Parameter(validator=Number(gte=1))] = 1,
    camera: tuple[str, ...] = (),
    video: bool = True,
    as_json: AsJson = False,
) -> None:
    """Draw the boxes of labels on every camera picture and in bird's-eye view, with a video.

    Boxes that a person placed have full lines, computed ones are dashed; the front face carries a cross. Where a drive
    has no images, its LiDAR points are drawn in their stead.

    For example:

        sensorann render kitti/training#0000 --labels kitti/training/label_02/0000.txt -o pictures
        sensorann render nuscenes#scene-0103 --labels done.json -o pictures --camera CAM_FRONT --every 5

    Parameters
    ----------
    drive
        The recording: a path, or ROOT#NAME for one of several.
    labels
        In any format that `sensorann convert` reads, or STORE#DRIVE.
    out
        Folder for CAMERA/000000.jpg, birdseye/000000.png and birdseye.mp4; numbered pictures of an earlier run in the
        folders that are drawn are removed.
    from_format
        Label format: openlabel, kitti or nuscenes; recognised when not given.
    every
        Draw every N-th frame.
    rig
        Calibration file, as in `sensorann info`, to take instead of the drive's own.
    camera
        Draw only this camera; may be given several times.
    video
        Write the mp4 too.
    as_json
        Print the summary as JSON.
    """
    recording = open_drive(drive, rig=rig)
    frames = range(0, len(frame_timestamps_ns(recording)), every)
    summary = render_drive(
        recording,
        # Labels in the frame of a sensor were placed by the drive's own rig, whatever they are drawn with.
        read_labels(labels, drive=open_drive(drive), format=from_format),
        out,
        frames=frames,
        cameras=camera or None,
        replace=True,
        video=video,
        progress=lambda frames: shown(frames, "rendering"),
    )
    if as_json:
        written = None if summary.video is None else str(summary.video)
        print_json({**asdict(summary), "video": written})
        return
    for folder, n_pictures in summary.pictures.items():
        missing = summary.missing_images.get(folder, 0)
        remark = f" ({missing} without an image)" if missing else ""
        print(f"{out / folder}: {n_pictures} pictures{remark}")
    if summary.video is not None:
        print(f"{summary.video}: {summary.frames} frames")
