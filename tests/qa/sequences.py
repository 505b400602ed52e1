"""Sequences of ids and similarities, as a tracking metric sees them."""

import numpy as np


def random_sequence(seed, *, n_frames=30, n_objects=8, noise=0.25):
    """Ids and matrices per frame: objects come and go, a tracker misses, invents, renames and confuses them."""
    rng = np.random.default_rng(seed)
    names = np.arange(n_objects)
    truth, other, similarities = [], [], []
    for _ in range(n_frames):
        present = np.flatnonzero(rng.random(n_objects) < 0.7)
        found = present[rng.random(len(present)) < 0.8]
        swapped = rng.random() < noise
        if swapped and n_objects > 1:
            i, j = rng.choice(n_objects, 2, replace=False)
            names[[i, j]] = names[[j, i]]
        invented = n_objects + np.flatnonzero(rng.random(3) < 0.3)
        matrix = rng.random((len(present), len(found) + len(invented))) * (rng.random() * 0.8)
        matrix[rng.random(matrix.shape) < 0.6] = 0.0
        for column, one in enumerate(found):
            matrix[np.flatnonzero(present == one), column] = rng.uniform(0.3, 1.0)
        truth.append(present)
        other.append(np.concatenate([names[found], invented]))
        similarities.append(matrix)
    return compact(truth), compact(other), similarities


def compact(frames):
    """Number the ids that occur from 0 without gaps."""
    _, numbers = np.unique(np.concatenate([np.zeros(0, int), *frames]), return_inverse=True)
    return np.split(numbers, np.cumsum([len(own) for own in frames])[:-1])
