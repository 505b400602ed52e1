"""`sensorann compare`: labels against the truth."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from sensorann import qa
from sensorann.cli.label_formats import FromFormat
from sensorann.cli.labels import read_labels
from sensorann.cli.output import AsJson, print_json
from sensorann.errors import UsageError
from sensorann.formats import open_drive
from sensorann.qa.errors import ALL, Grouping
from sensorann.tracks.scoring import ScoreSummary

THRESHOLD_NOT_MET = 3
CHOICES = ("clear", "hota", "identity", "errors", "amota", "ap")


def compare(
    truth: str,
    other: str,
    /,
    *,
    metric: str = "clear,hota,identity,errors",
    by: Grouping | None = None,
    drive: str | None = None,
    min_iou: float = 0.5,
    minimum: Annotated[tuple[str, ...], Parameter(name="--min", negative="")] = (),
    from_format: FromFormat = None,
    as_json: AsJson = False,
) -> int:
    """Measure labels against the truth, or two labellings against each other.

    Ids may differ: clear, hota and identity pair boxes of one category by the overlap of their volumes, errors pair
    objects that overlap most over the whole drive. amota lets go of the least sure tracks, one recall after the other,
    by the attribute score; ap ranks boxes by it and ignores ids. Boxes at instants at which the truth has none are left
    out of all but errors, and counted.

    For example:

        sensorann compare truth.json complete.json
        sensorann compare truth.json complete.json --metric errors --by source
        sensorann compare truth.json tracks.json --metric ap --min-iou 0.7
        sensorann compare label_02/0000.txt tracks.json --drive kitti/training#0000 --min hota=0.8 --min mota=0.9

    Parameters
    ----------
    truth
        What is right: labels in any format that `sensorann convert` reads, or STORE#DRIVE.
    other
        What is measured.
    metric
        Any of clear, hota, identity, errors, amota, ap, with commas between them.
    by
        Group the errors by class, by range from the ego vehicle (needs --drive), or by source of the box. ap has a row
        per class anyway, and is grouped by range.
    drive
        The recording (ROOT or ROOT#NAME); KITTI and nuScenes labels need its calibration and poses.
    min_iou
        Least overlap of boxes that are the same, for clear, identity, amota and the figures of KITTI (ap40).
    minimum
        A figure over all categories and its least value, as hota=0.8; may be given several times. Exit status 3 when
        one is not met.
    from_format
        Format of both; recognised when not given.
    as_json
        Print the figures as JSON.
    """
    chosen = _metrics(metric)
    least = dict(_minimum(text) for text in minimum)
    if by is not None and "errors" not in chosen and not (by == "range" and "ap" in chosen):
        raise UsageError(f"--by groups errors, and ap by range: add errors to --metric, got {metric!r}")
    if not 0.0 < min_iou <= 1.0:
        raise UsageError(f"--min-iou must be above 0 and at most 1, got {min_iou}")
    recording = None if drive is None else open_drive(drive)
    right = read_labels(truth, drive=recording, format=from_format)
    measured = read_labels(other, drive=recording, format=from_format)
    comparison = qa.compare(right, measured, metrics=[m for m in qa.METRICS if m in chosen], threshold=min_iou)
    table = qa.error_table(right, measured, by=by, drive=recording) if "errors" in chosen else None
    ranges = {}
    if by == "range" and "ap" in chosen:
        ranges = qa.precision_by_range(right, measured, drive=recording, threshold=min_iou)
    figures = comparison.rows[ALL] | (_error_figures(table.rows[ALL]) if table is not None else {})
    missed = _not_met(figures, least)
    if as_json:
        document: dict[str, object] = {"left_out": comparison.n_left_out, "categories": comparison.rows}
        if table is not None:
            rows = {name: _json_safe(_error_figures(row)) for name, row in table.rows.items()}
            document["errors"] = {"rows": rows, "missing": table.n_missing, "extra": table.n_extra}
        if ranges:
            document["ap_by_range"] = ranges
        print_json(document | {"not_met": missed})
        return THRESHOLD_NOT_MET if missed else 0
    if chosen & {"clear", "hota", "identity", "amota"}:
        _print_rows("category", _columns(comparison.rows, lambda name: name not in qa.PRECISION_FIGURES))
    if "ap" in chosen:
        _print_rows("category", _columns(comparison.rows, lambda name: name in qa.PRECISION_FIGURES))
    if ranges:
        _print_rows("range", ranges)
    if table is not None:
        _print_rows(by or "boxes", {name: _error_figures(row) for name, row in table.rows.items()})
        print(f"{table.n_missing} boxes of the truth have no partner, {table.n_extra} of the other have none")
    if comparison.n_left_out:
        print(f"{comparison.n_left_out} boxes at instants at which the truth has none were left out")
    for name in missed:
        print(f"not met: {name} is {_shown(figures[name])}, at least {least[name]:g} was asked for")
    return THRESHOLD_NOT_MET if missed else 0


def _metrics(text: str) -> set[str]:
    names = {name.strip() for name in text.split(",")}
    if unknown := names - set(CHOICES):
        raise UsageError(f"--metric takes {', '.join(CHOICES)}, got {', '.join(sorted(unknown))!r}")
    return names


def _minimum(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        least = float(value)
    except ValueError:
        least = math.nan
    if not name or math.isnan(least):
        raise UsageError(f"--min takes a figure and its least value, as hota=0.8, got {text!r}")
    return name, least


def _not_met(figures: Mapping[str, float], least: Mapping[str, float]) -> list[str]:
    """Names of the figures below their least value; NaN meets nothing."""
    for name in least:
        if name not in figures:
            raise UsageError(f"--min knows {', '.join(figures)}, got {name!r}")
    return [name for name, value in least.items() if not figures[name] >= value]


def _error_figures(summary: ScoreSummary) -> dict[str, float]:
    return asdict(summary)


def _json_safe(figures: Mapping[str, float]) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else value for name, value in figures.items()}


def _columns(rows: Mapping[str, Mapping[str, float]], wanted: Callable[[str], bool]) -> dict[str, dict[str, float]]:
    return {name: {column: value for column, value in row.items() if wanted(column)} for name, row in rows.items()}


def _print_rows(head: str, rows: Mapping[str, Mapping[str, float]]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column(head)
    for name in next(iter(rows.values())):
        table.add_column(name, justify="right", no_wrap=True)
    for name, figures in rows.items():
        table.add_row(name, *(_shown(value) for value in figures.values()))
    # Wide enough for every column: a pipe has no width of its own, and a cut number is a wrong one.
    Console(width=160).print(table)


def _shown(value: float) -> str:
    return f"{value}" if isinstance(value, int) else f"{value:.3f}"
