"""Drives whose truth is known: simulated sensors in a simulated town."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.scene import Labels, Source, Track, sources_of, unknown_sigmas
from sensorann.simulate.drive import SimulatedDrive
from sensorann.simulate.lidar import LidarModel
from sensorann.simulate.vehicle import LIDAR, SWEEP_NS, build_rig, firing_times
from sensorann.simulate.world import World, draw_world


def simulate_drive(
    *,
    seed: int = 0,
    n_frames: int = 100,
    n_actors: int = 30,
    n_beams: int = 64,
    n_columns: int = 1800,
    range_noise: float = 0.02,
    dropout: float = 0.02,
    label_range: float = 80.0,
    relief: float = 1.0,
    kerb_height: float = 0.12,
    gardens: bool = False,
) -> tuple[SimulatedDrive, Labels]:
    """Simulate a drive through a town and return it with its true labels.

    The vehicle carries a spinning LiDAR at 10 Hz, a radar at 13 Hz and four cameras, each on its own instants. Nothing
    is computed until it is asked for, and every sweep, scan and picture depends on the seed, the sensor and its index
    alone: the order of access and the number of threads change nothing.

    Parameters
    ----------
    seed : of everything, >= 0
    n_frames : LiDAR sweeps, 0.1 s apart, >= 1
    n_actors : cars, vans, trucks, pedestrians and cyclists, moving and parked, >= 0
    n_beams, n_columns : rays of the LiDAR per column, columns per turn, >= 1
    range_noise : standard deviation of the LiDAR's ranges, metres
    dropout : probability that a LiDAR return is lost, 0 to 1
    label_range : metres from the ego vehicle within which actors are labelled, hidden or not
    relief : steepness of the ground, 0 to 5; its slopes stay below 5 % times this
    kerb_height : of the pavements above the road, metres, 0 to 0.4
    gardens : whether there are hedges, low walls, bushes, bins and posts between pavement and houses

    Returns
    -------
    drive : the recording
    labels : the true boxes at the LiDAR's instants, in the world frame; actor k of the world has the id str(k + 1)

    Raises
    ------
    ArgumentError
        When a number is out of its range.
    """
    counts = {
        "n_frames": (n_frames, 1),
        "n_beams": (n_beams, 1),
        "n_columns": (n_columns, 1),
        "n_actors": (n_actors, 0),
    }
    for name, (count, least) in {**counts, "seed": (seed, 0)}.items():
        if count < least:
            raise ArgumentError(f"{name} must be at least {least}, got {count}")
    if not (0 <= relief <= 5 and 0 <= kerb_height <= 0.4):
        raise ArgumentError(f"relief must be 0 to 5, kerb_height 0 to 0.4 metres; got {relief} and {kerb_height}")
    if not (range_noise >= 0 and 0 <= dropout <= 1 and label_range > 0):
        raise ArgumentError(
            f"range_noise must be >= 0, dropout between 0 and 1, label_range > 0; "
            f"got {range_noise}, {dropout} and {label_range}"
        )
    rig = build_rig()
    world = draw_world(
        seed=seed,
        span_s=SWEEP_NS * (n_frames - 1) * 1e-9,
        n_actors=n_actors,
        relief=relief,
        kerb_height=kerb_height,
        gardens=gardens,
    )
    times = firing_times(rig, start_ns=world.start_ns, n_frames=n_frames)
    lidar = LidarModel(n_beams=n_beams, n_columns=n_columns, range_noise=range_noise, dropout=dropout)
    drive = SimulatedDrive(name=f"simulated-{seed}", rig=rig, world=world, lidar=lidar, times=times)
    return drive, true_labels(world, times[LIDAR], drive_name=drive.name, label_range=label_range)


def true_labels(world: World, timestamps_ns: NDArray[np.int64], *, drive_name: str, label_range: float) -> Labels:
    """Boxes of all actors at instants (N,), in the world frame, while their middle is within range of the ego."""
    ego = world.trajectory.sample(timestamps_ns).translations
    tracks = []
    for number, actor in enumerate(world.actors, start=1):
        boxes = world.boxes(actor, timestamps_ns)
        near = np.linalg.norm(boxes.centers - ego, axis=1) <= label_range
        if near.any():
            n_boxes = int(near.sum())
            tracks.append(
                Track(
                    id=str(number),
                    category=actor.category,
                    timestamps_ns=timestamps_ns[near],
                    cuboids=boxes[near],
                    sources=sources_of(n_boxes, Source.HUMAN),
                    sigmas=unknown_sigmas(n_boxes),
                )
            )
    return Labels(drive_name=drive_name, frame="world", tracks=tuple(tracks))
