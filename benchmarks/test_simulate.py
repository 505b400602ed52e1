"""The simulator: 100 sweeps of 64 beams x 1800 columns among 30 actors, on two threads over frames."""

from concurrent.futures import ThreadPoolExecutor

from sensorann.simulate import simulate_drive


def test_simulate(benchmark):
    benchmark.group = "simulate 100 sweeps, 64 beams x 1800 columns, 30 actors, 2 threads (to stay under 60 s)"

    def simulate() -> int:
        drive, _ = simulate_drive(seed=0, n_frames=100, n_actors=30)
        with ThreadPoolExecutor(2) as pool:
            return sum(pool.map(lambda i: len(drive.sweep("LIDAR_TOP", i)), range(100)))

    simulate_drive(n_frames=1)[0].sweep("LIDAR_TOP", 0)  # compile outside the timing
    assert benchmark.pedantic(simulate, rounds=1) > 5_000_000
