"""Constant-velocity filter of a plan-view pose (x, y, yaw) with full covariances, one step at a time.

State (6,): position x, y, yaw, then their rates; covariance (6, 6). Motion is integrated white acceleration noise of
spectral density q per axis, so a step of h seconds has the process noise q [[h^3/3, h^2/2], [h^2/2, h]] (Y. Bar-Shalom,
Estimation with Applications to Tracking and Navigation, 2001, eq. 6.2.2-4). Yaw is unwrapped: it runs
on past half a turn.
"""

import math

import numpy as np

from sensorann.kernels._jit import kernel
from sensorann.kernels.small import inverse, product, symmetrised


@kernel
def add_process_noise(covariance, step_s, noise):
    """Add the noise of one step in place. covariance (6, 6), step_s > 0, noise (3,)."""
    for axis in range(3):
        q = noise[axis]
        covariance[axis, axis] += q * step_s**3 / 3
        covariance[axis, axis + 3] += q * step_s**2 / 2
        covariance[axis + 3, axis] += q * step_s**2 / 2
        covariance[axis + 3, axis + 3] += q * step_s


@kernel
def shear(state, covariance, step_s):
    """Move a state by step_s seconds (negative: back) without noise: x + h v, F P F^T, in place."""
    for axis in range(3):
        state[axis] += step_s * state[axis + 3]
    for column in range(6):
        for axis in range(3):
            covariance[axis, column] += step_s * covariance[axis + 3, column]
    for row in range(6):
        for axis in range(3):
            covariance[row, axis] += step_s * covariance[row, axis + 3]


@kernel
def predict(state, covariance, step_s, noise):
    """State and covariance step_s seconds later."""
    state, covariance = state.copy(), covariance.copy()
    shear(state, covariance, step_s)
    add_process_noise(covariance, step_s, noise)
    return state, covariance


@kernel
def predict_back(state, covariance, step_s, noise):
    """State and covariance step_s seconds earlier, of a filter that runs backward in time."""
    state, covariance = state.copy(), covariance.copy()
    add_process_noise(covariance, step_s, noise)
    shear(state, covariance, -step_s)
    return state, covariance


@kernel
def update(state, covariance, pose, pose_covariance):
    """Update with a measured pose (3,) of covariance (3, 3)."""
    spread = np.empty((3, 3))
    towards = np.empty((6, 3))
    for row in range(6):
        for axis in range(3):
            towards[row, axis] = covariance[row, axis]
            if row < 3:
                spread[row, axis] = covariance[row, axis] + pose_covariance[row, axis]
    gain = product(towards, inverse(spread))
    # Joseph form, (1 - K H) P (1 - K H)^T + K R K^T: the covariance stays positive, however sure the pose.
    keep = np.eye(6)
    for row in range(6):
        for axis in range(3):
            keep[row, axis] -= gain[row, axis]
    updated = product(product(keep, covariance), keep.T.copy())
    updated += product(product(gain, pose_covariance), gain.T.copy())
    moved = state.copy()
    for row in range(6):
        for axis in range(3):
            moved[row] += gain[row, axis] * (pose[axis] - state[axis])
    return moved, symmetrised(updated)


@kernel
def roll(state, covariance, behind, sigma):
    """Update with what wheels do: the point `behind` metres behind the middle moves sideways at 0 give or take sigma.

    Holds whichever way time runs and whether it drives forward or backward (G. Dissanayake et al., IEEE Trans. Robotics
    and Automation 17(5), 2001: constraints of the vehicle's motion as measurements).
    """
    cosine, sine = math.cos(state[2]), math.sin(state[2])
    sideways = -sine * state[3] + cosine * state[4] - behind * state[5]
    slope = np.zeros(6)
    slope[2] = -cosine * state[3] - sine * state[4]
    slope[3], slope[4], slope[5] = -sine, cosine, -behind
    towards = np.zeros(6)
    spread = sigma * sigma
    for row in range(6):
        for column in range(6):
            towards[row] += covariance[row, column] * slope[column]
    for row in range(6):
        spread += slope[row] * towards[row]
    moved, updated = state.copy(), covariance.copy()
    for row in range(6):
        moved[row] -= towards[row] / spread * sideways
        for column in range(6):
            updated[row, column] -= towards[row] * towards[column] / spread
    return moved, symmetrised(updated)


@kernel
def fuse(state_a, covariance_a, state_b, covariance_b):
    """Combine two independent estimates of one state."""
    gain = product(covariance_a, inverse(covariance_a + covariance_b))
    fused = state_a.copy()
    for row in range(6):
        for column in range(6):
            fused[row] += gain[row, column] * (state_b[column] - state_a[column])
    return fused, symmetrised(covariance_a - product(gain, covariance_a))


@kernel
def diffuse_start(pose):
    """State of which nothing is known but roughly where it is."""
    state = np.zeros(6)
    for axis in range(3):
        state[axis] = pose[axis]
    covariance = np.zeros((6, 6))
    for axis in range(3):
        covariance[axis, axis] = 1e4
        covariance[axis + 3, axis + 3] = 1e4
    return state, covariance


@kernel
def filter_forward(seconds, poses, pose_covariances, noise, states, covariances):
    """Filter N measured poses in time order; states (N, 6) and covariances (N, 6, 6) are filled after each update.

    seconds (N,), poses (N, 3), pose_covariances (N, 3, 3), noise (3,).
    """
    for i in range(seconds.shape[0]):
        if i == 0:
            state, covariance = diffuse_start(poses[0])
        else:
            state, covariance = predict(states[i - 1], covariances[i - 1], seconds[i] - seconds[i - 1], noise)
        state, covariance = update(state, covariance, poses[i], pose_covariances[i])
        states[i] = state
        covariances[i] = covariance


@kernel
def filter_backward(seconds, poses, pose_covariances, noise, states, covariances):
    """Filter N measured poses against time; arguments of `filter_forward`."""
    n = seconds.shape[0]
    for i in range(n - 1, -1, -1):
        if i == n - 1:
            state, covariance = diffuse_start(poses[i])
        else:
            state, covariance = predict_back(states[i + 1], covariances[i + 1], seconds[i + 1] - seconds[i], noise)
        state, covariance = update(state, covariance, poses[i], pose_covariances[i])
        states[i] = state
        covariances[i] = covariance


@kernel
def smooth_poses(seconds, poses, pose_covariances, noise, at, out_poses, out_covariances):
    """Poses at any instant between the first and the last measurement, and their covariance, given all measurements.

    seconds (N,) increasing, poses (N, 3), pose_covariances (N, 3, 3), noise (3,), at (F,) seconds, increasing ->
    out_poses (F, 3) and out_covariances (F, 3, 3), filled in place. Two filters that meet (D. C. Fraser and J. E.
    Potter, IEEE Trans. Automatic Control 14(4), 1969).
    """
    n = seconds.shape[0]
    forward, forward_covariances = np.empty((n, 6)), np.empty((n, 6, 6))
    backward, backward_covariances = np.empty((n, 6)), np.empty((n, 6, 6))
    filter_forward(seconds, poses, pose_covariances, noise, forward, forward_covariances)
    filter_backward(seconds, poses, pose_covariances, noise, backward, backward_covariances)
    i = 0
    for f in range(at.shape[0]):
        while i + 1 < n and seconds[i + 1] <= at[f]:
            i += 1
        state, covariance = predict(forward[i], forward_covariances[i], at[f] - seconds[i], noise)
        if i + 1 < n:
            other, other_covariance = predict_back(
                backward[i + 1], backward_covariances[i + 1], seconds[i + 1] - at[f], noise
            )
            state, covariance = fuse(state, covariance, other, other_covariance)
        for row in range(3):
            out_poses[f, row] = state[row]
            for column in range(3):
                out_covariances[f, row, column] = covariance[row, column]
