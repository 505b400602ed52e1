"""10,000 tracks x 200 frames x 3 axes, every tenth frame a keyframe; one thread."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from sensorann.tracks.keyframes import Ragged
from sensorann.tracks.motion.position import smooth

N_TRACKS, N_FRAMES, STRIDE = 10_000, 200, 10
N_FILTERPY = 20
FRAME_NS = 100_000_000
NOISE, SIGMA = 3.0, 0.1
GROUP = "smoothing + evaluation, 10,000 tracks x 200 frames x 3 axes, 10 % keyframes"


@dataclass(frozen=True, eq=False, kw_only=True)
class Work:
    """Keyframe instants (K,), the frames (F,) that they span, and centres of wandering objects as each side wants them.

    Attributes
    ----------
    centers : (N_TRACKS, K, 3)
    columns : (K, N_TRACKS * 3), contiguous: what scipy is fastest on
    """

    keys: NDArray[np.int64]
    frames: NDArray[np.int64]
    centers: NDArray[np.float64]
    columns: NDArray[np.float64]

    def packed(self, times: NDArray[np.int64]) -> Ragged:
        """The same instants for every track."""
        return Ragged(offsets=np.arange(N_TRACKS + 1) * len(times), timestamps_ns=np.tile(times, N_TRACKS))


@pytest.fixture(scope="module")
def work():
    rng = np.random.default_rng(0)
    frames = np.arange(N_FRAMES, dtype=np.int64) * FRAME_NS
    keys = frames[np.unique([*range(0, N_FRAMES, STRIDE), N_FRAMES - 1])]
    centers = np.cumsum(rng.normal(0, 3, (N_TRACKS, len(keys), 3)), axis=1)
    columns = np.ascontiguousarray(centers.transpose(1, 0, 2).reshape(len(keys), -1))
    return Work(keys=keys, frames=frames, centers=centers, columns=columns)


def ours(work, *, with_sigma):
    """Make a call that smooths and evaluates every frame; with sigma, states a standard deviation per box too."""
    keys, wanted = work.packed(work.keys), work.packed(work.frames)
    values = work.centers.reshape(-1, 3)
    noises, sigmas = np.full(N_TRACKS, NOISE), np.full(len(values), SIGMA)
    return lambda: smooth(keys, values, wanted, spectral_noises=noises, sigmas=sigmas, with_sigma=with_sigma)


def scipy_spline(work):
    """Make a call that interpolates all tracks as columns of one spline: scipy's fastest way, shared knots."""
    from scipy.interpolate import CubicSpline

    return lambda: CubicSpline(work.keys * 1e-9, work.columns, bc_type="natural")(work.frames * 1e-9)


def filterpy_loop(work):
    """Make a call that filters and smooths a few tracks over all their frames, measured where they have a keyframe."""
    from filterpy.kalman import KalmanFilter

    h = FRAME_NS * 1e-9
    step = np.kron(np.eye(3), [[1, h], [0, 1]])
    noise = np.kron(np.eye(3), NOISE * np.array([[h**3 / 3, h**2 / 2], [h**2 / 2, h]]))
    row_of = {int(time): row for row, time in enumerate(work.keys)}

    def run():
        for measured in work.centers[:N_FILTERPY]:
            tracker = KalmanFilter(dim_x=6, dim_z=3)
            tracker.F, tracker.Q, tracker.R = step, noise, np.eye(3) * SIGMA**2
            tracker.H = np.kron(np.eye(3), [[1, 0]])
            tracker.P = np.kron(np.eye(3), np.diag([1e4, 1e3]))
            tracker.x = np.zeros((6, 1))
            zs = [measured[row_of[int(t)]].reshape(3, 1) if int(t) in row_of else None for t in work.frames]
            means, covariances, _, _ = tracker.batch_filter(zs)
            tracker.rts_smoother(means, covariances)

    return run


@pytest.mark.parametrize("implementation", ["sensorann", "filterpy", "scipy"])
def test_smoothing(benchmark, work, implementation):
    benchmark.group = GROUP
    benchmark.extra_info["goal"] = {"filterpy": 3000, "scipy": 4}
    time_one(benchmark, work, implementation, with_sigma=False)


@pytest.mark.parametrize("implementation", ["sensorann", "filterpy"])
def test_smoothing_with_sigma(benchmark, work, implementation):
    benchmark.group = f"{GROUP}, with a standard deviation per box"
    time_one(benchmark, work, implementation, with_sigma=True)


def time_one(benchmark, work, implementation, *, with_sigma):
    if implementation == "filterpy":
        benchmark.extra_info["scale"] = N_TRACKS / N_FILTERPY
        benchmark.pedantic(filterpy_loop(work), rounds=3)
        return
    run = ours(work, with_sigma=with_sigma) if implementation == "sensorann" else scipy_spline(work)
    benchmark.pedantic(run, rounds=15, warmup_rounds=2)  # compile outside the timing
