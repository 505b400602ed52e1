"""The pictures of one frame: each camera at its own instant, and the scene from above."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError, FormatError, MissingDataError
from sensorann.geometry import Transform
from sensorann.images.birdseye import BirdseyeView, draw_birdseye
from sensorann.images.colors import BACKGROUND, TEXT, track_color
from sensorann.images.instants import InstantBoxes, boxes_at
from sensorann.images.lines import Captions, short_id
from sensorann.images.overlays import draw_cuboids, draw_ranges
from sensorann.images.tally import Tally
from sensorann.scene import Drive, Labels, at_one_instant, sync

_TRAIL_S = 5.0
_VIDEO_HEIGHT = 720
_VIDEO_CAMERA_WIDTH = 960


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Frame:
    """One frame, with the points of every LiDAR in the frame of the labels.

    Attributes
    ----------
    index, timestamp_ns : which one, and when
    reach_ns : what was measured or labelled at most this far from the frame belongs to it
    sweeps, sweep_names : points (N, 3) of each LiDAR that has a sweep here, and its name
    """

    index: int
    timestamp_ns: int
    reach_ns: int
    sweeps: tuple[NDArray[np.float64], ...]
    sweep_names: tuple[str, ...]


def read_frame(drive: Drive, *, index: int, timestamp_ns: int, reach_ns: int, tally: Tally) -> Frame:
    """Read what all LiDARs measured at a frame."""
    sweeps = sweeps_near(drive, timestamp_ns, reach_ns=reach_ns, tally=tally)
    return Frame(
        index=index,
        timestamp_ns=timestamp_ns,
        reach_ns=reach_ns,
        sweeps=tuple(sweeps.values()),
        sweep_names=tuple(sweeps),
    )


def sweeps_near(drive: Drive, timestamp_ns: int, *, reach_ns: int, tally: Tally) -> dict[str, NDArray[np.float64]]:
    """Points (N, 3) of every LiDAR nearest to an instant by name, each moved by the ego pose of its own instant."""
    sweeps = {}
    for sensor in drive.rig.of_kind("lidar"):
        try:
            i = sync(drive, sensor.name, timestamp_ns)
            own_ns = int(drive.timestamps_ns(sensor.name)[i])
            if abs(own_ns - timestamp_ns) > reach_ns or not _covers(drive, own_ns):
                tally.skip(f"{sensor.name} has no sweep at the frame, or no ego pose at its sweep")
                continue
            sweep = drive.sweep(sensor.name, i)
        except (MissingDataError, ArgumentError, FormatError) as error:
            tally.skip(f"no points of {sensor.name}", error)
            continue
        still = at_one_instant(sweep, ego_from_sensor=sensor.ego_from_sensor, trajectory=drive.trajectory)
        points = still.points[np.isfinite(still.points).all(axis=1)]
        sweeps[sensor.name] = (_frame_from_ego(drive, own_ns) @ sensor.ego_from_sensor).apply(points)
    return sweeps


def camera_picture(
    drive: Drive,
    labels: Labels,
    frame: Frame,
    *,
    name: str,
    tally: Tally,
) -> NDArray[np.uint8] | None:
    """Draw the boxes on the picture of a camera nearest to the frame, at the instant of that picture.

    None where the camera has no picture near the frame, or nobody knows where the vehicle was; both are counted.
    """
    sensor, camera = drive.rig[name], drive.rig.camera(name)
    times = drive.timestamps_ns(name)
    i = sync(drive, name, frame.timestamp_ns)
    now_ns = int(times[i])
    # A picture of a neighbouring frame would show the neighbour's instant: one frame step is the limit.
    if abs(now_ns - frame.timestamp_ns) > 2 * frame.reach_ns or not _covers(drive, now_ns):
        tally.skip(f"{name} has no picture at the frame, or no ego pose at its picture")
        return None
    camera_from_frame = (_frame_from_ego(drive, now_ns) @ sensor.ego_from_sensor).inverse()
    try:
        image = drive.image(name, i)
    except (MissingDataError, FormatError) as error:
        tally.miss_image(name, error, has_points=any(len(sweep) for sweep in frame.sweeps))
        points = np.concatenate([np.empty((0, 3)), *frame.sweeps])
        image = draw_ranges(camera_from_frame.apply(points), camera)
    boxes = boxes_at(labels, now_ns, frame_ns=frame.timestamp_ns, frame_reach_ns=frame.reach_ns)
    picture = draw_cuboids(
        image,
        camera,
        boxes.cuboids.moved(camera_from_frame, frame=name),
        [track_color(track_id) for track_id in boxes.track_ids],
        captions=_captions(boxes, labels),
        solid=boxes.placed,
    )
    offset_ms = (now_ns - frame.timestamp_ns) * 1e-6
    known = "" if boxes.track_ids else "  no label covers this instant"
    Captions(picture, scale=0.6).put(f"{name}  frame {frame.index}  {offset_ms:+.1f} ms{known}", (10, 24), TEXT)
    return picture


def birdseye_picture(drive: Drive, labels: Labels, frame: Frame) -> NDArray[np.uint8]:
    """Draw the frame from above, with the paths of the last seconds."""
    boxes = boxes_at(labels, frame.timestamp_ns, frame_reach_ns=frame.reach_ns)
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
    return [f"{name} {short_id(track_id)}" for name, track_id in zip(names, boxes.track_ids, strict=True)]


def _frame_from_ego(drive: Drive, timestamp_ns: int) -> Transform:
    """Where the vehicle stands in the frame of the labels: in the world, or in itself without ego poses."""
    return Transform.identity() if drive.trajectory is None else drive.trajectory.at(timestamp_ns)


def _covers(drive: Drive, timestamp_ns: int) -> bool:
    return drive.trajectory is None or bool(drive.trajectory.covers(timestamp_ns))


def side_by_side(
    birdseye: NDArray[np.uint8], *, camera: NDArray[np.uint8] | None, with_camera: bool
) -> NDArray[np.uint8]:
    """One picture of the video: the camera (dark where it has no picture) at the left, bird's-eye view at the right."""
    right = cv2.resize(birdseye, (_VIDEO_HEIGHT, _VIDEO_HEIGHT), interpolation=cv2.INTER_AREA)
    if not with_camera:
        return np.asarray(right, np.uint8)
    left = np.empty((_VIDEO_HEIGHT, _VIDEO_CAMERA_WIDTH, 3), np.uint8)
    left[:] = BACKGROUND
    if camera is not None:
        height, width = camera.shape[:2]
        scale = min(_VIDEO_CAMERA_WIDTH / width, _VIDEO_HEIGHT / height)
        size = (max(round(width * scale), 1), max(round(height * scale), 1))
        small = cv2.resize(camera, size, interpolation=cv2.INTER_AREA)
        top, side = (_VIDEO_HEIGHT - size[1]) // 2, (_VIDEO_CAMERA_WIDTH - size[0]) // 2
        left[top : top + size[1], side : side + size[0]] = small
    return np.concatenate([left, np.asarray(right, np.uint8)], axis=1)
