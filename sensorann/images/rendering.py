"""A whole drive as pictures and a video: every camera at its own instant, and the scene from above."""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.images.files import Video, remove_pictures, write_picture
from sensorann.images.frame_pictures import birdseye_picture, camera_picture, read_frame, side_by_side
from sensorann.images.tally import Tally
from sensorann.scene import Drive, Labels, check_drive, frame_timestamps_ns, labels_in_world

BIRDSEYE = "birdseye"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderSummary:
    """What was drawn, and what could not be.

    Attributes
    ----------
    frames : number of frames drawn
    pictures : folder (a camera, or ``birdseye``) to number of pictures in it
    missing_images : camera to number of pictures drawn from LiDAR points, because there is no image to draw on
    skipped : reason to number of pictures left out
    video : the mp4, None when none was asked for
    """

    frames: int
    pictures: Mapping[str, int]
    missing_images: Mapping[str, int]
    skipped: Mapping[str, int]
    video: Path | None


def render_drive(
    drive: Drive,
    labels: Labels,
    out_dir: Path | str,
    *,
    frames: Sequence[int] | None = None,
    cameras: Sequence[str] | None = None,
    camera_step: int = 1,
    video: bool = True,
    replace: bool = False,
    progress: Callable[[Sequence[int]], Iterable[int]] = iter,
) -> RenderSummary:
    """Draw the boxes of a drive on every camera picture and from above.

    Writes ``CAMERA/000000.jpg`` and ``birdseye/000000.png`` per frame, and ``birdseye.mp4`` with the first camera
    beside the bird's-eye view. Boxes stand on a picture where they were at the instant of that picture: between two
    labelled instants in the world, then seen from where the camera was. Boxes that a person placed have full lines,
    all others are dashed. Where an image is missing, the LiDAR points are drawn in its stead.

    Parameters
    ----------
    drive : Drive
    labels : in the world frame, or in the ego frame
    out_dir : made where it does not exist
    frames : indices of the drive's frames; all when not given
    cameras : names; all when not given
    camera_step : camera pictures are drawn at every n-th of the frames, and held in the video until the next
    video : write the mp4
    replace : first remove the numbered pictures that an earlier run left in the folders that are drawn
    progress : wraps the frames, to show how far the work is

    Raises
    ------
    ArgumentError
        When a frame or camera does not exist, the step is below one, or the labels are in the world and the drive has
        no ego poses.
    TimeRangeError
        When labels are in the ego frame and one lies outside the ego trajectory.
    """
    check_drive(drive)
    out_dir = Path(out_dir)
    if labels.frame == "world" and drive.trajectory is None:
        raise ArgumentError(
            f"the labels of {labels.drive_name} are in the world frame, but {drive.name} has no ego poses"
        )
    labels = labels_in_world(labels, drive.trajectory)
    times = frame_timestamps_ns(drive)
    chosen = _check_frames(frames, len(times))
    names = _check_cameras(drive, cameras)
    if camera_step < 1:
        raise ArgumentError(f"camera_step must be at least 1, got {camera_step}")
    if replace:
        remove_pictures(out_dir, folders=[*names, BIRDSEYE])
    _warn_when_apart(labels, times[list(chosen)])
    tally = Tally()
    pictures = _draw_frames(
        drive,
        labels,
        frames=progress(chosen),
        camera_frames=set(chosen[::camera_step]),
        cameras=names,
        out_dir=out_dir,
        tally=tally,
    )
    video_path = out_dir / f"{BIRDSEYE}.mp4" if video else None
    if video_path is None:
        drawn = sum(1 for _ in pictures)
    else:
        drawn = _film(pictures, video_path, camera=names[0] if names else None, rate=_frame_rate(times, chosen))
    tally.warn()
    return RenderSummary(
        frames=drawn,
        pictures=dict(tally.pictures),
        missing_images=dict(tally.missing_images),
        skipped=dict(tally.skipped),
        video=video_path,
    )


def _draw_frames(
    drive: Drive,
    labels: Labels,
    *,
    frames: Iterable[int],
    camera_frames: Container[int],
    cameras: Sequence[str],
    out_dir: Path,
    tally: Tally,
) -> Iterator[dict[str, NDArray[np.uint8]]]:
    """Draw and write frame after frame; yields what is to be seen at each by folder, camera pictures the newest."""
    times = frame_timestamps_ns(drive)
    reach_ns = _frame_step_ns(times) // 2
    seen: dict[str, NDArray[np.uint8]] = {}
    for index in frames:
        now_ns = int(times[index])
        if drive.trajectory is not None and not drive.trajectory.covers(now_ns):
            tally.skip("the frame is outside the ego trajectory")
            continue
        frame = read_frame(drive, index=index, timestamp_ns=now_ns, reach_ns=reach_ns, tally=tally)
        if index in camera_frames:
            drawn = {name: camera_picture(drive, labels, frame, name=name, tally=tally) for name in cameras}
            seen = {name: picture for name, picture in drawn.items() if picture is not None}
            for name, picture in seen.items():
                write_picture(picture, out_dir / name / f"{index:06d}.jpg")
                tally.pictures[name] += 1
        above = birdseye_picture(drive, labels, frame)
        write_picture(above, out_dir / BIRDSEYE / f"{index:06d}.png")
        tally.pictures[BIRDSEYE] += 1
        yield {**seen, BIRDSEYE: above}


def _film(frames: Iterable[Mapping[str, NDArray[np.uint8]]], path: Path, *, camera: str | None, rate: float) -> int:
    """Write the video, the camera beside the bird's-eye view, and return how many frames it has."""
    with Video(path, frames_per_second=rate) as video:
        for pictures in frames:
            beside = None if camera is None else pictures.get(camera)
            video.add(side_by_side(pictures[BIRDSEYE], camera=beside, with_camera=camera is not None))
        return video.n_pictures


def _check_frames(frames: Sequence[int] | None, n_frames: int) -> list[int]:
    chosen = list(range(n_frames)) if frames is None else [int(i) for i in frames]
    outside = [i for i in chosen if not 0 <= i < n_frames]
    if outside or not chosen:
        raise ArgumentError(f"frames must lie between 0 and {n_frames - 1}, got {outside[0] if outside else 'none'}")
    return chosen


def _check_cameras(drive: Drive, cameras: Sequence[str] | None) -> list[str]:
    """Name the cameras to draw: those that took a picture; one asked for that took none is said."""
    names = [sensor.name for sensor in drive.rig.of_kind("camera")] if cameras is None else list(cameras)
    for name in names:
        drive.rig.camera(name)  # raises for anything that is no camera
    empty = [name for name in names if len(drive.timestamps_ns(name)) == 0]
    # A rig may place a camera that did not record: KITTI's labels lie in the frame of one.
    if empty and cameras is not None:
        _log.warning("no picture was taken by %s", ", ".join(empty))
    return [name for name in names if name not in empty]


def _frame_step_ns(times: NDArray[np.int64]) -> int:
    return int(np.median(np.diff(times))) if len(times) > 1 else 100_000_000


def _frame_rate(times: NDArray[np.int64], chosen: Sequence[int]) -> float:
    """Pictures per second at which the drive plays in real time, within what players show."""
    step_s = _frame_step_ns(times[list(chosen)]) * 1e-9
    return float(np.clip(1.0 / max(step_s, 1e-3), 1.0, 30.0))


def _warn_when_apart(labels: Labels, times: NDArray[np.int64]) -> None:
    """Say when no label covers any frame that is drawn: labels of another drive are the usual reason."""
    spans = [(int(t.timestamps_ns[0]), int(t.timestamps_ns[-1])) for t in labels.tracks if len(t)]
    if not any(start <= times[-1] and end >= times[0] for start, end in spans):
        _log.warning("no label of %s lies within the frames that are drawn", labels.drive_name)
