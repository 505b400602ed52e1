"""Which way boxes face between keyframes: yaw about z, and the tilt (pitch and roll) that is left."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry.rotations import (
    quaternions_from_rotations,
    rotations_from_quaternions,
    rotations_from_yaws,
    slerp,
    yaws_from_rotations,
)
from sensorann.kernels import curves
from sensorann.scene import Motion, Wander
from sensorann.tracks.keyframes import Ragged
from sensorann.tracks.motion.position import Method, fill_positions

# Vehicles and two-wheelers turn smoothly and never overshoot; on people the straight line is as good (KITTI).
CURVED = (Motion.VEHICLE, Motion.TWO_WHEELER)


def fill_yaws(
    keys: Ragged,
    yaws: NDArray[np.float64],
    wanted: Ragged,
    *,
    motions: Sequence[Motion],
    wanders: Sequence[Wander],
    sigmas: NDArray[np.float64],
    method: Method = "smooth",
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Yaws of all tracks at the wanted instants, turning the shorter way, and their standard deviations.

    Shape-preserving cubics (PCHIP) for vehicles and two-wheelers, straight lines for all else and for the method
    ``linear``. The standard deviation is that of a turning rate that wanders as the motion class does; its noise was
    fitted to the misses of these curves themselves.

    Parameters
    ----------
    keys, wanted : as in `fill_positions`
    yaws : (M,) float64, radians, in any turn
    motions : T motion classes
    wanders : T models of how the heading wanders
    sigmas : (M,) float64, radians
    method : ``smooth``, ``linear`` or ``spline``

    Returns
    -------
    (F,) float64 yaws in radians, not wrapped, and (F,) float64 standard deviations
    """
    unwrapped = curves.unwrap(yaws, keys.offsets)[:, None]
    _, spread = fill_positions(keys, unwrapped, wanted, wanders=wanders, sigmas=sigmas[:, None])
    result, curved = np.empty((2, len(wanted), 1))
    times, offsets, at, at_offsets = keys.timestamps_ns, keys.offsets, wanted.timestamps_ns, wanted.offsets
    curves.linear(times, unwrapped, offsets, at, at_offsets, result)
    if method != "linear":
        slopes = curves.pchip_slopes(times, unwrapped, offsets)
        curves.hermite(times, unwrapped, slopes, offsets, at, at_offsets, curved)
        is_curved = np.array([motion in CURVED for motion in motions], np.bool_)
        result = np.where(np.repeat(is_curved, np.diff(wanted.offsets))[:, None], curved, result)
    origins = yaws[np.repeat(keys.offsets[:-1], np.diff(wanted.offsets))]
    return result[:, 0] + origins, spread[:, 0]


def fill_rotations(
    rotations: NDArray[np.float64],
    yaws: NDArray[np.float64],
    rows: NDArray[np.int64],
    fractions: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Rotations of one track: the given yaw, and the tilt of the keyframes by slerp.

    Every rotation is a turn about z after a tilt: R = Rz(yaw) tilt.

    Parameters
    ----------
    rotations : (K, 3, 3) float64, of the keyframes
    yaws : (F,) float64, radians, at the wanted instants
    rows : (F,) int64, the keyframe before each instant
    fractions : (F,) float64, 0 at that keyframe and 1 at the next

    Returns
    -------
    (F, 3, 3) float64
    """
    tilts_wxyz = quaternions_from_rotations(_without_yaw(rotations))
    following = np.minimum(rows + 1, len(rotations) - 1)
    tilts = rotations_from_quaternions(slerp(tilts_wxyz[rows], tilts_wxyz[following], fractions))
    # On its way from pitch to roll a slerp turns a little about z, too.
    return np.asarray(rotations_from_yaws(yaws) @ _without_yaw(tilts))


def _without_yaw(rotations: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(rotations_from_yaws(-yaws_from_rotations(rotations)) @ rotations)
