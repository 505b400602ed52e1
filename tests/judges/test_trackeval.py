"""TrackEval, in its own environment, computes the same metrics from the same ids and similarities."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from benchmarks import metrics
from sensorann.qa import Pairing, clear, hota, identity
from tests.qa.sequences import random_sequence

REPOSITORY = Path(__file__).parents[2]
ENVIRONMENT = Path(os.environ.get("SENSORANN_TRACKEVAL_JUDGE", REPOSITORY / ".cache" / "judges" / "trackeval"))
PYTHON = ENVIRONMENT / "bin" / "python"

pytestmark = [
    pytest.mark.judge,
    pytest.mark.skipif(
        not PYTHON.exists(),
        reason=f"no TrackEval at {ENVIRONMENT} (make judges, or set SENSORANN_TRACKEVAL_JUDGE)",
    ),
]
NOTHING = ([[]], [[]], [np.zeros((0, 0))])
ONLY_TRUTH = ([[0, 1], [0]], [[], []], [np.zeros((2, 0)), np.zeros((1, 0))])
ONLY_OTHER = ([[], []], [[0, 1], [0]], [np.zeros((0, 2)), np.zeros((0, 1))])
SEQUENCES = [random_sequence(seed) for seed in range(40)] + [NOTHING, ONLY_TRUTH, ONLY_OTHER]


@pytest.fixture(scope="module")
def judgements():
    document = [
        {
            "truth": [np.asarray(ids, int).tolist() for ids in truth],
            "other": [np.asarray(ids, int).tolist() for ids in other],
            "similarities": [matrix.tolist() for matrix in similarities],
        }
        for truth, other, similarities in SEQUENCES
    ]
    script = Path(__file__).with_name("trackeval_judge.py")
    result = subprocess.run(
        [str(PYTHON), str(script)], input=json.dumps(document), capture_output=True, text=True, timeout=300, check=False
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def close(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)


@pytest.mark.parametrize("i", range(len(SEQUENCES)))
def test_hota_is_that_of_trackeval(judgements, i):
    ours, theirs = hota(Pairing.of_frames(*SEQUENCES[i])), judgements[i]["HOTA"]
    close(ours.tp, theirs["HOTA_TP"])
    close(ours.fn, theirs["HOTA_FN"])
    close(ours.fp, theirs["HOTA_FP"])
    if ours.tp.any():
        for mine, name in (
            (ours.hota_per_alpha, "HOTA"),
            (ours.detection, "DetA"),
            (ours.association, "AssA"),
            (ours.association_recall, "AssRe"),
            (ours.association_precision, "AssPr"),
            (ours.localisation, "LocA"),
        ):
            close(mine, theirs[name])


@pytest.mark.parametrize("i", range(len(SEQUENCES)))
def test_clear_is_that_of_trackeval(judgements, i):
    ours, theirs = clear(Pairing.of_frames(*SEQUENCES[i])), judgements[i]["CLEAR"]
    for mine, name in (
        (ours.tp, "CLR_TP"),
        (ours.fn, "CLR_FN"),
        (ours.fp, "CLR_FP"),
        (ours.id_switches, "IDSW"),
        (ours.fragments, "Frag"),
        (ours.mostly_tracked, "MT"),
        (ours.partly_tracked, "PT"),
        (ours.mostly_lost, "ML"),
        (ours.similarity_sum, "MOTP_sum"),
    ):
        close(mine, theirs[name])
    if ours.tp:
        close(ours.mota, theirs["MOTA"])
        close(ours.motp, theirs["MOTP"])


@pytest.mark.parametrize("i", range(len(SEQUENCES)))
def test_identity_is_that_of_trackeval(judgements, i):
    ours, theirs = identity(Pairing.of_frames(*SEQUENCES[i])), judgements[i]["Identity"]
    close([ours.tp, ours.fn, ours.fp], [theirs["IDTP"], theirs["IDFN"], theirs["IDFP"]])
    if ours.tp:
        close([ours.f1, ours.recall, ours.precision], [theirs["IDF1"], theirs["IDR"], theirs["IDP"]])


@pytest.mark.real_data
def test_recorded_sequences_have_the_figures_of_trackeval(real_data):
    sequences = list(metrics.recorded_sequences(real_data))
    theirs = metrics.judged(PYTHON, sequences)
    assert len(theirs) == len(sequences) == 6
    for one, judgement in zip(sequences, theirs, strict=True):
        assert judgement["CLEAR"]["CLR_TP"] > 0
        assert metrics.largest_difference(one.pairing(), judgement) <= 1e-9
