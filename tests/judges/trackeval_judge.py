"""Runs in the environment of TrackEval: reads sequences as JSON from stdin, prints its metrics of each as JSON.

A sequence is {"truth": [[id, ...], ...], "other": ..., "similarities": [[[...], ...], ...]}, one item per frame, ids
counted from 0. TrackEval's metric classes are called directly: no preprocessing of any data set takes place.
"""

import json
import sys
import time

import numpy as np

for name, kind in (("float", float), ("int", int), ("bool", bool)):
    if name not in np.__dict__:
        setattr(np, name, kind)  # aliases that numpy 2 removed and TrackEval still uses

from trackeval.metrics import CLEAR, HOTA, Identity  # noqa: E402


def data_of(sequence):
    truth = [np.array(ids, int) for ids in sequence["truth"]]
    other = [np.array(ids, int) for ids in sequence["other"]]
    return {
        "num_timesteps": len(truth),
        "num_gt_ids": len({int(i) for ids in truth for i in ids}),
        "num_tracker_ids": len({int(i) for ids in other for i in ids}),
        "num_gt_dets": sum(map(len, truth)),
        "num_tracker_dets": sum(map(len, other)),
        "gt_ids": truth,
        "tracker_ids": other,
        "similarity_scores": [
            np.array(matrix, float).reshape(len(a), len(b))
            for matrix, a, b in zip(sequence["similarities"], truth, other, strict=True)
        ],
    }


def plain(result):
    return {
        name: value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value for name, value in result.items()
    }


def judged(sequence):
    data, result = data_of(sequence), {}
    for metric in (HOTA(), CLEAR({"PRINT_CONFIG": False}), Identity({"PRINT_CONFIG": False})):
        start = time.perf_counter()
        result[metric.get_name()] = plain(metric.eval_sequence(data))
        result[metric.get_name()]["seconds"] = time.perf_counter() - start
    return result


# TrackEval prints while it is made; only our own line may reach the reader.
answers, sys.stdout = sys.stdout, sys.stderr
results = [judged(sequence) for sequence in json.load(sys.stdin)]
json.dump(results, answers)
