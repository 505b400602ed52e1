"""How restless an object is by its own keyframes: those that stand still, and those that no curve foretells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sensorann.scene import MOTION_MODELS, Motion
from sensorann.tracks.keyframes import Keyframes, Ragged
from sensorann.tracks.motion.position import fill_positions

# So many keyframes, fitting as the motion class says, stand beside those of the track itself.
_PRIOR_KEYFRAMES = 4.0
# Keyframes of an object that stands still lie so many standard deviations of a person's placement from their median.
_STILL_SIGMAS = 3.0


def motion_shown(keyframes: Keyframes, motion: Motion) -> Motion:
    """Class of an object by what its keyframes show: one whose keyframes all lie in one place moves as barriers do.

    Who comes back to within centimetres after each gap has not been away.
    """
    centers = keyframes.track.cuboids.centers[:, :2]
    placed = np.hypot(MOTION_MODELS[motion].plan.placement, keyframes.noises[:, :2])
    still = np.abs(centers - np.median(centers, axis=0)) <= _STILL_SIGMAS * placed
    return Motion.STATIC if still.all() else motion


def restlessness(keys: Sequence[Keyframes], motions: Sequence[Motion]) -> NDArray[np.float64]:
    """Factor (T,) on the sigmas of each track: what its keyframes miss when the others alone say where they are.

    The mean square of misses in sigmas, as many keyframes that fit added as `_PRIOR_KEYFRAMES` says: a track must
    show that it is restless.
    """
    left_out = [(t, k) for t, key in enumerate(keys) for k in range(1, len(key) - 1)]
    others = [np.delete(np.arange(len(keys[t])), k) for t, k in left_out]
    times = Ragged.of([keys[t].track.timestamps_ns[rows] for (t, _), rows in zip(left_out, others, strict=True)])
    wanted = Ragged.of([keys[t].track.timestamps_ns[k : k + 1] for t, k in left_out])
    values, sigmas = (
        np.concatenate([np.zeros((0, 2)), *parts])
        for parts in (
            [keys[t].track.cuboids.centers[rows, :2] for (t, _), rows in zip(left_out, others, strict=True)],
            [keys[t].noises[rows, :2] for (t, _), rows in zip(left_out, others, strict=True)],
        )
    )
    wanders = [MOTION_MODELS[motions[t]].plan for t, _ in left_out]
    foretold, spread = fill_positions(times, values, wanted, wanders=wanders, sigmas=sigmas)
    sums, counts = np.full((2, len(keys)), _PRIOR_KEYFRAMES)
    for (t, k), where, sigma in zip(left_out, foretold, spread, strict=True):
        sums[t] += np.mean(((where - keys[t].track.cuboids.centers[k, :2]) / sigma) ** 2)
        counts[t] += 1.0
    return np.asarray(np.sqrt(sums / counts))
