"""What is odd about a drive, in words: calibration, instants, ego path, measurements.

Each threshold marks what no car of today does; a drive that stays inside them may still be wrong.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Camera, Trajectory, Transform
from sensorann.geometry.rotations import rotation_angles
from sensorann.scene.drive import Drive
from sensorann.scene.rig import Sensor
from sensorann.scene.summary import DriveSummary, Gap, SensorSummary

# A sensor further than this from the ego origin is on no car: most likely the unit is not the metre.
MAX_LEVER = 10.0
FIELD_OF_VIEW_DEG = (10.0, 160.0)
MAX_FOCAL_DIFFERENCE = 0.05
MAX_PRINCIPAL_OFFSET = 0.15
MAX_CAMERA_PITCH_DEG = 60.0
MAX_CAMERA_ROLL_DEG = 30.0
# A fixed offset beyond this deserves a word: at 20 m/s it displaces what is seen by 0.4 m.
FIXED_OFFSET_S = 0.02
MAX_RANGE = 500.0
# Between poses: what a step may differ from the usual speed around it, and how fast a car turns.
STEP_SLACK, STEP_SLACK_PER_S = 0.5, 10.0
TURN_SLACK, TURN_PER_S = 0.2, 2.0
_WINDOW = 11
_SHOWN = 3


def odd_things(drive: Drive, summary: DriveSummary) -> tuple[str, ...]:
    """Say what is odd about a drive, one sentence each, sensors by name; empty when nothing is.

    Parameters
    ----------
    drive : Drive
    summary : its figures, from `summarise`
    """
    return tuple(_oddities(drive, summary))


def _oddities(drive: Drive, summary: DriveSummary) -> Iterator[str]:
    if not summary.sensors:
        frames = "its frames are those of its ego poses" if summary.n_frames else "so it has no frames"
        yield f"the drive has no sensor that could be placed, {frames}"
    for sensor in drive.rig.sensors:
        for sentence in _odd_pose(sensor):
            yield f"{sensor.name}: {sentence}"
        if sensor.camera is not None:
            for sentence in (*_odd_intrinsics(sensor.camera), *_odd_direction(sensor.ego_from_sensor)):
                yield f"{sensor.name}: {sentence}"
    for figures in summary.sensors:
        for sentence in (*_odd_instants(figures, summary.reference), *_odd_samples(figures, drive)):
            yield f"{figures.name}: {sentence}"
    if drive.trajectory is None:
        yield "there are no ego poses: boxes will live in the ego frame, where standing objects move"
        return
    yield from _odd_coverage(drive, drive.trajectory)
    yield from _odd_path(drive.trajectory)


def _odd_pose(sensor: Sensor) -> Iterator[str]:
    lever = math.hypot(*sensor.ego_from_sensor.translation)  # no square overflows on the way
    if lever > MAX_LEVER:
        yield f"sits {lever:.1f} m from the ego origin: is its translation in metres?"


def _odd_intrinsics(camera: Camera) -> Iterator[str]:
    width, height = camera.size
    fx, fy = float(camera.matrix[0, 0]), float(camera.matrix[1, 1])
    view_deg = 2 * math.degrees(math.atan(width / (2 * fx)))
    least, most = FIELD_OF_VIEW_DEG
    if camera.model == "pinhole" and not least <= view_deg <= most:
        yield (
            f"a focal length of {fx:.0f} px on a width of {width} px is a field of view of {view_deg:.0f} degrees: "
            "do the intrinsics belong to this image size?"
        )
    if abs(fx - fy) > MAX_FOCAL_DIFFERENCE * max(fx, fy):
        yield f"focal lengths differ, {fx:.0f} px across and {fy:.0f} px down: pixels are rarely that far from square"
    for name, centre, extent in (("x", camera.matrix[0, 2], width), ("y", camera.matrix[1, 2], height)):
        if abs(centre - (extent - 1) / 2) > MAX_PRINCIPAL_OFFSET * extent:
            yield f"the principal point lies at {name} = {centre:.0f} px of {extent} px, far from the middle"


def _odd_direction(ego_from_camera: Transform) -> Iterator[str]:
    down, forward = ego_from_camera.rotation[:, 1], ego_from_camera.rotation[:, 2]
    pitch_deg = math.degrees(math.asin(float(np.clip(forward[2], -1, 1))))
    if abs(pitch_deg) > MAX_CAMERA_PITCH_DEG:
        where = "up" if pitch_deg > 0 else "down"
        yield f"looks {abs(pitch_deg):.0f} degrees {where}: are its axes x right, y down, z forward?"
        return
    # The tilt of the image about the viewing direction: the angle of the x axis against the horizon.
    roll_deg = math.degrees(math.atan2(float(ego_from_camera.rotation[2, 0]), float(-down[2])))
    if abs(roll_deg) > MAX_CAMERA_ROLL_DEG:
        yield f"is rolled by {abs(roll_deg):.0f} degrees about its viewing direction"


def _odd_instants(figures: SensorSummary, reference: str | None) -> Iterator[str]:
    # Another sensor may be placed and not recorded: KITTI's labels lie in the frame of such a camera.
    if figures.n == 0 and figures.name == reference:
        yield "has no measurements, so the drive has no frames"
    if figures.n_not_increasing:
        yield f"{figures.n_not_increasing} instants are not after the one before them"
    if figures.gaps:
        yield f"{_count(len(figures.gaps), 'gap')}: {_shown(figures.gaps)}"
    if figures.offset_s is None or figures.offset_spread_s is None:
        return
    period_s = 1 / figures.rate_hz if figures.rate_hz else 0.0
    if abs(figures.offset_s) > max(period_s, 0.5):
        yield f"is {_ms(figures.offset_s)} {reference}, more than a period: are both clocks the same?"
    elif abs(figures.offset_s) > FIXED_OFFSET_S and figures.offset_spread_s < FIXED_OFFSET_S:
        yield f"measures {_ms(figures.offset_s)} {reference} throughout: use the ego pose of its own instant"


def _odd_samples(figures: SensorSummary, drive: Drive) -> Iterator[str]:
    samples = figures.samples
    n_tried = samples.n_read + samples.n_missing + len(samples.damaged)
    if samples.n_missing:
        yield f"{samples.n_missing} of {n_tried} measurements looked at are missing, the first: {samples.first_missing}"
    if samples.damaged:
        yield f"{len(samples.damaged)} of {n_tried} measurements looked at are damaged, the first: {samples.damaged[0]}"
    if 0 in samples.n_points:
        yield f"{samples.n_points.count(0)} of {n_tried} sweeps looked at have no points"
    if samples.n_points and samples.n_without_position > 0.5 * sum(samples.n_points) > 0:
        yield f"{samples.n_without_position} of {sum(samples.n_points)} points looked at have no position (NaN)"
    if samples.furthest is not None and samples.furthest > MAX_RANGE:
        yield f"a point lies {samples.furthest:.0f} m from the sensor: are the points in the sensor's own frame?"
    camera = drive.rig[figures.name].camera
    wrong = sorted({size for size in samples.image_sizes if camera is not None and size != tuple(camera.size)})
    if camera is not None and wrong:
        images = ", ".join(f"{width} x {height}" for width, height in wrong)
        yield f"images are {images} px, the calibration speaks of {camera.size[0]} x {camera.size[1]} px"


def _odd_coverage(drive: Drive, trajectory: Trajectory) -> Iterator[str]:
    for name in drive.rig:
        times = drive.timestamps_ns(name)
        n_outside = int((~trajectory.covers(times)).sum())
        if n_outside:
            worst = max(trajectory.start_ns - int(times.min()), int(times.max()) - trajectory.end_ns)
            yield (
                f"{name}: {n_outside} of {_count(len(times), 'instant')} lie outside the ego trajectory, "
                f"by up to {worst * 1e-9:.3g} s: boxes there have no pose"
            )


def _odd_path(trajectory: Trajectory) -> Iterator[str]:
    times = trajectory.timestamps_ns
    if len(times) < 3:
        yield f"the ego trajectory has {_count(len(times), 'pose')}"
        return
    seconds = np.diff(times) * 1e-9
    steps = np.linalg.norm(np.diff(trajectory.world_from_ego.translations, axis=0), axis=1)
    jumps = np.flatnonzero(
        np.abs(steps - _usual_speeds(steps / seconds) * seconds) > STEP_SLACK + STEP_SLACK_PER_S * seconds
    )
    if len(jumps):
        where = ", ".join(f"{steps[i]:.1f} m within {seconds[i]:.3g} s at pose {i}" for i in jumps[:_SHOWN])
        yield f"the ego path jumps {_count(len(jumps), 'time')}: {where}{_and_more(len(jumps))}"
    turns = _turns(trajectory.world_from_ego.rotations)
    spins = np.flatnonzero(turns > TURN_SLACK + TURN_PER_S * seconds)
    if len(spins):
        where = ", ".join(f"{math.degrees(turns[i]):.0f} degrees at pose {i}" for i in spins[:_SHOWN])
        yield f"the ego heading jumps {_count(len(spins), 'time')}: {where}{_and_more(len(spins))}"


def _usual_speeds(speeds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Median of the speeds around each step (N,): one wild step does not move it."""
    padded = np.pad(speeds, _WINDOW // 2, mode="reflect" if len(speeds) > _WINDOW // 2 else "edge")
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(padded, _WINDOW), axis=1))


def _turns(rotations: NDArray[np.float64]) -> NDArray[np.float64]:
    """Angle (N - 1,) from each rotation to the next, radians."""
    return rotation_angles(rotations[:-1].transpose(0, 2, 1) @ rotations[1:])


def _shown(gaps: tuple[Gap, ...]) -> str:
    places = ", ".join(f"{gap.duration_s:.3g} s after number {gap.index}" for gap in gaps[:_SHOWN])
    return places + _and_more(len(gaps))


def _and_more(n: int) -> str:
    return f" and {n - _SHOWN} more" if n > _SHOWN else ""


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _ms(offset_s: float) -> str:
    return f"{abs(offset_s) * 1e3:.0f} ms {'after' if offset_s > 0 else 'before'}"
