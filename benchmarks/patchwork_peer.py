"""Patchwork++ on given clouds, by the interpreter of its own environment: labels, and processor seconds of each round.

    PYTHON benchmarks/patchwork_peer.py CLOUDS.npz LABELS.npz N_ROUNDS

CLOUDS holds clouds (N, 3) float32 in the frame of their sensor, and under NAME.height its height above the road.
"""

import json
import sys
import time

import numpy as np
import pypatchworkpp


def main() -> None:
    clouds_path, labels_path, n_rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    clouds = np.load(clouds_path)
    labels, seconds = {}, {}
    for name in clouds.files:
        if name.endswith(".height"):
            continue
        settings = pypatchworkpp.Parameters()
        settings.verbose = False
        settings.sensor_height = float(clouds[f"{name}.height"])
        cloud = np.column_stack([clouds[name], np.zeros(len(clouds[name]))]).astype(np.float32)
        seconds[name] = []
        for _ in range(n_rounds):
            # It learns from the sweeps that it saw: every round starts anew.
            estimator = pypatchworkpp.patchworkpp(settings)
            start = time.process_time()
            estimator.estimateGround(cloud)
            seconds[name].append(time.process_time() - start)
        labels[name] = np.zeros(len(cloud), np.bool_)
        labels[name][estimator.getGroundIndices()] = True
    np.savez(labels_path, **labels)
    print("seconds", json.dumps(seconds))


if __name__ == "__main__":
    main()
