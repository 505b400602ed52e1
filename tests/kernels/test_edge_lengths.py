import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.kernels.edge_lengths import weigh_edges
from tests import naive

pytestmark = pytest.mark.kernels


@given(seed=st.integers(0, 2**32 - 1), n_ways=st.integers(1, 2), n_categories=st.integers(1, 3))
def test_weigh_edges_matches_naive(seed, n_ways, n_categories):
    rng = np.random.default_rng(seed)
    # Not so unlikely that the naive densities are all zero.
    typical = rng.uniform(2, 4, (n_categories, 3))
    measured, whole = rng.uniform(1, 5, (n_ways, 3)), rng.uniform(0.05, 0.95, (n_ways, 3))
    deviation, margins = typical * rng.uniform(0.1, 0.3, typical.shape), rng.uniform(0.0, 0.2, 3)
    log_densities, sizes = weigh_edges(measured, whole, typical, deviation, margins, 0.08)
    for w in range(n_ways):
        for k in range(n_categories):
            each = [
                naive.weigh_edge(measured[w, i], whole[w, i], typical[k, i], deviation[k, i], margins[i], 0.08)
                for i in range(3)
            ]
            assert log_densities[w, k] == pytest.approx(sum(log_density for log_density, _ in each), abs=1e-6)
            np.testing.assert_allclose(sizes[w, k], [edge for _, edge in each], rtol=1e-6)


def test_an_edge_far_beyond_all_belief_has_a_finite_weight():
    arguments = (np.full((1, 3), 50.0), np.full((1, 3), 0.5), np.full((1, 3), 0.5), np.full((1, 3), 0.05))
    log_densities, sizes = weigh_edges(*arguments, np.zeros(3), 0.08)
    assert np.isfinite(log_densities).all()
    assert (sizes == 50.0).all()
