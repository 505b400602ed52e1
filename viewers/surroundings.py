"""What is drawn around boxes and points: rings of distance, a grid, doubt, radar returns. Lines, in the ego frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.errors import ArgumentError, FormatError, MissingDataError, TimeRangeError
from sensorann.geometry import Cuboid, Transform
from sensorann.images import track_color
from sensorann.scene import Sensor, Source, Sweep, sync
from viewers.looks import Part
from viewers.session import Session

# Most of the lowest points of a sweep lie on the ground.
_GROUND_PERCENTILE = 5.0
_RINGS, _RING_CORNERS = (10.0, 20.0, 30.0, 50.0, 80.0, 120.0), 96
_GRID_STEP, _GRID_REACH = 10.0, 80.0
_RING_COLOR, _GRID_COLOR = (0.36, 0.38, 0.40), (0.20, 0.21, 0.22)
# Doubt is drawn as two standard deviations; less than this would be no more than a thicker line, metres.
_N_SIGMAS, _LEAST_DOUBT = 2.0, 0.05
# Returns of a radar this near to a frame are shown, and as far as they come in so many seconds.
_RADAR_REACH_NS, _ARROW_S = 60_000_000, 0.5
_RETURN_HEIGHT = 0.4
_AWAY, _TOWARDS, _STILL = (1.0, 0.35, 0.3), (0.35, 0.7, 1.0), (0.75, 0.75, 0.75)
_STANDS = 0.3
_MEASURED = (1.0, 0.9, 0.2)
_COMPUTED = (Source.INTERPOLATED, Source.FITTED)


@dataclass(frozen=True, eq=False, slots=True)
class Lines:
    """Straight lines with colors.

    Attributes
    ----------
    starts, ends : (L, 3) metres
    colors : (L, 3) RGB from 0 to 1
    """

    starts: NDArray[np.float64]
    ends: NDArray[np.float64]
    colors: NDArray[np.float64]

    @classmethod
    def of(cls, starts: ArrayLike, ends: ArrayLike, color: ArrayLike) -> Lines:
        """Lines of one color, or with one color each."""
        starts = np.asarray(starts, np.float64).reshape(-1, 3)
        colors = np.broadcast_to(np.asarray(color, np.float64), starts.shape)
        return cls(starts, np.asarray(ends, np.float64).reshape(-1, 3), colors)

    def moved(self, target_from_lines: Transform) -> Lines:
        """The same lines in another frame."""
        return Lines(target_from_lines.apply(self.starts), target_from_lines.apply(self.ends), self.colors)

    def __add__(self, other: Lines) -> Lines:
        pairs = ((self.starts, other.starts), (self.ends, other.ends), (self.colors, other.colors))
        return Lines(*(np.concatenate(pair) for pair in pairs))


NO_LINES = Lines.of([], [], (0.0, 0.0, 0.0))


def rings(height: float) -> Lines:
    """Circles of equal distance from the vehicle and a grid of 10 m, at a height in the ego frame, metres."""
    angles = np.linspace(0.0, 2 * np.pi, _RING_CORNERS + 1)
    drawn = _grid(height)
    for radius in _RINGS:
        circle = np.column_stack([radius * np.cos(angles), radius * np.sin(angles), np.full(len(angles), height)])
        drawn += Lines.of(circle[:-1], circle[1:], _RING_COLOR)
    return drawn


def rings_around(session: Session, points: NDArray[np.floating]) -> Lines:
    """Rings and grid on the ground under points (N, 3) of the ego frame, where they are wanted."""
    if Part.RINGS not in session.looks.shown or not len(points):
        return NO_LINES
    return rings(float(np.percentile(points[:, 2], _GROUND_PERCENTILE)))


def halo(session: Session) -> Lines:
    """The outlines of computed boxes, grown by twice the doubt about their place, in the frame of the labels."""
    drawn = NO_LINES
    for box in session.shown():
        row = int(np.searchsorted(box.track.timestamps_ns, session.timestamp_ns))
        doubt = np.hypot(*box.track.sigmas[row, :2])
        if box.source in _COMPUTED and doubt > _LEAST_DOUBT:
            drawn += _grown(box.cuboid, _N_SIGMAS * float(doubt), np.array(track_color(box.track.id)[::-1]) / 510)
    return drawn


def radar(session: Session) -> Lines:
    """Radar returns near this frame as upright strokes with arrows along their measured speed, in the ego frame.

    Red moves away, blue comes nearer, grey stands. Where a scan states the speed over ground, the arrow is that; else
    it lies along the ray. A scan that cannot be read is left out.
    """
    drawn = NO_LINES
    for sensor in session.drive.rig.of_kind("radar"):
        scan = _scan_near(session, sensor)
        if scan is not None and len(scan):
            drawn += _returns(session, sensor, scan)
    return drawn


def measured(session: Session) -> Lines:
    """The line between the points that were clicked so far, in the frame of the labels."""
    if len(session.clicks) < 2:
        return NO_LINES
    return Lines.of(session.clicks[:-1], session.clicks[1:], _MEASURED)


def _grid(height: float) -> Lines:
    steps = np.arange(-_GRID_REACH, _GRID_REACH + 1.0, _GRID_STEP)
    level, far = np.full(len(steps), height), np.full(len(steps), _GRID_REACH)
    along = Lines.of(np.column_stack([-far, steps, level]), np.column_stack([far, steps, level]), _GRID_COLOR)
    return along + Lines.of(np.column_stack([steps, -far, level]), np.column_stack([steps, far, level]), _GRID_COLOR)


def _grown(cuboid: Cuboid, by: float, color: NDArray[np.float64]) -> Lines:
    length, width, height = cuboid.size
    signs = np.array([[1, 1], [1, -1], [-1, -1], [-1, 1], [1, 1]])
    plan = signs * (np.array([length, width]) / 2 + by)
    corners = cuboid.frame_from_cuboid.apply(np.column_stack([plan, np.full(5, -height / 2)]))
    return Lines.of(corners[:-1], corners[1:], color)


def _scan_near(session: Session, sensor: Sensor) -> Sweep | None:
    try:
        times = session.drive.timestamps_ns(sensor.name)
        index = sync(session.drive, sensor.name, session.timestamp_ns)
        near = abs(int(times[index]) - session.timestamp_ns) <= _RADAR_REACH_NS
        return session.drive.sweep(sensor.name, index) if near else None
    except (ArgumentError, MissingDataError, FormatError):
        return None


def _returns(session: Session, sensor: Sensor, scan: Sweep) -> Lines:
    try:
        then = session.frame_from_ego(scan.timestamp_ns)
    except TimeRangeError:
        return NO_LINES
    ego_from_sensor = session.frame_from_ego(session.timestamp_ns).inverse() @ then @ sensor.ego_from_sensor
    finite = np.flatnonzero(np.isfinite(scan.points).all(axis=1))
    points = scan.points[finite].astype(np.float64)
    rays = points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-6)
    speeds = _velocities(scan, rays, finite)
    away = (speeds * rays).sum(axis=1)
    colors = np.where(away[:, None] > 0, _AWAY, _TOWARDS)
    colors[np.abs(away) < _STANDS] = _STILL
    feet = ego_from_sensor.apply(points)
    tops = feet + np.array([0.0, 0.0, _RETURN_HEIGHT])
    arrows = tops + _ARROW_S * ego_from_sensor.rotate(speeds)
    return Lines.of(feet, tops, colors) + Lines.of(tops, arrows, colors)


def _velocities(scan: Sweep, rays: NDArray[np.float64], finite: NDArray[np.int64]) -> NDArray[np.float64]:
    """Velocity (N, 3) of each return in the frame of the radar, m/s: over ground, or along its ray; 0 where none is."""
    if "vx_comp" in scan.fields and "vy_comp" in scan.fields:
        vx, vy = (np.asarray(scan.fields[name], np.float64)[finite] for name in ("vx_comp", "vy_comp"))
        return np.nan_to_num(np.column_stack([vx, vy, np.zeros(len(vx))]))
    if "doppler" in scan.fields:
        return np.nan_to_num(np.asarray(scan.fields["doppler"], np.float64)[finite, None] * rays)
    return np.zeros_like(rays)
