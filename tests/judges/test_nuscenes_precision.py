"""nuscenes-devkit, in its own environment, computes average precision and errors of the same boxes."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from sensorann.qa import precision
from tests.builders import FRAME_NS, START_NS, make_labels
from tests.qa.scored import scored_labels

REPOSITORY = Path(__file__).parents[2]
ENVIRONMENT = Path(os.environ.get("SENSORANN_NUSCENES_JUDGE", REPOSITORY / ".cache" / "judges" / "nuscenes"))
PYTHON = ENVIRONMENT / "bin" / "python"

pytestmark = [
    pytest.mark.judge,
    pytest.mark.skipif(
        not PYTHON.exists(),
        reason=f"no nuscenes-devkit at {ENVIRONMENT} (make judges, or set SENSORANN_NUSCENES_JUDGE)",
    ),
]
N_FRAMES = 12
NONE_FOUND = (scored_labels(0, found=1.0)[0], make_labels())
CASES = [scored_labels(seed, n_frames=N_FRAMES, found=0.05 + 0.1 * (seed % 10)) for seed in range(20)] + [NONE_FOUND]


def rows(labels):
    return [
        {
            "frame": int((time - START_NS) // FRAME_NS),
            "center": track.cuboids.centers[i].tolist(),
            "size": track.cuboids.sizes[i].tolist(),
            "yaw": float(track.cuboids.yaws[i]),
            "score": track.box_attributes.get("score", [1.0] * len(track))[i],
        }
        for track in labels.tracks
        for i, time in enumerate(track.timestamps_ns)
    ]


def by_time(boxes):
    """Equal scores are told apart by their place in the list: give the devkit the order that we rank in."""
    return sorted(boxes, key=lambda box: box["frame"])


@pytest.fixture(scope="module")
def judgements():
    document = [{"truth": rows(truth), "other": by_time(rows(other)), "frames": N_FRAMES} for truth, other in CASES]
    script = Path(__file__).with_name("nuscenes_precision_judge.py")
    result = subprocess.run(
        [str(PYTHON), str(script)], input=json.dumps(document), capture_output=True, text=True, timeout=300, check=False
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize("i", range(len(CASES)))
def test_precision_and_errors_are_those_of_the_devkit(judgements, i):
    ours, theirs = precision(*CASES[i], "car"), judgements[i]
    np.testing.assert_allclose(ours.by_distance, theirs["by_distance"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(
        (ours.translation, ours.scale, ours.orientation),
        (theirs["trans_err"], theirs["scale_err"], theirs["orient_err"]),
        rtol=0,
        atol=1e-9,
    )
