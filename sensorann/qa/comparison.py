"""All that two labellings of one drive are compared by, as one table of figures."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sensorann.errors import ArgumentError
from sensorann.qa.clear import clear
from sensorann.qa.errors import ALL
from sensorann.qa.hota import hota
from sensorann.qa.identity import identity
from sensorann.qa.pairing import Pairing, category_name, pair_labels
from sensorann.qa.precision import DISTANCES, Precision, precision
from sensorann.scene import Labels

Metric = Literal["clear", "hota", "identity", "ap"]
PRECISION_FIGURES = (
    "ap",
    *(f"ap_{limit:g}m" for limit in DISTANCES),
    "translation_m",
    "scale",
    "orientation_deg",
    "ap40_3d",
    "ap40_bev",
)
METRICS: tuple[Metric, ...] = ("clear", "hota", "identity", "ap")


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Figures of a comparison.

    Attributes
    ----------
    rows : name of a category, ``all`` first, to its figures by name
    n_left_out : boxes of the other at instants at which the truth has no box at all
    """

    rows: dict[str, dict[str, float]]
    n_left_out: int


def compare(
    truth: Labels, other: Labels, *, metrics: Collection[Metric] = METRICS, threshold: float = 0.5
) -> Comparison:
    """Measure one labelling against another, for all categories together and for each.

    Parameters
    ----------
    truth, other : labels in one frame; ids need not be the same
    metrics : which to compute
    threshold : least overlap of volumes (3D IoU) of boxes that are the same, for CLEAR, identity and the
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
    names = {category_name(truth, track.category) for labels in (truth, other) for track in labels.tracks if len(track)}
    rows = {ALL: _figures(whole, metrics, threshold)}
    for name in sorted(names):
        rows[name] = _figures(pair_labels(truth, other, categories={name}), metrics, threshold)
    if "ap" in metrics:
        rows = _with_precision(rows, {name: precision(truth, other, name, threshold=threshold) for name in names})
    return Comparison(rows=rows, n_left_out=n_left_out)


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


def _with_precision(rows: dict[str, dict[str, float]], precisions: dict[str, Precision]) -> dict[str, dict[str, float]]:
    """Add the figures of precision; those of all are the mean over the categories of which the truth has boxes."""
    figures = {name: _precision_figures(found) for name, found in precisions.items()}
    true = [figures[name] for name in figures if rows[name]["boxes"]]
    figures[ALL] = {column: float(np.mean([row[column] for row in true])) for column in true[0]}
    return {name: row | figures[name] for name, row in rows.items()}


def _precision_figures(found: Precision) -> dict[str, float]:
    errors = found.translation, found.scale, float(np.degrees(found.orientation))
    values = found.mean, *found.by_distance, *errors, found.ap40_3d, found.ap40_bev
    return dict(zip(PRECISION_FIGURES, values, strict=True))
