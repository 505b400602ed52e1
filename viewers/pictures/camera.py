"""Camera pictures with everything drawn on them: boxes, 2D boxes, LiDAR points; and what is under a pixel."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from sensorann.errors import SensorannError, TimeRangeError
from sensorann.geometry import Camera, Cuboid, Cuboids, Transform
from sensorann.images import boxes_at, draw_cuboids, draw_ranges, track_color
from sensorann.images.colors import BACKGROUND, TEXT, Color, range_colors
from sensorann.images.lines import Captions, short_id
from sensorann.scene import Labels, sync
from viewers.picking import entry_into
from viewers.pictures.viewport import Viewport, seen_through
from viewers.recording import CachedDrive
from viewers.session import Session

SELECTED: Color = (255, 255, 255)
_BORDER = (80, 170, 250)
# A picture this near to a frame belongs to it: half the step of a 2 Hz drive.
_REACH_NS = 250_000_000


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Shot:
    """What there is to draw on the picture of one camera; holds nothing that changes, so that a worker may draw it.

    Attributes
    ----------
    name, camera : the camera
    index, timestamp_ns : its picture nearest to the frame
    camera_from_labels : where it was then
    track_ids, captions : of the boxes
    cuboids : N boxes at the instant of the picture, in the frame of the labels
    selected, solid : (N,) bool
    image_boxes : 2D boxes (left, top, right, bottom) with the ids of their objects
    """

    name: str
    camera: Camera
    index: int
    timestamp_ns: int
    camera_from_labels: Transform
    track_ids: tuple[str, ...]
    captions: tuple[str, ...]
    cuboids: Cuboids
    selected: NDArray[np.bool_]
    solid: NDArray[np.bool_]
    image_boxes: tuple[tuple[str, tuple[float, float, float, float]], ...]


def shot_of(session: Session, name: str) -> Shot | None:
    """What a camera shows at this frame; None where it has no picture near it, or nobody knows where it was."""
    drive, now = session.drive, session.timestamp_ns
    times = drive.timestamps_ns(name)
    index = sync(drive, name, now) if len(times) else 0
    instant = int(times[index]) if len(times) else now
    if abs(instant - now) > _REACH_NS:
        return None
    try:
        camera_from_labels = (session.frame_from_ego(instant) @ drive.rig[name].ego_from_sensor).inverse()
    except TimeRangeError:
        return None
    shown = {box.track.id: box for box in session.shown()}
    tracks = tuple(box.track for box in shown.values())
    boxes = boxes_at(replace(session.labels, tracks=tracks), instant, frame_ns=now)
    held = session.gesture
    return Shot(
        name=name,
        camera=drive.rig.camera(name),
        index=index,
        timestamp_ns=instant,
        camera_from_labels=camera_from_labels,
        track_ids=boxes.track_ids,
        captions=tuple(
            f"{short_id(track_id)} {kind}" for track_id, kind in zip(boxes.track_ids, boxes.categories, strict=True)
        ),
        cuboids=boxes.cuboids
        if held is None
        else _with_held(boxes.cuboids, boxes.track_ids, held.track_id, held.cuboid),
        selected=np.array([shown[track_id].selected for track_id in boxes.track_ids], np.bool_),
        solid=boxes.placed,
        image_boxes=_image_boxes(session.labels, name, instant, set(shown)),
    )


def image_of(drive: CachedDrive, shot: Shot, points_labels: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Read the picture; where it cannot be read, or there is none, the points as the camera would see them."""
    try:
        return drive.image(shot.name, shot.index)
    except SensorannError:
        return draw_ranges(shot.camera_from_labels.apply(points_labels), shot.camera)


def draw_shot(
    image: NDArray[np.uint8],
    shot: Shot,
    *,
    viewport: Viewport,
    panel: tuple[int, int],
    points_labels: NDArray[np.floating] | None = None,
    captions: bool = True,
) -> NDArray[np.uint8]:
    """Draw a camera's picture into a panel.

    Parameters
    ----------
    image : (height, width, 3) uint8, BGR
    shot : what is drawn on it
    viewport : which part is shown
    panel : (width, height) pixels
    points_labels : (N, 3) to lay over it, coloured by distance
    captions : write ids and categories

    Returns
    -------
    (height, width, 3) uint8, BGR
    """
    picture, lens = seen_through(image, shot.camera, viewport, panel)
    if points_labels is not None:
        in_view = shot.camera.contains(shot.camera.project(points_labels, camera_from_points=shot.camera_from_labels))
        _lay_points(picture, lens, shot.camera_from_labels.apply(points_labels[in_view]))
    colors = [
        SELECTED if chosen else track_color(track_id)
        for track_id, chosen in zip(shot.track_ids, shot.selected, strict=True)
    ]
    _draw_image_boxes(picture, shot, viewport)
    in_camera = shot.cuboids.moved(shot.camera_from_labels, frame=shot.name)
    return draw_cuboids(
        picture, lens, in_camera, colors, captions=shot.captions if captions else None, solid=shot.solid
    )


def no_picture(name: str, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Say in a panel (width, height) that a camera shows nothing of this frame."""
    picture = np.empty((size[1], size[0], 3), np.uint8)
    picture[:] = BACKGROUND
    Captions(picture).put(f"{name} has no picture near this frame", (10, 24), TEXT)
    return picture


def draw_strip(
    pictures: list[tuple[str, NDArray[np.uint8]]], chosen: str | None, size: tuple[int, int]
) -> NDArray[np.uint8]:
    """Draw all cameras side by side; the chosen one has a border.

    Parameters
    ----------
    pictures : name and picture (h, w, 3) of each, all of one size, see `strip_cell`
    chosen : name of the one that is shown large
    size : (width, height) of the strip, pixels
    """
    strip = np.empty((size[1], size[0], 3), np.uint8)
    strip[:] = BACKGROUND
    texts = Captions(strip, scale=0.35)
    for n, (name, picture) in enumerate(pictures):
        left, height, width = n * (size[0] // len(pictures)), *picture.shape[:2]
        strip[:height, left : left + width] = picture
        texts.put(name, (left + 4, height - 6), TEXT)
        if name == chosen:
            cv2.rectangle(strip, (left, 0), (left + width - 1, height - 1), _BORDER, 2)
    return strip


def strip_cell(n_cameras: int, size: tuple[int, int]) -> tuple[int, int]:
    """Size (width, height) of one camera in a strip."""
    return max(size[0] // max(n_cameras, 1) - 2, 1), max(size[1], 1)


def best_camera(session: Session) -> str | None:
    """Camera that shows the selected box largest, else the first one; None where there is none."""
    names = [sensor.name for sensor in session.drive.rig.of_kind("camera")]
    cuboid = session.box_here(session.selected[-1]) if session.selected else None
    if cuboid is None or not names:
        return names[0] if names else None
    return max(names, key=lambda name: _visible_share(session, name, cuboid))


def object_at(shot: Shot, pixel: tuple[float, float]) -> str | None:
    """Id of the nearest object whose box lies under a pixel of the picture."""
    ray = shot.camera.unproject([pixel])[0]
    if not np.isfinite(ray).all():
        return None
    labels_from_camera = shot.camera_from_labels.inverse()
    origin, direction = labels_from_camera.translation, labels_from_camera.rotate(ray)
    hits = [
        (entry_into(shot.cuboids.record(row), origin, direction), track_id)
        for row, track_id in enumerate(shot.track_ids)
    ]
    distance, track_id = min(hits, default=(np.inf, ""))
    return track_id if np.isfinite(distance) else None


def _visible_share(session: Session, name: str, cuboid: Cuboid) -> float:
    """How much of a camera's picture the box fills, as the share of the box around its corners."""
    shot = shot_of(session, name)
    if shot is None:
        return -1.0
    one = Cuboids(
        centers=cuboid.center[None],
        sizes=np.array([cuboid.size]),
        rotations=cuboid.frame_from_cuboid.rotation[None],
        frame=cuboid.frame,
    )
    pixels = shot.camera.project(shot.camera_from_labels.apply(one.corners()[0]))
    pixels = pixels[np.isfinite(pixels).all(axis=1)]
    if not len(pixels):
        return 0.0
    width, height = shot.camera.size
    cut = np.clip(pixels, 0, [width, height])
    return float(np.ptp(cut, axis=0).prod()) / (width * height)


def _with_held(cuboids: Cuboids, track_ids: tuple[str, ...], held_id: str, held: Cuboid) -> Cuboids:
    """Put the box under the hand in its row."""
    if held_id not in track_ids:
        return cuboids
    row = track_ids.index(held_id)
    centers, sizes, rotations = cuboids.centers.copy(), cuboids.sizes.copy(), cuboids.rotations.copy()
    centers[row], sizes[row], rotations[row] = held.center, held.size, held.frame_from_cuboid.rotation
    return Cuboids(centers=centers, sizes=sizes, rotations=rotations, frame=cuboids.frame)


def _image_boxes(
    labels: Labels, camera: str, instant: int, shown: set[str]
) -> tuple[tuple[str, tuple[float, float, float, float]], ...]:
    with_cuboid = {track.id for track in labels.tracks}
    found = []
    for track in labels.image_tracks:
        row = int(np.searchsorted(track.timestamps_ns, instant))
        here = track.camera == camera and row < len(track.timestamps_ns) and track.timestamps_ns[row] == instant
        if here and (track.id in shown or track.id not in with_cuboid):
            left, top, right, bottom = (float(edge) for edge in track.boxes[row])
            found.append((track.id, (left, top, right, bottom)))
    return tuple(found)


def _draw_image_boxes(picture: NDArray[np.uint8], shot: Shot, viewport: Viewport) -> None:
    matrix = viewport.panel_from_picture(shot.camera.size, (picture.shape[1], picture.shape[0]))
    for track_id, (left, top, right, bottom) in shot.image_boxes:
        corners = np.array([[left, top], [right, bottom]]) * matrix[0, 0] + matrix[:, 2]
        start, end = np.round(corners).astype(int).tolist()
        cv2.rectangle(picture, start, end, track_color(track_id), 1)


def _lay_points(picture: NDArray[np.uint8], lens: Camera, points_camera: NDArray[np.float64]) -> None:
    """Put points on a picture, the nearest last."""
    points = points_camera[points_camera[:, 2] > 0.1]
    pixels = lens.project(points)
    inside = lens.contains(pixels)
    distances = np.linalg.norm(points[inside], axis=1)
    order = np.argsort(-distances, kind="stable")
    columns, rows = np.round(pixels[inside][order]).astype(np.int64).T
    picture[np.clip(rows, 0, None), np.clip(columns, 0, None)] = range_colors(distances[order])
