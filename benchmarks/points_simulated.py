"""How near boxes come to the truth when they follow their object's points: simulated drives, by class and gap.

    python -m benchmarks.points_simulated          print the second table of docs/points.md

Actors of simulated towns turn, brake, stop, sway and hide one another; LiDARs have 16 to 128 beams. A keyframe is the
true box at the instant at which the LiDAR looked at the object, as a person would place it on the points, and so is
what the result is scored against: deskewing takes out the motion of the vehicle, never that of the object. Simulated
people are rigid boxes, so this drive lets them walk: their legs and arms swing, one left and one right, about the
middle of the box. Every moving object is scored at all frames between its first and last keyframe, hidden or not;
"few points" are boxes with fewer than 25, whatever their class.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

import sensorann as sa
from benchmarks.points_in_loop import FORMS, GAPS, HEADER, Scores, scores_of
from sensorann.geometry import Cuboids
from sensorann.scene import Labels, Source, Sweep, Track, sources_of, unknown_sigmas
from sensorann.simulate import SimulatedDrive, simulate_drive
from sensorann.simulate.vehicle import LIDAR, SWEEP_NS

BEAMS = (16, 32, 64, 128)
N_FRAMES, N_ACTORS = 101, 60
FEWEST_AT_KEYFRAME = 10
FEW_POINTS = 25
STEPS_PER_S, SWING = 1.0, 0.25  # full cycles of both legs; metres that a foot is ahead or behind at most
HIP, SHOULDER = 0.5, 0.8  # shares of the height


@dataclass(frozen=True, eq=False, kw_only=True)
class Case:
    """One simulated drive: what there is to see, the truth of what moves, and the points on each of its boxes."""

    drive: Any
    truth: Labels
    n_points: dict[str, NDArray[np.int64]]


class Held:
    """A drive whose sweeps are in memory, people walking."""

    def __init__(self, drive: SimulatedDrive, sweeps: list[Sweep]) -> None:
        self._drive, self._sweeps = drive, sweeps

    def sweep(self, sensor: str, index: int) -> Sweep:
        return self._sweeps[index] if sensor == LIDAR else self._drive.sweep(sensor, index)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._drive, name)


def main() -> None:
    cases = [read_case(seed=seed, n_beams=n_beams) for seed, n_beams in enumerate(BEAMS)]
    print(HEADER)
    for gap in GAPS[::2]:
        tables: dict[str, list[Scores]] = {name: [] for name in FORMS}
        for case in cases:
            keyframes, hidden = hide(case, gap)
            for name, options in FORMS.items():
                result = sa.interpolate(keyframes, case.drive, **options)
                tables[name].append(scores_of(result, hidden, categories(case, hidden)))
        for group in ("car", "truck", "cyclist", "pedestrian", "few points"):
            for name, parts in tables.items():
                joined = Scores.joined(parts)
                print(f"| {gap} frames | {group} | {name} | {joined.row(group)} |")


def read_case(*, seed: int, n_beams: int) -> Case:
    """Simulate a drive, hold its sweeps, and count the points on every moving actor."""
    drive, labels = simulate_drive(seed=seed, n_frames=N_FRAMES, n_actors=N_ACTORS, n_beams=n_beams, n_columns=1800)
    world, times = drive.world, drive.timestamps_ns(LIDAR)
    counts = np.zeros((len(times), len(world.actors)), np.int64)
    sweeps = []
    for k in range(len(times)):
        sweep, owners = drive.sweep_with_owners(LIDAR, k)
        own = (owners >= 0) & (owners < len(world.actors))
        counts[k] = np.bincount(owners[own], minlength=len(world.actors))
        sweeps.append(walking(drive, sweep, owners))
    tracks, n_points = [], {}
    for track in labels.tracks:
        number = int(track.id) - 1
        actor = world.actors[number]
        rows = np.searchsorted(times, track.timestamps_ns)
        seen = np.flatnonzero(counts[rows, number] >= FEWEST_AT_KEYFRAME)
        if not actor.moves or not len(seen):
            continue
        rows = rows[seen[0] : seen[-1] + 1]
        boxes = boxes_when_seen(drive, number, times[rows])
        tracks.append(
            Track(
                id=track.id, category=track.category, timestamps_ns=times[rows], cuboids=boxes,
                sources=sources_of(len(rows), Source.HUMAN), sigmas=unknown_sigmas(len(rows)),
            )
        )  # fmt: skip
        n_points[track.id] = counts[rows, number]
    return Case(drive=Held(drive, sweeps), truth=replace(labels, tracks=tuple(tracks)), n_points=n_points)


def boxes_when_seen(drive: SimulatedDrive, number: int, timestamps_ns: NDArray[np.int64]) -> Cuboids:
    """Boxes of an actor at the instants, within each turn of the LiDAR, at which it looked their way."""
    actor = drive.world.actors[number]
    world_from_lidar = drive.trajectory.sample(timestamps_ns) @ drive.rig[LIDAR].ego_from_sensor
    places = drive.world.boxes(actor, timestamps_ns).moved(world_from_lidar.inverse(), frame=LIDAR).centers
    turned = (np.pi - np.arctan2(places[:, 1], places[:, 0])) / (2 * np.pi)
    return drive.world.boxes(actor, timestamps_ns + np.rint((turned - 0.5) * SWEEP_NS).astype(np.int64))


def labels_when_seen(drive: SimulatedDrive, labels: Labels) -> Labels:
    """The true labels as people place boxes: on the points, which a turn of the LiDAR takes a tenth of a second for."""
    tracks = [
        replace(track, cuboids=boxes_when_seen(drive, int(track.id) - 1, track.timestamps_ns))
        for track in labels.tracks
    ]
    return replace(labels, tracks=tuple(tracks))


def walking(drive: SimulatedDrive, sweep: Sweep, owners: NDArray[np.int32]) -> Sweep:
    """Let legs and arms of the people in a sweep swing, as far from the hip and the shoulder as they are."""
    points = sweep.points.copy()
    for number in np.unique(owners[(owners >= 0) & (owners < len(drive.world.actors))]):
        actor = drive.world.actors[number]
        if actor.category != "pedestrian" or not actor.moves:
            continue
        rows = np.flatnonzero(owners == number)
        times = sweep.timestamp_ns + sweep.fields["time_offset_ns"][rows].astype(np.int64)
        forwards = drive.world.boxes(actor, times).moved(
            (drive.trajectory.sample(times) @ drive.rig[LIDAR].ego_from_sensor).inverse(), frame=LIDAR
        )
        local = np.einsum("nij,ni->nj", forwards.rotations, points[rows] - forwards.centers)
        height = local[:, 2] / actor.size[2] + 0.5
        limb = np.where(height < HIP, (HIP - height) / HIP, 0.0) - np.where(
            (height > HIP) & (height < SHOULDER) & (np.abs(local[:, 1]) > 0.3 * actor.size[1]),
            (SHOULDER - height) / SHOULDER, 0.0,
        )  # fmt: skip
        phase = 2 * np.pi * STEPS_PER_S * drive.world.seconds(times) + number
        ahead = SWING * limb * np.sin(phase) * np.sign(local[:, 1])
        points[rows] += (forwards.rotations[:, :, 0] * ahead[:, None]).astype(np.float32)
    return replace(sweep, points=points)


def hide(case: Case, gap: int) -> tuple[Labels, dict[str, Track]]:
    """Keep a keyframe every `gap` frames where the object is seen well enough to be placed; hide the frames between."""
    given, hidden = [], {}
    for track in case.truth.tracks:
        keys = [0]
        for row in np.flatnonzero(case.n_points[track.id] >= FEWEST_AT_KEYFRAME):
            if row - keys[-1] >= gap:
                keys.append(int(row))
        between = np.setdiff1d(np.arange(keys[-1]), keys)
        if len(between):
            given.append(track[np.array(keys)])
            hidden[track.id] = track[between]
    return replace(case.truth, tracks=tuple(given)), hidden


def categories(case: Case, hidden: dict[str, Track]) -> dict[str, list[NDArray[np.bool_]]]:
    """Which hidden boxes, track after track, belong to which row of the table."""
    groups: dict[str, list[NDArray[np.bool_]]] = {}
    for name, track in hidden.items():
        whole = case.truth.track(name)
        few = case.n_points[name][np.isin(whole.timestamps_ns, track.timestamps_ns)] < FEW_POINTS
        kinds = {"car": ("car", "van"), "truck": ("truck",), "cyclist": ("cyclist",), "pedestrian": ("pedestrian",)}
        for group, members in kinds.items():
            groups.setdefault(group, []).append(np.full(len(track), track.category in members))
        groups.setdefault("few points", []).append(few)
    return groups


if __name__ == "__main__":
    main()
