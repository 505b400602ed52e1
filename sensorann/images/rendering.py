"""A whole drive as pictures and a video: every camera at its own instant, and the scene from above."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError, FormatError, MissingDataError
from sensorann.geometry import Transform
from sensorann.images.birdseye import BirdseyeView, draw_birdseye
from sensorann.images.colors import BACKGROUND, TEXT, track_color
from sensorann.images.files import Video, write_picture
from sensorann.images.instants import InstantBoxes, boxes_at, labels_in_world
from sensorann.images.lines import Captions
from sensorann.images.overlays import draw_cuboids, draw_ranges
from sensorann.scene import Drive, Labels, frame_timestamps_ns, sync

BIRDSEYE = "birdseye"
_TRAIL_S = 5.0
_LONGEST_ID = 8
_VIDEO_HEIGHT = 720
_VIDEO_CAMERA_WIDTH = 960
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


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class _Frame:
    """One frame: its instant, and the points of every LiDAR in the frame of the labels."""

    index: int
    timestamp_ns: int
    sweeps: tuple[NDArray[np.float64], ...]
    sweep_names: tuple[str, ...]


def render_drive(
    drive: Drive,
    labels: Labels,
    out_dir: Path | str,
    *,
    frames: Sequence[int] | None = None,
    cameras: Sequence[str] | None = None,
    video: bool = True,
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
    video : write the mp4
    progress : wraps the frames, to show how far the work is

    Raises
    ------
    ArgumentError
        When a frame or camera does not exist, or the labels are in the world and the drive has no ego poses.
    """
    out_dir = Path(out_dir)
    labels = labels_in_world(labels, drive.trajectory)
    times = frame_timestamps_ns(drive)
    chosen = _check_frames(frames, len(times))
    names = _check_cameras(drive, cameras)
    _warn_when_apart(labels, times[list(chosen)])
    counts: dict[str, Counter[str]] = {"pictures": Counter(), "missing_images": Counter(), "skipped": Counter()}
    video_path = out_dir / f"{BIRDSEYE}.mp4"
    clip = Video(video_path, frames_per_second=_frame_rate(times, chosen)) if video else None
    drawn = 0
    if clip is not None:
        with clip:
            for pictures in _draw_frames(drive, labels, chosen, names, counts, progress, out_dir):
                clip.add(_side_by_side(pictures.get(names[0]) if names else None, pictures[BIRDSEYE], bool(names)))
                drawn += 1
    else:
        drawn = sum(1 for _ in _draw_frames(drive, labels, chosen, names, counts, progress, out_dir))
    _warn_of(counts)
    return RenderSummary(
        frames=drawn,
        pictures=dict(counts["pictures"]),
        missing_images=dict(counts["missing_images"]),
        skipped=dict(counts["skipped"]),
        video=video_path if video else None,
    )


def _draw_frames(
    drive: Drive,
    labels: Labels,
    chosen: Sequence[int],
    cameras: Sequence[str],
    counts: Mapping[str, Counter[str]],
    progress: Callable[[Sequence[int]], Iterable[int]],
    out_dir: Path,
) -> Iterable[dict[str, NDArray[np.uint8]]]:
    """Draw and write frame after frame; yields the pictures of each by folder."""
    times = frame_timestamps_ns(drive)
    reach_ns = _frame_step_ns(times) // 2
    for index in progress(chosen):
        now_ns = int(times[index])
        if drive.trajectory is not None and not drive.trajectory.covers(now_ns):
            counts["skipped"]["the frame is outside the ego trajectory"] += 1
            continue
        frame = _read_frame(drive, index, now_ns, reach_ns, counts)
        pictures = {BIRDSEYE: _birdseye_picture(drive, labels, frame, reach_ns)}
        write_picture(pictures[BIRDSEYE], out_dir / BIRDSEYE / f"{index:06d}.png")
        counts["pictures"][BIRDSEYE] += 1
        for name in cameras:
            picture = _camera_picture(drive, labels, frame, name, reach_ns, counts)
            if picture is not None:
                write_picture(picture, out_dir / name / f"{index:06d}.jpg")
                counts["pictures"][name] += 1
                pictures[name] = picture
        yield pictures


def _read_frame(drive: Drive, index: int, now_ns: int, reach_ns: int, counts: Mapping[str, Counter[str]]) -> _Frame:
    """Read the sweep of every LiDAR nearest to the frame, each moved by the ego pose of its own instant."""
    sweeps, names = [], []
    for sensor in drive.rig.of_kind("lidar"):
        try:
            i = sync(drive, sensor.name, now_ns)
            own_ns = int(drive.timestamps_ns(sensor.name)[i])
            if abs(own_ns - now_ns) > reach_ns or not _covers(drive, own_ns):
                continue
            points = drive.sweep(sensor.name, i).points
        except (MissingDataError, ArgumentError, FormatError) as error:
            _count_once(counts, f"no points of {sensor.name}", error)
            continue
        points = points[np.isfinite(points).all(axis=1)]
        sweeps.append((_frame_from_ego(drive, own_ns) @ sensor.ego_from_sensor).apply(points))
        names.append(sensor.name)
    return _Frame(index=index, timestamp_ns=now_ns, sweeps=tuple(sweeps), sweep_names=tuple(names))


def _camera_picture(
    drive: Drive,
    labels: Labels,
    frame: _Frame,
    name: str,
    reach_ns: int,
    counts: Mapping[str, Counter[str]],
) -> NDArray[np.uint8] | None:
    sensor, camera = drive.rig[name], drive.rig.camera(name)
    times = drive.timestamps_ns(name)
    i = sync(drive, name, frame.timestamp_ns)
    now_ns = int(times[i])
    # A picture of a neighbouring frame would show the neighbour's instant: one frame step is the limit.
    if abs(now_ns - frame.timestamp_ns) > 2 * reach_ns or not _covers(drive, now_ns):
        counts["skipped"][f"{name} has no picture at the frame, or no ego pose at its picture"] += 1
        return None
    camera_from_frame = (_frame_from_ego(drive, now_ns) @ sensor.ego_from_sensor).inverse()
    try:
        image = drive.image(name, i)
    except (MissingDataError, FormatError) as error:
        if name not in counts["missing_images"]:
            _log.warning("%s; LiDAR points are drawn instead", error)
        counts["missing_images"][name] += 1
        points = np.concatenate([np.empty((0, 3)), *frame.sweeps])
        image = draw_ranges(camera_from_frame.apply(points), camera)
    boxes = boxes_at(labels, now_ns, frame_ns=frame.timestamp_ns, frame_reach_ns=reach_ns)
    picture = draw_cuboids(
        image,
        camera,
        boxes.cuboids.moved(camera_from_frame, frame=name),
        [track_color(track_id) for track_id in boxes.track_ids],
        captions=_captions(boxes, labels),
        solid=boxes.placed,
    )
    offset_ms = (now_ns - frame.timestamp_ns) * 1e-6
    Captions(picture, scale=0.6).put(f"{name}  frame {frame.index}  {offset_ms:+.1f} ms", (10, 24), TEXT)
    return picture


def _birdseye_picture(drive: Drive, labels: Labels, frame: _Frame, reach_ns: int) -> NDArray[np.uint8]:
    boxes = boxes_at(labels, frame.timestamp_ns, frame_reach_ns=reach_ns)
    colors = [track_color(track_id) for track_id in boxes.track_ids]
    trails = []
    for track_id, center in zip(boxes.track_ids, boxes.cuboids.centers, strict=True):
        track = labels.track(track_id)
        seconds_ago = (frame.timestamp_ns - track.timestamps_ns) * 1e-9
        recent = track.cuboids.centers[(seconds_ago > 0) & (seconds_ago <= _TRAIL_S)]
        trails.append(np.concatenate([recent, center[None]]))
    up = "driving direction up" if drive.trajectory is not None else "vehicle frame"
    return draw_birdseye(
        BirdseyeView(frame_from_ego=_frame_from_ego(drive, frame.timestamp_ns)),
        sweeps=frame.sweeps,
        sweep_names=frame.sweep_names,
        cuboids=boxes.cuboids,
        colors=colors,
        captions=_captions(boxes, labels),
        solid=boxes.placed,
        trails=trails,
        trail_colors=colors,
        title=f"{drive.name}  frame {frame.index}  {len(colors)} boxes  {up}",
    )


def _captions(boxes: InstantBoxes, labels: Labels) -> list[str]:
    """Name every box by the common name of its category and its id, a long id by its beginning."""
    ontology = labels.ontology
    names = [ontology[category].name if category in ontology else category for category in boxes.categories]
    ids = [track_id if len(track_id) <= _LONGEST_ID else track_id[:6] + ".." for track_id in boxes.track_ids]
    return [f"{name} {track_id}" for name, track_id in zip(names, ids, strict=True)]


def _frame_from_ego(drive: Drive, timestamp_ns: int) -> Transform:
    """Where the vehicle stands in the frame of the labels: in the world, or in itself without ego poses."""
    return Transform.identity() if drive.trajectory is None else drive.trajectory.at(timestamp_ns)


def _covers(drive: Drive, timestamp_ns: int) -> bool:
    return drive.trajectory is None or bool(drive.trajectory.covers(timestamp_ns))


def _check_frames(frames: Sequence[int] | None, n_frames: int) -> list[int]:
    chosen = list(range(n_frames)) if frames is None else [int(i) for i in frames]
    outside = [i for i in chosen if not 0 <= i < n_frames]
    if outside or not chosen:
        raise ArgumentError(f"frames must lie between 0 and {n_frames - 1}, got {outside[0] if outside else 'none'}")
    return chosen


def _check_cameras(drive: Drive, cameras: Sequence[str] | None) -> list[str]:
    """Name the cameras to draw; one that took no picture is left out, and said."""
    names = [sensor.name for sensor in drive.rig.of_kind("camera")] if cameras is None else list(cameras)
    for name in names:
        drive.rig.camera(name)  # raises for anything that is no camera
    empty = [name for name in names if len(drive.timestamps_ns(name)) == 0]
    if empty:
        _log.warning("no picture was taken by %s", ", ".join(empty))
    return [name for name in names if name not in empty]


def _frame_step_ns(times: NDArray[np.int64]) -> int:
    return int(np.median(np.diff(times))) if len(times) > 1 else 100_000_000


def _frame_rate(times: NDArray[np.int64], chosen: Sequence[int]) -> float:
    """Pictures per second at which the drive plays in real time, within what players show."""
    step_s = _frame_step_ns(times[list(chosen)]) * 1e-9
    return float(np.clip(1.0 / max(step_s, 1e-3), 1.0, 30.0))


def _side_by_side(
    camera_picture: NDArray[np.uint8] | None, birdseye: NDArray[np.uint8], with_camera: bool
) -> NDArray[np.uint8]:
    """One picture of the video: the camera at the left, the bird's-eye view at the right."""
    right = cv2.resize(birdseye, (_VIDEO_HEIGHT, _VIDEO_HEIGHT), interpolation=cv2.INTER_AREA)
    if not with_camera:
        return np.asarray(right, np.uint8)
    left = np.empty((_VIDEO_HEIGHT, _VIDEO_CAMERA_WIDTH, 3), np.uint8)
    left[:] = BACKGROUND
    if camera_picture is not None:
        height, width = camera_picture.shape[:2]
        scale = min(_VIDEO_CAMERA_WIDTH / width, _VIDEO_HEIGHT / height)
        size = (max(round(width * scale), 1), max(round(height * scale), 1))
        small = cv2.resize(camera_picture, size, interpolation=cv2.INTER_AREA)
        top, side = (_VIDEO_HEIGHT - size[1]) // 2, (_VIDEO_CAMERA_WIDTH - size[0]) // 2
        left[top : top + size[1], side : side + size[0]] = small
    return np.concatenate([left, np.asarray(right, np.uint8)], axis=1)


def _warn_when_apart(labels: Labels, times: NDArray[np.int64]) -> None:
    """Say when no label covers any frame that is drawn: labels of another drive are the usual reason."""
    spans = [(int(t.timestamps_ns[0]), int(t.timestamps_ns[-1])) for t in labels.tracks if len(t)]
    if not any(start <= times[-1] and end >= times[0] for start, end in spans):
        _log.warning("no label of %s lies within the frames that are drawn", labels.drive_name)


def _count_once(counts: Mapping[str, Counter[str]], reason: str, error: Exception) -> None:
    if reason not in counts["skipped"]:
        _log.warning("%s: %s", reason, error)
    counts["skipped"][reason] += 1


def _warn_of(counts: Mapping[str, Counter[str]]) -> None:
    for camera, n in counts["missing_images"].items():
        _log.warning("%s: %d of %d pictures have no image", camera, n, counts["pictures"][camera])
    for reason, n in counts["skipped"].items():
        _log.warning("%d times: %s", n, reason)
