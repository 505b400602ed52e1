"""All that two labellings of one drive are compared by, as one table of figures."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from sensorann.errors import ArgumentError
from sensorann.qa.amota import ScoredSequence, evaluate
from sensorann.qa.clear import clear
from sensorann.qa.errors import ALL
from sensorann.qa.hota import hota
from sensorann.qa.identity import identity
from sensorann.qa.pairing import Pairing, category_name, labelled_instants_ns, pair_labels
from sensorann.qa.precision import DISTANCES, Precision, precision
from sensorann.qa.ranges import RANGES, labels_in_range
from sensorann.qa.ranking import scored_boxes
from sensorann.scene import Drive, Labels

Metric = Literal["clear", "hota", "identity", "amota", "ap"]
PRECISION_FIGURES = (
    "ap",
    *(f"ap_{limit:g}m" for limit in DISTANCES),
    "translation_m",
    "scale",
    "orientation_deg",
    "ap40_3d",
    "ap40_bev",
)
METRICS: tuple[Metric, ...] = get_args(Metric)
# Rows of figures by name of what they are of.
Rows = dict[str, dict[str, float]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Figures of a comparison.

    Attributes
    ----------
    rows : name of a category, ``all`` first, to its figures by name
    n_left_out : boxes of the other at instants at which the truth has no box at all
    """

    rows: Rows
    n_left_out: int


def compare(
    truth: Labels, other: Labels, *, metrics: Collection[Metric] = METRICS, threshold: float = 0.5
) -> Comparison:
    """Measure one labelling against another, for all categories together and for each.

    Parameters
    ----------
    truth, other : labels in one frame; ids need not be the same
    metrics : which to compute
    threshold : least overlap of volumes (3D IoU) of boxes that are the same, for CLEAR, identity, AMOTA and the
        average precision of KITTI

    Raises
    ------
    ArgumentError
        When the frames differ, the truth has no box, or no box of the other is at an instant of the truth.
    """
    if not 0.0 < threshold <= 1.0:
        raise ArgumentError(f"the least overlap must lie between 0 and 1, got {threshold}")
    if not truth.n_boxes:
        raise ArgumentError("the truth holds no boxes: there is nothing to compare with")
    whole = pair_labels(truth, other)
    n_left_out = other.n_boxes - len(whole.other)
    if other.n_boxes and not len(whole.other):
        raise ArgumentError("no box is at an instant of the truth: are these labels of the same drive?")
    names = _category_names(truth, other)
    rows = {ALL: _figures(whole, metrics, threshold)}
    scored: Rows = {name: {} for name in names}
    for name in names:
        pairing = pair_labels(truth, other, categories={name})
        rows[name] = _figures(pairing, metrics, threshold)
        if "amota" in metrics:
            scores = scored_boxes(other, truth, name, labelled_instants_ns(truth)).scores
            scored[name] |= _amota_figures(ScoredSequence(pairing=pairing, scores=scores), threshold)
        if "ap" in metrics:
            scored[name] |= _precision_figures(precision(truth, other, name, threshold=threshold))
    scored[ALL] = _mean_row([scored[name] for name in names if rows[name]["boxes"]])
    return Comparison(rows={name: row | scored[name] for name, row in rows.items()}, n_left_out=n_left_out)


def precision_by_range(truth: Labels, other: Labels, *, drive: Drive | None = None, threshold: float = 0.5) -> Rows:
    """Average precision of the boxes of each range from the ego vehicle, the mean over the categories there.

    Boxes of both sides count where they themselves lie; categories are those of which the truth has a box there.

    Parameters
    ----------
    truth, other : labels in one frame
    drive : its ego poses are needed for labels in the world frame
    threshold : least overlap of boxes that are the same, for the average precision of KITTI

    Raises
    ------
    ArgumentError
        When ego poses are needed and missing, or as `compare` does.
    """
    instants, rows = labelled_instants_ns(truth), {}
    for number, name in enumerate(RANGES):
        ours, theirs = (labels_in_range(labels, number, drive) for labels in (truth, other))
        found = [
            _precision_figures(precision(ours, theirs, category, threshold=threshold, instants_ns=instants))
            for category in _category_names(ours)
        ]
        if found:
            rows[name] = {"boxes": ours.n_boxes} | _mean_row(found)
    return rows


def _category_names(truth: Labels, *others: Labels) -> list[str]:
    """Categories of which there is a box, in order of their names in the truth's ontology."""
    boxes = [track for labels in (truth, *others) for track in labels.tracks if len(track)]
    return sorted({category_name(truth, track.category) for track in boxes})


def _figures(pairing: Pairing, metrics: Collection[Metric], threshold: float) -> dict[str, float]:
    figures: dict[str, float] = {"boxes": len(pairing.truth)}
    if "clear" in metrics:
        counts = clear(pairing, threshold=threshold)
        figures |= {
            "mota": counts.mota,
            "motp": counts.motp,
            "missed": counts.fn,
            "invented": counts.fp,
            "switches": counts.id_switches,
            "fragments": counts.fragments,
        }
    if "hota" in metrics:
        both = hota(pairing)
        figures |= {
            "hota": both.hota,
            "deta": float(both.detection.mean()),
            "assa": float(both.association.mean()),
            "loca": float(np.mean(both.localisation)),
        }
    if "identity" in metrics:
        named = identity(pairing, threshold=threshold)
        figures |= {"idf1": named.f1, "idr": named.recall, "idp": named.precision}
    return figures


def _mean_row(rows: list[dict[str, float]]) -> dict[str, float]:
    return {column: float(np.mean([row[column] for row in rows])) for column in rows[0]}


def _amota_figures(sequence: ScoredSequence, threshold: float) -> dict[str, float]:
    """Figures of AB3DMOT; 0 where the truth has no box."""
    if not len(sequence.pairing.truth):
        return dict.fromkeys(("samota", "amota", "amotp"), 0.0)
    swept = evaluate(sequences=[sequence], threshold=threshold)
    return {"samota": swept.samota, "amota": swept.amota, "amotp": swept.amotp}


def _precision_figures(found: Precision) -> dict[str, float]:
    errors = found.translation, found.scale, float(np.degrees(found.orientation))
    values = found.mean, *found.by_distance, *errors, found.ap40_3d, found.ap40_bev
    return dict(zip(PRECISION_FIGURES, values, strict=True))
