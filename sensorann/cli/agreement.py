"""What `sensorann compare` says of people who labelled the same drives, none of whom is the truth; and of gold."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from sensorann import qa
from sensorann.cli.labellings import Labellings
from sensorann.cli.labels import write_labels
from sensorann.errors import UsageError
from sensorann.qa.errors import ALL, Grouping

Document = dict[str, Any]


def agreement_document(
    read: Labellings, *, by: Grouping | None, min_iou: float | None
) -> tuple[Document, dict[str, float]]:
    """Measure agreement; return what is printed, and the figures of all boxes by name."""
    found = qa.measure_agreement(read.drives, recordings=read.recordings, by=by, min_iou=min_iou)
    groups = {name: {"boxes": group.n_boxes, **_figures(group.figures)} for name, group in found.groups.items()}
    document = {
        "groups": groups,
        "pairs": [{"people": list(people), **_figures(figures)} for people, figures in found.pairs.items()],
        "attributes": {
            name: {
                "alpha": _figure(one.alpha),
                "weighted_kappa": None if one.weighted_kappa is None else _figure(one.weighted_kappa),
                "said": one.n_said,
                "most_common": one.most_common,
                "prevalence": one.prevalence,
            }
            for name, one in found.attributes.items()
        },
        "events": _events(read),
        "intervals": {"resampled": found.blocks, "blocks": found.n_blocks},
        "left_out": found.n_left_out,
        "drives_left_out": list(read.left_out),
    }
    return document, {name: figure.value for name, figure in found.groups[ALL].figures.items()}


def consensus_documents(
    read: Labellings,
    outs: Sequence[str],
    *,
    quorum: int | None,
    weights: Mapping[str, float],
    min_iou: float | None,
) -> list[Document]:
    """Merge the labellings of every drive, write them, and say what is open; people without a weight have 1."""
    people_of_all = list(read.drives[0])
    if unknown := set(weights) - set(people_of_all):
        raise UsageError(f"--weight knows {', '.join(people_of_all)}, got {', '.join(sorted(unknown))!r}")
    voices = {name: weights.get(name, 1.0) for name in people_of_all}
    documents = []
    for people, recording, out in zip(read.drives, read.recordings, outs, strict=True):
        merged = qa.consensus(people, quorum=quorum, weights=voices, min_iou=min_iou)
        written = write_labels(merged.labels, out, drive=recording)
        disputes = [asdict(dispute) for dispute in merged.disputes]
        documents.append({"out": out, "tracks": written.tracks, "boxes": written.boxes, "disputes": disputes})
    return documents


def gold_document(
    read: Labellings, *, hidden: int | None, seed: int, min_iou: float | None
) -> tuple[Document, dict[str, float]]:
    """Measure people against the first labelling; return what is printed, and the lowest figures of anybody."""
    if len(read.drives) > 1:
        raise UsageError(f"gold is of one drive, got {len(read.drives)}: name files or STORE#DRIVE")
    (_, gold), *rest = read.drives[0].items()
    objects = None if hidden is None else qa.drawn_gold(gold, hidden, seed=seed)
    skills = qa.gold_skills(gold, dict(rest), objects=objects, min_iou=min_iou)
    people = {
        name: {"recall": _share(skill.recall), "precision": _share(skill.precision)} for name, skill in skills.items()
    }
    worst = {
        "recall": min(skill.recall.mean for skill in skills.values()),
        "precision": min(skill.precision.mean for skill in skills.values()),
    }
    return {"objects": None if objects is None else list(objects), "people": people}, worst


def print_agreement(document: Mapping[str, Any], by: Grouping | None) -> None:
    """Print figures of agreement as tables."""
    _print_table(by or "boxes", {name: _cells(row) for name, row in document["groups"].items()})
    _print_table("people", {", ".join(row["people"]): _cells(_without(row, "people")) for row in document["pairs"]})
    if document["attributes"]:
        _print_table("attribute", {name: _cells(row) for name, row in document["attributes"].items()})
    if document["events"]:
        _print_table("event", {name: _cells(row) for name, row in document["events"].items()})
    blocks = document["intervals"]
    narrow = "" if blocks["resampled"] == "drives" else "; more drives would make them wider"
    print(f"in brackets: 95 % intervals over {blocks['blocks']} {blocks['resampled']}{narrow}")
    if document["drives_left_out"]:
        print(f"only some people labelled: {', '.join(document['drives_left_out'])}")
    if document["left_out"]:
        print(f"{document['left_out']} boxes at instants at which nobody else has any were left out")


def print_consensus(documents: Iterable[Mapping[str, Any]]) -> None:
    """Print what was merged, and what somebody should decide."""
    for document in documents:
        print(f"{document['out']}: {document['tracks']} tracks, {document['boxes']} boxes")
        for one in document["disputes"]:
            what = "left out" if one["object"] is None else f"object {one['object']}"
            measured = f"{one['reason']} {one['value']:.2f} of {one['limit']:.2f} at {one['timestamp_ns']}"
            print(f"to decide: {what}, {measured}: {', '.join(one['parents'])}")


def print_gold(document: Mapping[str, Any]) -> None:
    """Print how good everybody is."""
    _print_table("person", {name: _cells(row) for name, row in document["people"].items()})
    print("means of the Beta posterior, in brackets 95 % of it; a person who was asked little is known little")


def _events(read: Labellings) -> dict[str, dict[str, Any]]:
    """Agreement about events, for each category of one drive or of each drive."""
    rows = {}
    for number, people in enumerate(read.drives):
        for category, found in qa.event_agreement(people).items():
            name = category if len(read.drives) == 1 else f"{category}, drive {number + 1}"
            f1 = {f"f1_{least:.0%}": one for least, one in zip(qa.EVENT_OVERLAPS, found.f1, strict=True)}
            rows[name] = {"events": found.n_events, **f1, "edge_s": _said(found.edge_s), "kappa": _said(found.kappa)}
    return rows


def _figures(figures: Mapping[str, qa.Figure]) -> dict[str, Any]:
    return {name: _figure(figure) for name, figure in figures.items()}


def _figure(figure: qa.Figure) -> dict[str, float | None]:
    return {"value": _said(figure.value), "low": _said(figure.low), "high": _said(figure.high)}


def _share(share: qa.Share) -> dict[str, float]:
    low, high = share.interval
    return {"hits": share.hits, "of": share.n, "value": share.mean, "low": low, "high": high}


def _said(value: float) -> float | None:
    return None if math.isnan(value) else value


def _without(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != name}


def _cells(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: _cell(value) for name, value in row.items()}


def _cell(value: object) -> str:
    if isinstance(value, Mapping):
        counted = f"{value['hits']}/{value['of']} " if "hits" in value else ""
        inside = "" if value["low"] is None else f" [{value['low']:.2f}, {value['high']:.2f}]"
        return f"{counted}{_cell(value['value'])}{inside}"
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _print_table(head: str, rows: Mapping[str, Mapping[str, str]]) -> None:
    """Print rows with a column each: there are more figures than names, and a page is taller than wide."""
    columns: Sequence[str] = list(rows)
    table = Table(box=None, pad_edge=False)
    table.add_column(head)
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    for figure in next(iter(rows.values())):
        table.add_row(figure, *(rows[name][figure] for name in columns))
    # Wide enough for every column: a pipe has no width of its own, and a cut number is a wrong one.
    Console(width=40 + 28 * len(columns)).print(table)
