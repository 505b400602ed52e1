"""What `sensorann compare` says of labels beside the truth."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from sensorann import qa
from sensorann.qa.errors import ALL, Grouping
from sensorann.scene import Drive, Labels
from sensorann.tracks.scoring import ScoreSummary

_Rows = Mapping[str, Mapping[str, float | None]]


def truth_document(
    truth: Labels,
    other: Labels,
    metrics: Collection[str],
    *,
    by: Grouping | None,
    recording: Drive | None,
    min_iou: float,
) -> tuple[dict[str, Any], dict[str, float]]:
    """Measure labels; return what is printed, and the figures over all categories by name."""
    comparison = qa.compare(truth, other, metrics=[m for m in qa.METRICS if m in metrics], threshold=min_iou)
    document: dict[str, Any] = {"left_out": comparison.n_left_out, "categories": comparison.rows}
    figures = dict(comparison.rows[ALL])
    if "errors" in metrics:
        table = qa.error_table(truth, other, by=by, drive=recording)
        rows = {name: _json_safe(_error_figures(row)) for name, row in table.rows.items()}
        document["errors"] = {"rows": rows, "missing": table.n_missing, "extra": table.n_extra}
        figures |= _error_figures(table.rows[ALL])
    if by == "range" and "ap" in metrics:
        document["ap_by_range"] = qa.precision_by_range(truth, other, drive=recording, threshold=min_iou)
    return document, figures


def print_truth(document: Mapping[str, Any], by: Grouping | None) -> None:
    """Print figures as tables."""
    of_tracks = _columns(document["categories"], lambda name: name not in qa.PRECISION_FIGURES)
    precisions = _columns(document["categories"], lambda name: name in qa.PRECISION_FIGURES)
    # The number of boxes alone is no table.
    if len(of_tracks[ALL]) > 1:
        print_rows("category", of_tracks)
    if precisions[ALL]:
        print_rows("category", precisions)
    if document.get("ap_by_range"):
        print_rows("range", document["ap_by_range"])
    if "errors" in document:
        errors = document["errors"]
        print_rows(by or "boxes", errors["rows"])
        print(f"{errors['missing']} boxes of the truth have no partner, {errors['extra']} of the other have none")
    if document["left_out"]:
        print(f"{document['left_out']} boxes at instants at which the truth has none were left out")


def print_rows(head: str, rows: _Rows) -> None:
    """Print named rows of figures."""
    table = Table(box=None, pad_edge=False)
    table.add_column(head)
    for name in next(iter(rows.values())):
        table.add_column(name, justify="right", no_wrap=True)
    for name, figures in rows.items():
        table.add_row(name, *(shown(value) for value in figures.values()))
    # Wide enough for every column: a pipe has no width of its own, and a cut number is a wrong one.
    Console(width=160).print(table)


def shown(value: float | None) -> str:
    """Write a figure; None is one that does not exist."""
    if value is None:
        return "nan"
    return f"{value}" if isinstance(value, int) else f"{value:.3f}"


def _error_figures(summary: ScoreSummary) -> dict[str, float]:
    return asdict(summary)


def _json_safe(figures: Mapping[str, float]) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else value for name, value in figures.items()}


def _columns(rows: _Rows, wanted: Callable[[str], bool]) -> dict[str, dict[str, float | None]]:
    return {name: {column: value for column, value in row.items() if wanted(column)} for name, row in rows.items()}
