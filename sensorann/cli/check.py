"""`sensorann check`: what is probably wrong with labels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from calib.drift import suspicion
from calib.drift.finding import Drift
from sensorann import qa
from sensorann.cli.compare import THRESHOLD_NOT_MET
from sensorann.cli.label_formats import FromFormat
from sensorann.cli.labels import read_labels
from sensorann.cli.output import AsJson, print_json
from sensorann.cli.progress import counted
from sensorann.errors import UsageError
from sensorann.formats import open_drive
from sensorann.formats.ontology_file import read_ontology
from sensorann.qa import Finding, Severity
from sensorann.qa.checking import finding_document
from sensorann.qa.report import agreement_matrices, write_report
from sensorann.scene import Labels

SeverityName = Literal["note", "warning", "error"]


def check(
    labels: str,
    /,
    *,
    drive: str | None = None,
    rule: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    min_score: float = 0.0,
    n: Annotated[int | None, Parameter(name=["-n", "--number"])] = None,
    fail_on: SeverityName | None = None,
    max_findings: int | None = None,
    report: Path | None = None,
    against: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    ontology: Path | None = None,
    from_format: FromFormat = None,
    as_json: AsJson = False,
) -> int:
    """Rank what is probably wrong with labels, and say why.

    Give it complete tracks. Each line has a score: the probability that the finding is an error, learnt from errors
    that were put into good labels on purpose. Without a drive, or with one that knows no ego poses, nothing is said of
    what was in plain view.

    For example:

        sensorann check label_02/0000.txt --drive kitti/training#0000
        sensorann check complete.json --drive kitti/training#0000 --rule heading_flip --rule duplicate --json
        sensorann check complete.json --drive kitti/training#0000 --min-score 0.9 --fail-on error
        sensorann check complete.json --drive nuscenes#scene-0103 --report check.html
        sensorann check labels.db#0000 --drive kitti/training#0000 --json > findings.json   # then: store repair

    Parameters
    ----------
    labels
        In any format that `sensorann convert` reads, or STORE#DRIVE.
    drive
        The recording (ROOT or ROOT#NAME); KITTI and nuScenes labels need its calibration and poses.
    rule
        Apply only this rule; may be given several times. docs/quality.md lists them, and so does a wrong one. That of
        the cameras, calibration, is applied with --drive.
    min_score
        Leave out findings below this score, 0 to 1.
    n
        Print no more than so many, the surest.
    fail_on
        Exit status 3 when a finding is as bad as this: note, warning or error.
    max_findings
        Exit status 3 when there are more findings than this.
    report
        Write one .html file to open in a browser: the findings with pictures, plots, and the points of the first ones.
    against
        Another labelling of the drive, whose agreement with this one the report shows; may be given several times.
    ontology
        JSON of categories with what the guideline asks of their boxes (docs/quality.md); that of the labels when not
        given.
    from_format
        Format of the labels; recognised when not given.
    as_json
        Print the findings as JSON.
    """
    _check_options(min_score, n, max_findings, report, against)
    recording = None if drive is None else open_drive(drive)
    given = read_labels(labels, drive=recording, format=from_format)
    if ontology is not None:
        given = replace(given, ontology=read_ontology(ontology, given.ontology))
    names = [name for name in rule if name != suspicion.RULE] if rule else None
    with counted("reading sweeps") as progress:
        everything = qa.check(given, recording, rules=names, progress=progress)
    cameras: dict[str, Drift] = {}
    if recording is not None and (not rule or suspicion.RULE in rule):
        suspects, cameras = suspicion.suspect_cameras(given, recording)
        everything = sorted([*suspects, *everything], key=lambda one: -one.score)
    found = [one for one in everything if one.score >= min_score]
    too_many = max_findings is not None and len(found) > max_findings
    too_bad = fail_on is not None and any(one.severity >= Severity[fail_on.upper()] for one in found)
    if report is not None:
        with counted("drawing findings") as progress:
            tables = {"cameras": suspicion.camera_table(cameras)} if cameras else {}
            everybody = {name: read_labels(name, drive=recording) for name in against}
            write_report(
                report,
                given,
                found[:n],
                drive=recording,
                source=labels,
                agreement=agreement_matrices({labels: given, **everybody}, drive=recording) if against else (),
                tables=tables,
                progress=progress,
            )
    if as_json:
        print_json([finding_document(one, given) for one in found[:n]])
    else:
        _print_table(found[:n])
        print(_summary(len(found), len(found[:n]), given))
        if report is not None:
            print(f"report: {report}")
    return THRESHOLD_NOT_MET if too_many or too_bad else 0


def _check_options(
    min_score: float, n: int | None, max_findings: int | None, report: Path | None, against: tuple[str, ...]
) -> None:
    if not 0.0 <= min_score <= 1.0:
        raise UsageError(f"--min-score must be a probability, 0 to 1, got {min_score}")
    if n is not None and n < 0:
        raise UsageError(f"-n must be a number of findings, 0 or more, got {n}")
    if max_findings is not None and max_findings < 0:
        raise UsageError(f"--max-findings must be a number of findings, 0 or more, got {max_findings}")
    if report is not None and report.suffix != ".html":
        raise UsageError(f"--report must end in .html, got {report}")
    if against and report is None:
        raise UsageError("--against compares for the report: name it with --report FILE.html")


def _summary(n_found: int, n_printed: int, labels: Labels) -> str:
    printed = f", {n_printed} of them printed" if n_printed < n_found else ""
    said = f"{n_found} findings in {labels.n_boxes} boxes of {len(labels.tracks)} tracks{printed}"
    # What is missing is only known beside what is labelled: without a box nobody knows where anybody looked.
    return said if labels.n_boxes else f"{said}: without a box nothing is judged, not even what is missing"


def _print_table(findings: list[Finding]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("score", "severity", "rule", "track", "frame", "what"):
        table.add_column(name, no_wrap=name != "what")
    for one in findings:
        table.add_row(f"{one.score:.2f}", one.severity.label, one.rule, one.object, str(one.frame), one.message)
    # As wide as the longest message: a pipe has no width of its own, and a broken line cannot be searched.
    Console(width=200).print(table)
