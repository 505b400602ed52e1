"""The evidence of a release decision: what was drawn, looked at and found, as JSON and as a page to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from html import escape
from string import Template
from typing import Any

from sensorann.qa.plain_page import plain_page
from sensorann.qa.sampling.deciding import Assessment, Look
from sensorann.qa.sampling.lots import Sample, sample_body
from sensorann.qa.sampling.plans import SinglePlan

_PLAIN_WORDS = {
    "n": "objects to look at (n)",
    "c": "of which may be wrong (c)",
    "good": "good share",
    "bad": "bad share",
    "n_max": "objects to look at, at most",
}
_STYLE = """
.verdict { display: inline-block; padding: .2rem .8rem; border-radius: 4px; color: #fff; font-weight: 600; }
.accept, .waived { background: #1a7f4b; } .waived { background: #9a6700; }
.reject { background: #b3261e; } .continue { background: #5c6675; }
"""
_BODY = Template("""
<p class="verdict $verdict">$verdict</p>
<p>$lead</p>
$tables
<p class="quiet">An interval holds the share of wrong objects in 95 of 100 such samples. It allows for how much of the
lot was seen; where drives were drawn first, for objects of one drive that err together. This page is evidence of a
review, and no proof of compliance.</p>
""")


def evidence_of(
    name: str,
    sample: Sample,
    looks: Mapping[tuple[str, str], Look],
    found: Assessment,
    *,
    context: Mapping[str, Any],
    waiver: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Say all that a decision rests on, as JSON values.

    Parameters
    ----------
    name : of the sample
    sample, looks, found : what was drawn, seen and found
    context : what else belongs to it: store, version, time, attached figures
    waiver : who accepts in spite of the verdict (``by``), and why (``reason``)
    """
    plan, size, chances = sample.plan, sum(sample.population.values()), {}
    if isinstance(plan, SinglePlan):
        ends = ((sample.good, False), (sample.bad, True))
        chances = {f"{share:g}": plan.acceptance(share, population=size, up=up) for share, up in ends}
    waived = waiver is not None and found.verdict != "accept"
    return {
        "sample": name,
        "decision": "waived" if waived else found.verdict,
        "verdict_of_the_plan": found.verdict,
        "waiver": dict(waiver) if waiver is not None and waived else None,
        "plan": sample_body(sample)["plan"],
        "good_share": sample.good,
        "bad_share": sample.bad,
        "acceptance_at_share": chances,
        "seed": sample.seed,
        "strata": list(sample.by),
        "drives_drawn": sample.n_drives,
        "population": dict(sample.population),
        "looked_at": asdict(found.count),
        "without_clusters": asdict(found.plain),
        "design_effect": found.design_effect,
        "by_kind": {kind: asdict(count) for kind, count in found.kinds.items()},
        "error_codes": dict(found.codes),
        "reviewers": sorted({look.reviewer for look in looks.values()}),
        "changed_since": [list(item.key) for item in found.stale],
        "not_looked_at": len(found.left),
        "objects": [
            {**asdict(item), **asdict(looks[item.key]), "errors": list(looks[item.key].errors)}
            for item in sample.items
            if item.key in looks
        ],
        **context,
    }


def evidence_page(evidence: Mapping[str, Any]) -> str:
    """Write evidence as one HTML page that needs nothing else; every text in it is escaped."""
    count = evidence["looked_at"]
    share = f"{count['wrong']} of {count['n']} objects are wrong" if count["n"] else "nothing was looked at"
    lead = f"{share}; the share of the whole lot lies between {count['low']:.2%} and {count['high']:.2%}."
    if evidence["waiver"]:
        lead += f" Waived by {evidence['waiver']['by']}: {evidence['waiver']['reason']}"
    kinds = ((kind, evidence["population"][kind], *_cells(row)) for kind, row in evidence["by_kind"].items())
    wrong = [one for one in evidence["objects"] if one["errors"]]
    tables = [
        _table("Plan", ("", ""), _plan_rows(evidence)),
        _table("By kind of object", ("kind", "objects", "looked at", "wrong", "95 % interval"), kinds),
        _table("Errors", ("code", "objects"), evidence["error_codes"].items()),
        _table(
            "Wrong objects",
            ("drive", "object", "errors", "reviewer", "note"),
            ((o["drive"], o["object"], ", ".join(o["errors"]), o["reviewer"], o["note"]) for o in wrong),
        ),
        _table("Changed since they were looked at", ("drive", "object"), evidence["changed_since"]),
        _table("Store and tools", ("", ""), _context_rows(evidence)),
    ]
    body = _BODY.substitute(verdict=escape(str(evidence["decision"])), lead=escape(lead), tables="\n".join(tables))
    return plain_page(f"Release decision: {evidence['sample']}", body, style=_STYLE)


def _plan_rows(evidence: Mapping[str, Any]) -> Iterable[tuple[object, object]]:
    yield from ((_PLAIN_WORDS.get(name, name), value) for name, value in evidence["plan"].items())
    yield "share that should be accepted", f"{evidence['good_share']:.2%}"
    yield "share that should be rejected", f"{evidence['bad_share']:.2%}"
    for share, chance in evidence["acceptance_at_share"].items():
        yield f"chance of acceptance at {float(share):.2%}", f"{chance:.1%}"
    yield "strata", ", ".join(evidence["strata"]) or "none"
    yield "seed of the draw", evidence["seed"]
    yield "drives drawn first", evidence["drives_drawn"] or "no: objects of all drives"
    yield "design effect of drives", f"{evidence['design_effect']:.2f}"
    yield "reviewers", ", ".join(evidence["reviewers"])
    yield "of the sample not looked at", evidence["not_looked_at"]


def _context_rows(evidence: Mapping[str, Any]) -> Iterable[tuple[object, object]]:
    for name in ("store", "head_sha256", "created_utc", "decided_by", "sensorann"):
        if name in evidence:
            yield name, evidence[name]
    for name, attached in evidence.get("attached", {}).items():
        yield f"attached: {name}", attached["sha256"]


def _cells(count: Mapping[str, Any]) -> tuple[object, ...]:
    inside = f"{count['low']:.2%} to {count['high']:.2%}" if count["n"] else "unknown"
    return count["n"], count["wrong"], inside


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """One table under its heading; nothing where it has no rows."""
    told = list(rows)
    if not told:
        return ""
    top = "".join(f"<th>{escape(name)}</th>" for name in head) if any(head) else ""
    lines = ("".join(f"<td>{escape(str(cell))}</td>" for cell in row) for row in told)
    body = "\n".join(f"<tr>{line}</tr>" for line in (top, *lines) if line)
    return f'<h2>{escape(title)}</h2>\n<div class="wide"><table>\n{body}\n</table></div>'
