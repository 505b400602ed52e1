"""Complete tracks along curves through their keyframes, without a look at the points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry import Cuboids
from sensorann.kernels import curves
from sensorann.scene import MOTION_MODELS, Attribute, Motion, Source, Track, sources_of
from sensorann.tracks.keyframes import Keyframes, Ragged
from sensorann.tracks.motion.extent import fill_sizes
from sensorann.tracks.motion.heading import fill_rotations, fill_yaws
from sensorann.tracks.motion.position import Method, fill_positions


def curve_tracks(
    keyed: list[Keyframes], motions: list[Motion], instants: NDArray[np.int64], method: Method
) -> list[Track]:
    """Complete tracks along their curves, all computed at once."""
    boxes = _fill(keyed, motions, instants, method)
    return [boxes.joined(i, keys) for i, keys in enumerate(keyed)]


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class _Computed:
    """Boxes of many tracks at the instants between their keyframes."""

    wanted: Ragged
    centers: NDArray[np.float64]
    center_sigmas: NDArray[np.float64]
    yaws: NDArray[np.float64]
    yaw_sigmas: NDArray[np.float64]
    rows: NDArray[np.int64]
    fractions: NDArray[np.float64]

    def joined(self, track: int, keyframes: Keyframes) -> Track:
        """Put the computed boxes of one track between its keyframes."""
        own, keys = self.wanted.rows(track), keyframes.track
        rows, fractions = self.rows[own], self.fractions[own]
        if not len(rows):
            return keys
        sizes, size_sigmas = fill_sizes(keys.cuboids.sizes, keyframes.noises[:, 3:6], rows, fractions)
        rotations = fill_rotations(keys.cuboids.rotations, self.yaws[own], rows, fractions)
        computed = Cuboids(centers=self.centers[own], sizes=sizes, rotations=rotations, frame=keys.cuboids.frame)
        sigmas = np.column_stack([self.center_sigmas[own], size_sigmas, self.yaw_sigmas[own]])
        times = np.concatenate([keys.timestamps_ns, self.wanted.timestamps_ns[own]])
        order = np.argsort(times, kind="stable")
        return replace(
            keys,
            timestamps_ns=times[order],
            cuboids=Cuboids.concatenate([keys.cuboids, computed])[order],
            sources=np.concatenate([keys.sources, sources_of(len(rows), Source.INTERPOLATED)])[order],
            sigmas=np.concatenate([keys.sigmas, sigmas])[order],
            box_attributes={name: _held(values, rows, order) for name, values in keys.box_attributes.items()},
        )


def _fill(keyed: Sequence[Keyframes], motions: list[Motion], instants: NDArray[np.int64], method: Method) -> _Computed:
    """Compute all tracks at once, at the wanted instants strictly between their keyframes."""
    keys = Ragged.of([item.track.timestamps_ns for item in keyed])
    wanted = Ragged.of([_between(item.track.timestamps_ns, instants) for item in keyed])
    centers = np.concatenate([np.zeros((0, 3)), *(item.track.cuboids.centers for item in keyed)])
    yaws = np.concatenate([np.zeros(0), *(item.track.cuboids.yaws for item in keyed)])
    noises = np.concatenate([np.zeros((0, 7)), *(item.noises for item in keyed)])
    models = [MOTION_MODELS[motion] for motion in motions]
    plan, plan_sigmas = fill_positions(
        keys, centers[:, :2], wanted, wanders=[model.plan for model in models], sigmas=noises[:, :2], method=method
    )
    height, height_sigmas = fill_positions(
        keys, centers[:, 2:], wanted, wanders=[model.height for model in models], sigmas=noises[:, 2:3], method=method
    )
    filled_yaws, yaw_sigmas = fill_yaws(
        keys,
        yaws,
        wanted,
        motions=motions,
        wanders=[model.yaw for model in models],
        sigmas=noises[:, 6],
        method=method,
    )
    rows, fractions = curves.locate(keys.timestamps_ns, keys.offsets, wanted.timestamps_ns, wanted.offsets)
    return _Computed(
        wanted=wanted,
        centers=np.hstack([plan, height]),
        center_sigmas=np.hstack([plan_sigmas, height_sigmas]),
        yaws=filled_yaws,
        yaw_sigmas=yaw_sigmas,
        rows=rows - np.repeat(keys.offsets[:-1], np.diff(wanted.offsets)),
        fractions=fractions,
    )


def _between(keyframes_ns: NDArray[np.int64], instants: NDArray[np.int64]) -> NDArray[np.int64]:
    inside = instants[(instants > keyframes_ns[0]) & (instants < keyframes_ns[-1])]
    return np.setdiff1d(inside, keyframes_ns, assume_unique=True)


def _held(
    values: tuple[Attribute | None, ...], rows: NDArray[np.int64], order: NDArray[np.int64]
) -> tuple[Attribute | None, ...]:
    """Hold the last stated value of an attribute at the computed boxes."""
    last: list[Attribute | None] = []
    for value in values:
        last.append(value if value is not None or not last else last[-1])
    joined = [*values, *(last[row] for row in rows)]
    return tuple(joined[i] for i in order)
