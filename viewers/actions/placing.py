"""New boxes: from one click, from three, and from the frame beside."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError
from sensorann.fitting import ClickedFit, cuboid_from_image_box, fit_at
from sensorann.geometry import Cuboid, Transform
from sensorann.geometry.arrays import as_array
from sensorann.scene import Category, Ontology, Track
from sensorann.tracks import surgery
from viewers.session import Session
from viewers.state import Tool

_SMALLEST_EDGE = 0.1


def click(session: Session, point: ArrayLike) -> None:
    """Use the tool in hand on a point (3,) in the frame of the labels; without a tool nothing happens."""
    if session.tool is Tool.CLICK:
        create_from_click(session, point)
    elif session.tool is Tool.THREE_CLICKS:
        session.clicks += (as_array(point, (3,), np.float64, name="point", finite=True),)
        if len(session.clicks) == 3:
            corners, session.clicks = session.clicks, ()
            create_from_corners(session, *corners)
    elif session.tool is Tool.MEASURE:
        session.clicks = (*session.clicks, as_array(point, (3,), np.float64, name="point", finite=True))[-2:]
        if len(session.clicks) == 2:
            session.message = measured(*session.clicks)


def create_from_click(session: Session, point: ArrayLike) -> None:
    """Fit a box to the object at a point (3,) of this frame, in the frame of the labels; the worker looks for it.

    Where an object is selected that has no box in this frame, the box becomes its own, with its size, and faces as its
    keyframes near this instant and the way between them say.
    """
    i_frame, instant, labels = session.i_frame, session.timestamp_ns, session.labels
    owner = session.track if session.selected and session.box_here(session.selected[-1]) is None else None
    category = session.category if owner is None else owner.category
    size = None if owner is None else _nearest_size(owner, instant)

    def fit() -> ClickedFit:
        frame: Literal["world", "ego"] = "world" if labels.frame == "world" else "ego"
        return fit_at(
            session.drive,
            timestamp_ns=instant,
            point=point,
            frame=frame,
            ontology=labels.ontology,
            category=category,
            size=size,
            track=owner,
        )

    def place(found: ClickedFit) -> None:
        proposal = found.proposal
        machine = {"confidence": proposal.confidence, "lidar": found.lidar, "i_frame": i_frame}
        if owner is not None:
            wanted = surgery.put_box(session.labels, owner.id, timestamp_ns=instant, cuboid=proposal.cuboid)
            session.commit(wanted, "fit", machine=machine)
            return
        _create(session, proposal.category, proposal.cuboid, instant, kind="fit", machine=machine)

    session.worker.submit("fitting a box", fit, place)


def measured(start: NDArray[np.float64], end: NDArray[np.float64]) -> str:
    """Tell how far two points (3,) are apart, metres: in space, on the map, in height."""
    step = end - start
    return f"{np.linalg.norm(step):.2f} m apart, {np.hypot(*step[:2]):.2f} m on the map, {step[2]:+.2f} m in height"


def create_from_picture(session: Session, camera: str, box: ArrayLike) -> None:
    """Fit a box to the object behind a rectangle (4,) on a picture: left, top, right, bottom, pixels of the camera."""
    instant, labels, category = session.timestamp_ns, session.labels, session.category
    frame_box = as_array(box, (4,), np.float64, name="box", finite=True)

    def fit() -> ClickedFit:
        return cuboid_from_image_box(
            session.drive, camera, frame_box, instant, ontology=labels.ontology, category=category
        )

    def place(found: ClickedFit) -> None:
        proposal = found.proposal
        machine = {"confidence": proposal.confidence, "camera": camera, "box": frame_box.tolist()}
        _create(session, proposal.category, proposal.cuboid, instant, kind="fit", machine=machine)

    session.worker.submit("fitting a box", fit, place)


def create_from_corners(session: Session, rear: ArrayLike, front: ArrayLike, beside: ArrayLike) -> None:
    """Make a box from three points on the ground: a rear corner, the front corner of the same side, the other side.

    The first two give the heading and the length, the third the width. The box stands at the height of the first two
    and is as high as its category usually is.

    Raises
    ------
    ArgumentError
        When the points do not span a box.
    """
    corners = np.stack(
        [as_array(point, (3,), np.float64, name="corner", finite=True) for point in (rear, front, beside)]
    )
    forward = corners[1, :2] - corners[0, :2]
    length = float(np.hypot(*forward))
    if length < _SMALLEST_EDGE:
        raise ArgumentError(f"the first two clicks are {length:.2f} m apart: they should mark the length of the object")
    forward /= length
    left = np.array([-forward[1], forward[0]])
    across = float((corners[2, :2] - corners[0, :2]) @ left)
    if abs(across) < _SMALLEST_EDGE:
        raise ArgumentError(
            "the third click is in line with the first two: it should mark the other side of the object"
        )
    ontology = session.labels.ontology
    category = _likeliest(ontology, length, abs(across)) if session.category is None else ontology[session.category]
    height = category.size[2]
    middle = corners[0, :2] + length / 2 * forward + across / 2 * left
    center = np.append(middle, corners[:2, 2].mean() + height / 2)
    cuboid = Cuboid(
        frame_from_cuboid=Transform.from_yaw(float(np.arctan2(forward[1], forward[0])), center),
        size=(length, abs(across), height),
        frame=session.labels.frame,
    )
    _create(session, category.name, cuboid, session.timestamp_ns, kind="create")


def copy_to_neighbour(session: Session, n_frames: int, *, along: Literal["world", "ego"] = "world") -> None:
    """Copy the selected box some frames on, or back where negative, and go there.

    Parameters
    ----------
    session : Session
    n_frames : how far
    along : what it stays put in: the world, for what stands; the frame of the vehicle, for what drives along with it

    Raises
    ------
    ArgumentError
        When nothing is selected, or it has no box here, or there is no such frame.
    """
    track_id, cuboid = selected_box(session)
    target = session.i_frame + n_frames
    if not 0 <= target < len(session.frames):
        raise ArgumentError(f"there is no frame {target}, the drive has 0 to {len(session.frames) - 1}")
    instant = int(session.frames[target])
    if along == "ego":
        moved = session.frame_from_ego(instant) @ session.frame_from_ego(session.timestamp_ns).inverse()
        cuboid = replace(cuboid, frame_from_cuboid=moved @ cuboid.frame_from_cuboid)
    session.commit(surgery.put_box(session.labels, track_id, timestamp_ns=instant, cuboid=cuboid), "copy")
    session.go_to(target)


def selected_box(session: Session) -> tuple[str, Cuboid]:
    """Id and box in this frame of the object that was selected last.

    Raises
    ------
    ArgumentError
        When nothing is selected, or it has no box here.
    """
    track = session.track
    cuboid = session.box_here(track.id)
    if cuboid is None:
        raise ArgumentError(f"object {track.id} has no box in this frame")
    return track.id, cuboid


def _nearest_size(track: Track, timestamp_ns: int) -> tuple[float, float, float]:
    nearest = int(np.argmin(np.abs(track.timestamps_ns - timestamp_ns)))
    return track.cuboids.record(nearest).size


def _create(
    session: Session,
    category: str,
    cuboid: Cuboid,
    timestamp_ns: int,
    *,
    kind: str,
    machine: dict[str, object] | None = None,
) -> None:
    track_id = surgery.free_id(session.labels)
    wanted = surgery.started(session.labels, track_id, category, timestamp_ns=timestamp_ns, cuboid=cuboid)
    session.commit(wanted, kind, machine=machine)
    session.select(track_id)


def _likeliest(ontology: Ontology, length: float, width: float) -> Category:
    """Category whose plan is nearest, by ratios."""
    drawn = np.log([length, width])

    def off(category: Category) -> float:
        usual: NDArray[np.float64] = np.log(category.size[:2])
        return float(np.abs(usual - drawn).sum())

    return min(ontology.categories, key=off)
