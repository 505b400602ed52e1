"""The constant-velocity filter of every live track of an online tracker, all tracks in one call.

R. E. Kalman, J. Basic Eng. 82(1), 1960. Ten quantities are estimated: x, y, z, yaw, length, width, height, and the
velocity along x, y, z. White acceleration drives the position, yaw and size walk at random. The axes are independent
and x and y share their noises, so the covariance is two 2 x 2 blocks and two variances.

A state is a row of `N_STATE` numbers:
    0:3   x, y, z          3     yaw            4:7   length, width, height      7:10  velocity
    10:13 covariance of (x, vx) and of (y, vy): position, both, velocity         13:16 that of (z, vz)
    16    variance of yaw  17    variance of each edge

Noises are `N_NOISE` numbers: spectral densities of plan, height, yaw and size; variances of a detection's plan, height,
yaw and size; variances of an unknown velocity in the plan and in height, and of a stated one in the plan.

A box is a row of `N_BOX` numbers: x, y, z, yaw, length, width, height, and the velocity along x and y that the detector
states, NaN where it states none. Where time runs back, velocities do too.
"""

import numpy as np

from sensorann.kernels._jit import kernel

N_STATE = 18
N_NOISE = 11
N_BOX = 9


@kernel
def start_state(state, box, noises):
    """Fill a state (N_STATE,) from its first box (N_BOX,)."""
    for k in range(7):
        state[k] = box[k]
    for k in range(7, 10):
        state[k] = 0.0
    state[10], state[11], state[12] = noises[4], 0.0, noises[8]
    state[13], state[14], state[15] = noises[5], 0.0, noises[9]
    state[16], state[17] = noises[6], noises[7]
    _take_in_velocity(state, box, noises)


@kernel
def _take_in_velocity(state, box, noises):
    """Take in the velocity that a box states, if it does."""
    if not (np.isfinite(box[7]) and np.isfinite(box[8])):
        return
    a, b, c = state[10], state[11], state[12]
    spread = c + noises[10]
    for axis in range(2):
        miss = box[7 + axis] - state[7 + axis]
        state[axis] += b / spread * miss
        state[7 + axis] += c / spread * miss
    state[10], state[11], state[12] = a - b * b / spread, b * noises[10] / spread, c * noises[10] / spread


@kernel
def _predict_block(state, first, h, q):
    """Carry a covariance of (position, velocity) over h seconds of white acceleration of density q."""
    a, b, c = state[first], state[first + 1], state[first + 2]
    state[first] = a + 2.0 * h * b + h * h * c + q * h * h * h / 3.0
    state[first + 1] = b + h * c + q * h * h / 2.0
    state[first + 2] = c + q * h


@kernel
def predict_state(state, seconds, noises):
    """Carry a state over a time, in place."""
    for axis in range(3):
        state[axis] += seconds * state[7 + axis]
    _predict_block(state, 10, seconds, noises[0])
    _predict_block(state, 13, seconds, noises[1])
    state[16] += noises[2] * seconds
    state[17] += noises[3] * seconds


@kernel
def predict_states(states, seconds, noises):
    """Carry states (T, N_STATE) over the same time, in place."""
    for t in range(states.shape[0]):
        predict_state(states[t], seconds, noises)


@kernel
def heading_difference(yaw, other):
    """Turn from the other yaw to this one, of an axis that has no front: radians in [-pi/2, pi/2]."""
    turn = yaw - other
    return turn - np.pi * np.rint(turn / np.pi)


@kernel
def update_state(state, box, noises):
    """Take in the box (N_BOX,) of a detection, in place. A box that faces backwards counts as turned round."""
    for axis in range(3):
        first = 10 if axis < 2 else 13
        spread = state[first] + noises[4 if axis < 2 else 5]
        miss = box[axis] - state[axis]
        state[axis] += state[first] / spread * miss
        state[7 + axis] += state[first + 1] / spread * miss
    for first, r in ((10, noises[4]), (13, noises[5])):
        a, b, c = state[first], state[first + 1], state[first + 2]
        spread = a + r
        state[first], state[first + 1], state[first + 2] = a * r / spread, b * r / spread, c - b * b / spread
    gain = state[16] / (state[16] + noises[6])
    state[3] += gain * heading_difference(box[3], state[3])
    state[16] *= 1.0 - gain
    gain = state[17] / (state[17] + noises[7])
    for k in range(4, 7):
        state[k] += gain * (box[k] - state[k])
    state[17] *= 1.0 - gain
    _take_in_velocity(state, box, noises)


@kernel
def update_states(states, rows, boxes, columns, noises):
    """Take in box columns[k] of boxes (N, N_BOX) at state rows[k] of states (T, N_STATE), in place."""
    for k in range(rows.shape[0]):
        update_state(states[rows[k]], boxes[columns[k]], noises)


@kernel
def final_states(seconds, boxes, offsets, noises):
    """Filter whole tracks and give the states after their last boxes.

    seconds (M,), boxes (M, N_BOX), offsets (T + 1,): track t owns rows offsets[t] to offsets[t + 1], at least one; its
    seconds all rise, or all fall for a filter that runs back in time (velocities are then those of time run back)
    -> (T, N_STATE)
    """
    states = np.empty((offsets.shape[0] - 1, N_STATE))
    for t in range(states.shape[0]):
        start_state(states[t], boxes[offsets[t]], noises)
        for i in range(offsets[t] + 1, offsets[t + 1]):
            predict_state(states[t], abs(seconds[i] - seconds[i - 1]), noises)
            update_state(states[t], boxes[i], noises)
    return states


@kernel
def start_states(states, boxes, rows, noises):
    """Fill states (K, N_STATE) from boxes (N, N_BOX) at rows (K,), in place."""
    for k in range(rows.shape[0]):
        start_state(states[k], boxes[rows[k]], noises)


@kernel
def misfits(ends, rows, begins, columns, gaps, noises):
    """How badly a beginning fits an end carried on, in place and velocity of the plan: -2 log density, less a constant.

    ends (N, N_STATE) states, begins (M, N_STATE) states of filters that ran back in time, rows, columns (P,) which of
    them, gaps (P,) seconds between them -> (P,)
    """
    out = np.empty(rows.shape[0])
    carried = np.empty(N_STATE)
    for p in range(rows.shape[0]):
        begin = begins[columns[p]]
        carried[:] = ends[rows[p]]
        predict_state(carried, gaps[p], noises)
        a = carried[10] + begin[10]
        b = carried[11] - begin[11]  # velocity against position has the other sign when time runs back
        c = carried[12] + begin[12]
        # The log of the determinant, for two axes: a guess that may be anywhere explains nothing.
        total = 2.0 * np.log(a * c - b * b)
        for axis in range(2):
            place = begin[axis] - carried[axis]
            velocity = -begin[7 + axis] - carried[7 + axis]
            total += (c * place * place - 2.0 * b * place * velocity + a * velocity * velocity) / (a * c - b * b)
        out[p] = total
    return out
