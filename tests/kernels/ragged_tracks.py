"""Random keyframes of several tracks, packed for the kernels."""

import numpy as np
from hypothesis import strategies as st

SECOND = 1_000_000_000


@st.composite
def ragged_tracks(draw, *, min_keyframes=1, columns=(1, 3)):
    """Draw (offsets, times, values, at_offsets, at): 1 to 3 tracks of up to 6 keyframes, steps of 0.05 to 4 s."""
    seed = draw(st.integers(0, 2**32 - 1))
    counts = draw(st.lists(st.integers(min_keyframes, 6), min_size=1, max_size=3))
    n_columns = draw(st.sampled_from(columns))
    rng = np.random.default_rng(seed)
    start = 1_790_000_000 * SECOND
    times, at = [], []
    for count in counts:
        own = start + np.cumsum(rng.integers(SECOND // 20, 4 * SECOND, count))
        times.append(own)
        inside = rng.integers(own[0], own[-1] + 1, rng.integers(0, 8))
        at.append(np.unique(np.concatenate([inside, rng.choice(own, 1)])))
    values = np.cumsum(rng.normal(0, 3, (sum(counts), n_columns)), axis=0)
    return offsets_of(times), np.concatenate(times), values, offsets_of(at), np.concatenate(at)


def offsets_of(parts):
    return np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)


def per_track(offsets, times, values, at_offsets, at):
    """Unpack into (keyframe rows, seconds, values, instant rows, seconds of the instants) per track."""
    for t in range(len(offsets) - 1):
        rows = slice(offsets[t], offsets[t + 1])
        at_rows = slice(at_offsets[t], at_offsets[t + 1])
        first = times[offsets[t]]
        yield rows, (times[rows] - first) * 1e-9, values[rows], at_rows, (at[at_rows] - first) * 1e-9
