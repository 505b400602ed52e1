"""`sensorann fit`: a cuboid from one click, or from a 2D box on a picture."""

import math
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from sensorann.cli.labels import read_labels
from sensorann.cli.output import AsJson, print_json
from sensorann.errors import ArgumentError, UsageError
from sensorann.fitting.clicking import ClickedFit, ClickFrame, fit_at
from sensorann.fitting.image_box import cuboid_from_image_box
from sensorann.formats import open_drive
from sensorann.scene import Drive, Track, frame_timestamps_ns, labels_in_world


def fit(
    drive: str,
    /,
    *,
    at: Annotated[int, Parameter(validator=Number(gte=0))],
    point: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    box2d: str | None = None,
    toward: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    labels: str | None = None,
    track: str | None = None,
    frame: ClickFrame = "ego",
    sensor: str | None = None,
    category: str | None = None,
    size: str | None = None,
    as_json: AsJson = False,
) -> None:
    """Fit a cuboid to the object at a point, or in a 2D box on a picture.

    The object is grown from the point in the LiDAR sweep, above the ground and up to its neighbours. Its category is
    guessed from its size when it is not given; a box stands on the faces that were seen and reaches as far behind them
    as the category suggests. It is printed in the world where the drive has ego poses, else in the ego frame, with the
    chances that its heading is off by a half or a quarter of a turn: the bonnet tells the front of a car, of all else
    points alone do not tell it.

    For example:

        sensorann fit kitti/training#0000 --at 40 --point 18,2.6,-0.3
        sensorann fit kitti/training#0000 --at 40 --point 18,2.6,-0.3 --category van
        sensorann fit nuscenes#scene-0103 --at 3 --box2d CAM_FRONT:610,420,830,540
        sensorann fit kitti/training#0000 --at 40 --point 18,2.6,-0.3 --size 4.4,1.8,1.5 --json

    Parameters
    ----------
    drive
        The recording: a path, or ROOT#NAME for one of several.
    at
        Index of the frame.
    point
        X,Y,Z in metres, at most 1 m from a measured point of the object.
    box2d
        CAMERA:LEFT,TOP,RIGHT,BOTTOM in pixels, around the object on the picture of that camera; instead of a point.
    toward
        X,Y,Z of a second point: the object faces from the first one to it.
    labels
        Labels of the drive, a file or STORE#DRIVE, that hold the object at other instants.
    track
        Id of the object in them: its keyframes, and the way between them, say where it faces.
    frame
        Frame of the points.
    sensor
        LiDAR whose sweep is used; the first one of the drive when not given.
    category
        What was clicked, such as car; guessed when not given.
    size
        Known length,width,height in metres, such as those of the object in another frame: hidden faces then follow. The
        box keeps that size, and grows only where the points reach more than 0.2 m beyond it.
    as_json
        Print the box as JSON.
    """
    recording = open_drive(drive)
    instant = _instant(recording, at)
    if (point is None) == (box2d is None):
        raise UsageError("what to fit is said by --point or by --box2d, by one of them")
    if box2d is not None:
        if size is not None:
            raise UsageError("--size goes with --point")
        camera, edges = _picture_box(box2d)
        found = cuboid_from_image_box(recording, camera, edges, instant, category=category, lidar=sensor)
    else:
        found = fit_at(
            recording,
            timestamp_ns=instant,
            point=_numbers(str(point), 3, name="--point", example="12.5,3,-0.4"),
            frame=frame,
            lidar=sensor,
            category=category,
            size=None if size is None else _size(size),
            toward=None if toward is None else _numbers(toward, 3, name="--toward", example="14.5,3,-0.4"),
            track=None if track is None else _track(recording, labels, track),
        )
    if as_json:
        print_json(_as_document(found))
    else:
        _show(found)


def _instant(recording: Drive, at: int) -> int:
    times = frame_timestamps_ns(recording)
    if at >= len(times):
        raise ArgumentError(f"--at {at}: drive {recording.name} has the frames 0 to {len(times) - 1}")
    return int(times[at])


def _track(recording: Drive, labels: str | None, track_id: str) -> Track:
    if labels is None:
        raise UsageError("--track needs --labels")
    return labels_in_world(read_labels(labels, drive=recording), recording.trajectory).track(track_id)


def _size(text: str) -> tuple[float, float, float]:
    length, width, height = _numbers(text, 3, name="--size", example="4.4,1.8,1.5")
    return length, width, height


def _picture_box(text: str) -> tuple[str, list[float]]:
    camera, _, edges = text.rpartition(":")
    if not camera:
        raise UsageError(f"--box2d must be CAMERA:LEFT,TOP,RIGHT,BOTTOM, got {text!r}")
    return camera, _numbers(edges, 4, name="--box2d", example=f"{camera}:610,420,830,540")


def _numbers(text: str, count: int, *, name: str, example: str) -> list[float]:
    try:
        numbers = [float(part) for part in text.split(",")]
        if len(numbers) != count or not all(math.isfinite(part) for part in numbers):
            raise ValueError(text)
    except ValueError:
        words = {3: "three", 4: "four"}
        raise UsageError(
            f"{name} must be {words[count]} numbers with commas between, such as {example}, got {text!r}"
        ) from None
    return numbers


def _as_document(found: ClickedFit) -> dict[str, object]:
    proposal, cuboid = found.proposal, found.proposal.cuboid
    return {
        "frame": cuboid.frame,
        "timestamp_ns": found.timestamp_ns,
        "sensor": found.lidar,
        "category": proposal.category,
        "category_probability": proposal.category_probability,
        "confidence": proposal.confidence,
        "center_m": cuboid.center.tolist(),
        "size_m": list(cuboid.size),
        "yaw_deg": math.degrees(cuboid.yaw),
        "yaw_sigma_deg": math.degrees(proposal.heading.sigma),
        "half_turn_probability": proposal.heading.half_turn_probability,
        "quarter_turn_probability": proposal.heading.quarter_turn_probability,
        "rotation_wxyz": cuboid.frame_from_cuboid.quaternion_wxyz.tolist(),
        "n_points": len(proposal.rows),
        "score": proposal.score,
    }


def _show(found: ClickedFit) -> None:
    proposal, cuboid = found.proposal, found.proposal.cuboid
    x, y, z = cuboid.center
    length, width, height = cuboid.size
    print(
        f"object   {proposal.category} ({proposal.category_probability:.0%} sure); box {proposal.confidence:.0%} sure"
    )
    print(f"centre   {x:.3f}, {y:.3f}, {z:.3f} m in {cuboid.frame}")
    print(f"size     {length:.3f} x {width:.3f} x {height:.3f} m (length, width, height)")
    print(
        f"yaw      {math.degrees(cuboid.yaw):.2f} deg; off by half a turn with "
        f"{proposal.heading.half_turn_probability:.0%}, by a quarter with "
        f"{proposal.heading.quarter_turn_probability:.0%}"
    )
    print(f"points   {len(proposal.rows)} of {found.lidar}, {proposal.score:.0%} of them on the edges")
