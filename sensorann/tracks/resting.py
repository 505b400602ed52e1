"""Objects that stand still: one pose for all frames together, where their points agree that they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from sensorann.geometry import Cuboids
from sensorann.geometry.rotations import rotations_from_yaws, wrap_angle
from sensorann.kernels.following import frames_at_rest
from sensorann.kernels.nearest import NearestGrid
from sensorann.scene import Motion, MotionModel, Source, Track
from sensorann.tracks.clouds import Clouds
from sensorann.tracks.following import GATES, Gap, relative
from sensorann.tracks.keyframes import Keyframes

# As near as a person places the same box twice, and the share of the frames with points in which they have to agree.
STILL_M, STILL_RAD, STILL_SHARE = 0.2, 0.05, 0.5


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Rest:
    """A span of a track through which its object stood still.

    Attributes
    ----------
    keyframes_ns : (K,) int64, instants of its keyframes, two or more
    seen_ns : (N,) int64, instants between them at which points agree
    """

    keyframes_ns: NDArray[np.int64]
    seen_ns: NDArray[np.int64]


def stands_still(boxes: Cuboids) -> bool:
    """Tell whether the two keyframes of a gap are one place, as near as a person places a box twice."""
    moved = np.hypot(*(boxes.centers[-1] - boxes.centers[0])[:2])
    turned = wrap_angle(boxes.yaws[-1] - boxes.yaws[0])
    return bool(moved < STILL_M and abs(turned) < STILL_RAD)


def rest_of(gap: Gap, clouds: Clouds, template: NearestGrid, *, motion: Motion) -> Rest | None:
    """Tell whether an object stood still through a gap: keyframes at one place, and points that agree in between."""
    boxes = relative(gap.cuboids, clouds.origin)
    if not stands_still(boxes):
        return None
    seen, agreeing = np.zeros((2, len(boxes)), bool)
    frames_at_rest(
        clouds.points,
        clouds.offsets,
        np.ascontiguousarray(clouds.viewers[:, :2]),
        np.column_stack([boxes.centers[:, :2], boxes.yaws]),
        boxes.sizes[0],
        np.ascontiguousarray(rotations_from_yaws(-boxes.yaws) @ boxes.rotations),
        np.ascontiguousarray(boxes.centers[:, 2]),
        template,
        GATES[motion],
        seen,
        agreeing,
    )
    if not seen.any() or agreeing.sum() < STILL_SHARE * seen.sum():
        return None
    return Rest(keyframes_ns=gap.timestamps_ns[[0, -1]], seen_ns=gap.timestamps_ns[agreeing])


def lay_to_rest(track: Track, keyframes: Keyframes, rests: Sequence[Rest], *, model: MotionModel) -> Track:
    """Give each span at rest one pose: the mean of its keyframes, each as much as it is trusted.

    Parameters
    ----------
    track : the complete track; its keyframes stay exactly as they are
    keyframes : its keyframes
    rests : gaps through which its object stood still, in time order
    model : of its category

    Returns
    -------
    Track
        Boxes whose points agree have the source ``fitted``. Gaps next to each other are one span as long as no keyframe
        is further from its mean than a person places the same box twice.
    """
    centers, rotations = track.cuboids.centers.copy(), track.cuboids.rotations.copy()
    sigmas, sources = track.sigmas.copy(), track.sources.copy()
    computed = np.isin(track.sources, (Source.INTERPOLATED, Source.FITTED))
    for rest in _spans(rests, keyframes.track):
        own = np.isin(keyframes.track.timestamps_ns, rest.keyframes_ns)
        boxes, noises = keyframes.track.cuboids[own], keyframes.noises[own]
        times = track.timestamps_ns
        rows = computed & (times > rest.keyframes_ns[0]) & (times < rest.keyframes_ns[-1])
        placements = np.array([model.plan.placement] * 2 + [model.height.placement, model.yaw.placement])
        variances = placements**2 + noises[:, [0, 1, 2, 6]] ** 2
        weights = 1.0 / variances[:, :3]
        centers[rows] = np.average(boxes.centers, axis=0, weights=weights)
        rotations[rows] = Rotation.from_matrix(boxes.rotations).mean(1.0 / variances[:, 3]).as_matrix()
        # A person's next box differs from the mean by its own placement too.
        doubt = np.sqrt(1.0 / (1.0 / variances).sum(axis=0) + placements**2)
        sigmas[np.ix_(rows, [0, 1, 2, 6])] = doubt
        sources[rows] = np.where(np.isin(times[rows], rest.seen_ns), Source.FITTED, Source.INTERPOLATED)
    moved = replace(track.cuboids, centers=centers, rotations=rotations)
    return replace(track, cuboids=moved, sigmas=sigmas, sources=sources)


def _spans(rests: Sequence[Rest], keyframes: Track) -> list[Rest]:
    """Join gaps that share a keyframe while all keyframes stay near their mean."""
    spans: list[Rest] = []
    for rest in rests:
        if spans and spans[-1].keyframes_ns[-1] == rest.keyframes_ns[0]:
            joined = Rest(
                keyframes_ns=np.append(spans[-1].keyframes_ns, rest.keyframes_ns[1:]),
                seen_ns=np.append(spans[-1].seen_ns, rest.seen_ns),
            )
            own = keyframes.cuboids[np.isin(keyframes.timestamps_ns, joined.keyframes_ns)]
            away = own.centers[:, :2] - own.centers[:, :2].mean(axis=0)
            if np.hypot(*away.T).max() < STILL_M and np.abs(wrap_angle(own.yaws - own.yaws[0])).max() < STILL_RAD:
                spans[-1] = joined
                continue
        spans.append(rest)
    return spans
