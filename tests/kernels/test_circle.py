import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.kernels.circle import log_mixture
from tests import naive

pytestmark = pytest.mark.kernels


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 4), sigma=st.floats(0.01, 1.0), even=st.floats(1e-9, 0.1))
def test_log_mixture_matches_naive(seed, n, sigma, even):
    rng = np.random.default_rng(seed)
    angles = np.linspace(-np.pi, np.pi, 40, endpoint=False)
    arguments = (angles, rng.uniform(-8, 8, n), rng.uniform(0, 1, n), sigma, even)
    np.testing.assert_allclose(log_mixture(*arguments), naive.log_mixture(*arguments), atol=1e-9)
