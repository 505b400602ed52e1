"""The krippendorff package and scikit-learn, in their own environment, compute the same alpha and kappa."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from sensorann.qa.agreement import cohen_kappa, krippendorff_alpha

REPOSITORY = Path(__file__).parents[2]
ENVIRONMENT = Path(os.environ.get("SENSORANN_RELIABILITY_JUDGE", REPOSITORY / ".cache" / "judges" / "reliability"))
PYTHON = ENVIRONMENT / "bin" / "python"

pytestmark = [
    pytest.mark.judge,
    pytest.mark.skipif(
        not PYTHON.exists(),
        reason=f"no krippendorff at {ENVIRONMENT} (make judges, or set SENSORANN_RELIABILITY_JUDGE)",
    ),
]


def random_case(seed):
    """Ratings of three people, of which a fifth is missing, and two people's of thirty units, who mostly agree."""
    random = np.random.default_rng(seed)
    values = np.where(random.random((3, 25)) < 0.2, np.nan, random.integers(0, 4, (3, 25)))
    first = random.integers(0, 4, 30)
    second = np.where(random.random(30) < 0.6, first, random.integers(0, 4, 30))
    return values, first, second


CASES = [random_case(seed) for seed in range(20)]


@pytest.fixture(scope="module")
def judgements():
    document = [
        {
            "values": [[None if np.isnan(value) else value for value in row] for row in values],
            "first": first.tolist(),
            "second": second.tolist(),
        }
        for values, first, second in CASES
    ]
    script = Path(__file__).with_name("reliability_judge.py")
    result = subprocess.run(
        [str(PYTHON), str(script)], input=json.dumps(document), capture_output=True, text=True, timeout=300, check=False
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize("level", ["nominal", "interval"])
def test_alpha_is_that_of_krippendorff(judgements, level):
    ours = [krippendorff_alpha(values, level=level) for values, _, _ in CASES]
    assert ours == pytest.approx([one["alpha"][level] for one in judgements], abs=1e-12)


@pytest.mark.parametrize(("weights", "name"), [("none", "None"), ("linear", "linear"), ("quadratic", "quadratic")])
def test_kappa_is_that_of_scikit_learn(judgements, weights, name):
    ours = [cohen_kappa(first, second, weights=weights) for _, first, second in CASES]
    assert ours == pytest.approx([one["kappa"][name] for one in judgements], abs=1e-12)
