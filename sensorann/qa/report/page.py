"""The report of a check: one HTML file that holds its pictures, its plots and the program that draws them."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sensorann.pages import report_libraries, write_page
from sensorann.qa.checking import Finding, Severity
from sensorann.qa.report.figures import Figure, closeup, figures_of
from sensorann.qa.report.looks import Look, look_at
from sensorann.qa.report.tables import Matrix, Table, origins_table, sensors_table
from sensorann.scene import Drive, Labels, labels_in_world

# So many of the first findings can be turned round in space.
N_CLOSEUPS = 20
_TEXTS = Path(__file__).parent / "web"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """One finding as the table shows it."""

    score: str
    exact_score: float
    severity: str
    rule: str
    object: str
    category: str
    frame: int
    message: str
    repair: str
    value: str
    limit: str
    camera: str
    picture: str
    above: str


def write_report(
    path: Path | str,
    labels: Labels,
    findings: Sequence[Finding],
    *,
    drive: Drive | None = None,
    source: str = "",
    agreement: Sequence[Matrix] = (),
    tables: Mapping[str, Table] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write findings with their pictures and plots into one page that asks nobody for anything.

    Parameters
    ----------
    path : .html, written whole or not at all
    labels : that were checked
    findings : of `sensorann.qa.check`, in the order in which they are shown
    drive : the recording; without it there are no points, no pictures and no calibration
    source : where the labels come from
    agreement : how two labellings agree, where somebody compared
    tables : more tables by their place in the page, such as what a check of the calibration said
    progress : called with the number of findings looked at and of all

    Raises
    ------
    MissingDataError
        When jinja2 or plotly is not installed.
    """
    # Looking at the findings takes minutes: what is missing is said before.
    report_libraries()
    labels = labels_in_world(labels, None if drive is None else drive.trajectory)
    looks = look_at(findings, labels, drive, progress=progress)
    near = [i for i in range(min(len(findings), N_CLOSEUPS)) if len(looks[i].points)]
    plots = figures_of(findings, labels, drive)
    figures: dict[str, Figure] = {**plots, **{f"closeup {i}": closeup(findings[i], looks[i]) for i in near}}
    shown = _tables(labels, drive, findings, source=source, more=tables or {})
    write_page(
        path,
        _TEXTS,
        title=f"Check of {labels.drive_name}",
        lead=f"{labels.n_boxes} boxes of {len(labels.tracks)} tracks. A score is the probability that a finding is an "
        "error, as learnt from errors that were put into good labels on purpose.",
        plots=bool(figures),
        tiles=_tiles(labels, findings),
        sections=_sections(near, plots, agreement, shown),
        rows=_rows(findings, looks, labels),
        rules=Counter(finding.rule for finding in findings).most_common(),
        severities=[severity.label for severity in sorted(Severity, reverse=True)],
        closeups={i: _name(i, findings[i]) for i in near},
        plot_names=list(plots),
        matrices=[_shaded(matrix) for matrix in agreement],
        tables=shown,
        figures=figures,
    )


def _tables(
    labels: Labels, drive: Drive | None, findings: Sequence[Finding], *, source: str, more: Mapping[str, Table]
) -> list[tuple[str, Table]]:
    """Tables with their places in the page, those alone that have something to say."""
    calibration = {"calibration": sensors_table(drive)} if drive is not None and len(drive.rig) else {}
    origins = {"provenance": origins_table(labels, drive, findings, source=source)}
    return list({**calibration, **more, **origins}.items())


def _tiles(labels: Labels, findings: Sequence[Finding]) -> list[tuple[str, str, str]]:
    """Figures at a glance: value, name, tone."""
    counts = Counter(finding.severity for finding in findings)
    touched = {finding.object for finding in findings if finding.object}
    expected = sum(finding.score for finding in findings)
    tiles = [(str(counts[one]), f"{one.label}s", one.label) for one in sorted(Severity, reverse=True)]
    tiles.append((f"{expected:.0f}", "of them right, by their scores", ""))
    tiles.append((f"{1000 * len(findings) / max(labels.n_boxes, 1):.1f}", "findings per 1,000 boxes", ""))
    tiles.append((f"{len(touched)} of {len(labels.tracks)}", "tracks with findings", ""))
    tiles.append((str(sum(bool(finding.repair) for finding in findings)), "with a repair", ""))
    return tiles


def _sections(
    near: Sequence[int],
    plots: Mapping[str, Figure],
    agreement: Sequence[Matrix],
    tables: Sequence[tuple[str, Table]],
) -> list[tuple[str, str]]:
    """Ids and names of the parts that there are."""
    parts = [("findings", "Findings", True), ("space", "In space", bool(near))]
    parts += [("plots", "What, where, when", bool(plots)), ("agreement", "Agreement", bool(agreement))]
    return [(id_, name) for id_, name, there in parts if there] + [(id_, table.title) for id_, table in tables]


def _rows(findings: Sequence[Finding], looks: Sequence[Look], labels: Labels) -> list[_Row]:
    categories = {track.id: track.category for track in labels.tracks}
    return [
        _Row(
            score=f"{finding.score:.2f}",
            exact_score=finding.score,
            severity=finding.severity.label,
            rule=finding.rule,
            object=finding.object,
            category=categories.get(finding.object, ""),
            frame=finding.frame,
            message=finding.message,
            repair=", ".join(dict.fromkeys(edit.action for edit in finding.repair)),
            value=_short(finding.value),
            limit=_short(finding.limit),
            camera=look.camera,
            picture=_inline(look.picture),
            above=_inline(look.above),
        )
        for finding, look in zip(findings, looks, strict=True)
    ]


def _name(number: int, finding: Finding) -> str:
    return f"{number + 1}. {finding.rule}, {finding.object or 'no track'}, frame {finding.frame}"


def _inline(picture: bytes) -> str:
    return f"data:image/webp;base64,{base64.b64encode(picture).decode()}" if picture else ""


def _shaded(matrix: Matrix) -> dict[str, Any]:
    """A matrix whose cells know which share of their row they are."""
    rows = []
    for name, values in zip(matrix.rows, matrix.values, strict=True):
        total = sum(values) or 1.0
        rows.append((name, [(f"{value:g}", f"{0.8 * value / total:.2f}") for value in values]))
    return {"title": matrix.title, "columns": matrix.columns, "rows": rows}


def _short(value: float) -> str:
    """Three digits, and no power of ten: points of a large object are counted in thousands."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
