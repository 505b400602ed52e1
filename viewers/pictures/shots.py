"""What there is to draw on the pictures of the cameras, and what is under a pixel of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import TimeRangeError
from sensorann.geometry import Camera, Cuboid, Cuboids, Transform
from sensorann.geometry.cuboids import CORNER_SIGNS
from sensorann.images import boxes_at
from sensorann.scene import Labels, sync
from viewers.frame_boxes import row_here
from viewers.picking import entry_into
from viewers.recording import CachedDrive
from viewers.session import Session
from viewers.state import Gesture, ShownBox
from viewers.telling import caption

# A picture this near to a frame belongs to it: half the step of a 2 Hz drive.
_REACH_NS = 250_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """What a session shows at one instant; nothing in it changes, so that a worker may look at it.

    Equal ones look the same.

    Attributes
    ----------
    drive, labels, timestamp_ns : of the session
    shown : the boxes of the frame
    held : the box under the hand
    """

    drive: CachedDrive
    labels: Labels
    timestamp_ns: int
    shown: tuple[ShownBox, ...]
    held: Gesture | None

    @classmethod
    def of(cls, session: Session) -> Moment:
        """A session as it is now."""
        return cls(
            drive=session.drive,
            labels=session.labels,
            timestamp_ns=session.timestamp_ns,
            shown=session.shown(),
            held=session.gesture,
        )


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


def shot_of(moment: Moment, name: str) -> Shot | None:
    """What a camera shows at this frame; None where it has no picture near it, or nobody knows where it was."""
    standing = _standing(moment.drive, name, moment.timestamp_ns)
    if standing is None:
        return None
    index, instant, camera_from_labels = standing
    shown, held = {box.track.id: box for box in moment.shown}, moment.held
    tracks = tuple(box.track for box in shown.values())
    boxes = boxes_at(replace(moment.labels, tracks=tracks), instant, frame_ns=moment.timestamp_ns)
    return Shot(
        name=name,
        camera=moment.drive.rig.camera(name),
        index=index,
        timestamp_ns=instant,
        camera_from_labels=camera_from_labels,
        track_ids=boxes.track_ids,
        captions=tuple(map(caption, boxes.track_ids, boxes.categories)),
        cuboids=boxes.cuboids
        if held is None
        else _with_held(boxes.cuboids, boxes.track_ids, held.track_id, held.cuboid),
        selected=np.array([shown[track_id].selected for track_id in boxes.track_ids], np.bool_),
        solid=boxes.placed,
        image_boxes=_image_boxes(moment.labels, name, instant, set(shown)),
    )


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


def _standing(drive: CachedDrive, name: str, now: int) -> tuple[int, int, Transform] | None:
    """A camera's picture nearest to an instant, its own instant, and the pose of the labels' frame in the camera then.

    None where it has no picture near, or nobody knows where it was.
    """
    times = drive.timestamps_ns(name)
    index = sync(drive, name, now) if len(times) else 0
    instant = int(times[index]) if len(times) else now
    if abs(instant - now) > _REACH_NS:
        return None
    try:
        return index, instant, (drive.frame_from_ego(instant) @ drive.rig[name].ego_from_sensor).inverse()
    except TimeRangeError:
        return None


def _visible_share(session: Session, name: str, cuboid: Cuboid) -> float:
    """How much of a camera's picture the box fills, as the share of the box around its corners."""
    standing = _standing(session.drive, name, session.timestamp_ns)
    if standing is None:
        return -1.0
    _, _, camera_from_labels = standing
    camera = session.drive.rig.camera(name)
    corners = cuboid.frame_from_cuboid.apply(CORNER_SIGNS * np.asarray(cuboid.size) / 2)
    pixels = camera.project(camera_from_labels.apply(corners))
    pixels = pixels[np.isfinite(pixels).all(axis=1)]
    if not len(pixels):
        return 0.0
    width, height = camera.size
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
        row = row_here(track.timestamps_ns, instant) if track.camera == camera else None
        if row is not None and (track.id in shown or track.id not in with_cuboid):
            left, top, right, bottom = (float(edge) for edge in track.boxes[row])
            found.append((track.id, (left, top, right, bottom)))
    return tuple(found)
