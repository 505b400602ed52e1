"""A look at what each finding speaks of: cut out of a picture, from above, and its points in space."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import FormatError, MissingDataError
from sensorann.geometry import Cuboids, Transform
from sensorann.images import InstantBoxes, boxes_at
from sensorann.images.closeups import birdseye_closeup, camera_closeup, encoded_small
from sensorann.images.frame_pictures import sweeps_near
from sensorann.images.tally import Tally
from sensorann.qa.checking import Finding
from sensorann.scene import Drive, Labels, frame_timestamps_ns, into_sensor, sync

# Around the middle of the object, metres; more points than this make a page slow.
_AROUND_M, _MOST_POINTS = 4.0, 2500
# What stands where no box says it is cut out of the picture as if it were a cube of this edge, metres.
_UNKNOWN_EDGE = 2.0
_USUAL_STEP_NS = 100_000_000


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Look:
    """What there is to see of one finding.

    Attributes
    ----------
    camera : name of the camera that shows it best; empty where none does
    picture, above : WebP files; empty where there is none
    points : (P, 3) float64 around the object, metres from its middle
    corners : (8, 3) float64 of its box, metres from its middle; NaN where it has none
    """

    camera: str = ""
    picture: bytes = b""
    above: bytes = b""
    points: NDArray[np.float64]
    corners: NDArray[np.float64]

    @classmethod
    def nothing(cls) -> Look:
        """Of a finding without a place."""
        return cls(points=np.zeros((0, 3)), corners=np.full((8, 3), np.nan))


def look_at(
    findings: Sequence[Finding],
    labels: Labels,
    drive: Drive | None,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> list[Look]:
    """Look at every finding; sweeps and pictures are read once per instant.

    Parameters
    ----------
    findings : of these labels
    labels : in the world where the drive has ego poses
    drive : the recording; without one there are boxes from above and no more
    progress : called with the number of findings done and of all
    """
    looks = [Look.nothing()] * len(findings)
    order = sorted(range(len(findings)), key=lambda i: findings[i].timestamp_ns)
    now: _Instant | None = None
    for n_done, i in enumerate(order):
        if now is None or now.timestamp_ns != findings[i].timestamp_ns:
            now = _Instant.of(findings[i].timestamp_ns, labels, drive)
        looks[i] = now.look(findings[i])
        if progress is not None:
            progress(n_done + 1, len(findings))
    return looks


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class _Instant:
    """Everything of one instant."""

    timestamp_ns: int
    drive: Drive | None
    sweeps: tuple[NDArray[np.float64], ...]
    boxes: InstantBoxes
    heading: float
    pictures: dict[str, NDArray[np.uint8] | None]

    @classmethod
    def of(cls, timestamp_ns: int, labels: Labels, drive: Drive | None) -> _Instant:
        boxes = boxes_at(labels, timestamp_ns)
        heading, sweeps = 0.0, tuple[NDArray[np.float64], ...]()
        if drive is not None:
            if drive.trajectory is not None and drive.trajectory.covers(timestamp_ns):
                heading = drive.trajectory.at(timestamp_ns).yaw
            sweeps = tuple(_sweeps_at(drive, timestamp_ns))
        return cls(timestamp_ns=timestamp_ns, drive=drive, sweeps=sweeps, boxes=boxes, heading=heading, pictures={})

    def look(self, finding: Finding) -> Look:
        """Look at one finding of this instant."""
        chosen = self.boxes.track_ids.index(finding.object) if finding.object in self.boxes.track_ids else None
        if chosen is not None:
            box = self.boxes.cuboids[chosen : chosen + 1]
        elif finding.place is not None:
            center = np.array([finding.place])
            edges = np.full((1, 3), _UNKNOWN_EDGE)
            box = Cuboids.from_yaws(center, edges, np.zeros(1), frame=self.boxes.cuboids.frame)
        else:
            return Look.nothing()
        middle = box.centers[0]
        ground = Transform.from_yaw(self.heading, middle - [0.0, 0.0, box.sizes[0, 2] / 2])
        above = birdseye_closeup(self.sweeps, place=ground, boxes=self.boxes.cuboids, chosen=chosen)
        camera, picture = self._picture_of(box)
        return Look(
            camera=camera,
            picture=picture,
            above=encoded_small(above),
            points=_thinned(_around(self.sweeps, middle, reach=float(box.sizes.max()) / 2 + _AROUND_M / 2)),
            corners=box.corners()[0] - middle if chosen is not None else np.full((8, 3), np.nan),
        )

    def _picture_of(self, box: Cuboids) -> tuple[str, bytes]:
        """Cut the box out of the picture in whose middle it stands; nothing where no camera shows it."""
        if self.drive is None:
            return "", b""
        best = ("", b"")
        nearest = np.inf
        for sensor in self.drive.rig.of_kind("camera"):
            if sensor.camera is None or not len(self.drive.timestamps_ns(sensor.name)):
                continue
            i = sync(self.drive, sensor.name, self.timestamp_ns)
            now_ns = int(self.drive.timestamps_ns(sensor.name)[i])
            trajectory = self.drive.trajectory
            if trajectory is not None and not trajectory.covers(now_ns):
                continue
            seen = into_sensor(box, sensor, trajectory, timestamps_ns=[now_ns])
            (pixel,) = sensor.camera.project(seen.centers)
            off = float(np.abs(pixel - np.array(sensor.camera.size) / 2).max() / max(sensor.camera.size))
            if not sensor.camera.contains(pixel[None])[0] or off >= nearest:
                continue
            image = self._image(sensor.name, i)
            cut = None if image is None else camera_closeup(image, sensor.camera, seen)
            if cut is not None:
                best, nearest = (sensor.name, encoded_small(cut)), off
        return best

    def _image(self, camera: str, index: int) -> NDArray[np.uint8] | None:
        if camera not in self.pictures and self.drive is not None:
            try:
                self.pictures[camera] = self.drive.image(camera, index)
            except (MissingDataError, FormatError):
                self.pictures[camera] = None
        return self.pictures.get(camera)


def _sweeps_at(drive: Drive, timestamp_ns: int) -> Iterable[NDArray[np.float64]]:
    times = frame_timestamps_ns(drive)
    step_ns = int(np.median(np.diff(times))) if len(times) > 1 else _USUAL_STEP_NS
    return sweeps_near(drive, timestamp_ns, reach_ns=step_ns // 2, tally=Tally()).values()


def _around(sweeps: Sequence[NDArray[np.float64]], middle: NDArray[np.float64], *, reach: float) -> NDArray[np.float64]:
    """Points (P, 3) of all LiDARs within a cube around the middle, and from it."""
    offsets = np.concatenate([np.zeros((0, 3)), *sweeps]) - middle
    return offsets[(np.abs(offsets) < reach).all(axis=1)]


def _thinned(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return points[:: max(1, -(-len(points) // _MOST_POINTS))]
