"""`sensorann store review decide`: accepts or rejects by what was found, with the evidence."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

import sensorann as sa
from sensorann import __version__
from sensorann.cli.labels import whole_store
from sensorann.cli.output import AsJson, json_text, print_json
from sensorann.cli.store.sample.lots import open_sample
from sensorann.errors import FormatError, UsageError
from sensorann.files import require_file, written_whole
from sensorann.qa.sampling import evidence_of, evidence_page
from sensorann.store import log
from sensorann.store.sampling import add_decision, require_undecided

NOT_ACCEPTED = 3
_KEPT = ("decision", "verdict_of_the_plan", "waiver", "looked_at", "design_effect", "created_utc", "decided_by")


def decide(
    store: str,
    /,
    *,
    out: Annotated[Path, Parameter(alias="-o")],
    sample: str | None = None,
    attach: Annotated[tuple[Path, ...], Parameter(negative="")] = (),
    waiver: str | None = None,
    as_json: AsJson = False,
) -> int:
    """Decide by what was found in a sample, and write the evidence: OUT.json for programs, OUT.html to read.

    The evidence holds the plan and its seed, every object that was looked at and what was found, the share of wrong
    objects with its 95 % interval, and the hash of the store's last event. An accepted or rejected sample is closed.
    Exit status 3 when the labels are not accepted, or there is more to look at.

    For example:

        sensorann store review decide labels.db -o evidence
        sensorann store review decide labels.db -o evidence --attach agreement.json --attach findings.json
        sensorann store review decide labels.db -o evidence --waiver "only used for a demo"

    Parameters
    ----------
    store
        The store.
    out
        Where to write, without an ending.
    sample
        Name of the sample; the only undecided one when not given.
    attach
        JSON to put into the evidence, as `sensorann compare --json` or `check --json` print it; may be given several
        times.
    waiver
        Why the labels are used in spite of what was found; you are named for it.
    as_json
        Print the evidence.
    """
    place = whole_store(store)
    attached = _attached(attach)
    with sa.open_store(place) as opened:
        current = open_sample(opened, sample)
        require_undecided(opened, current.name)
        context = {
            "store": opened.name,
            "head_sha256": log(opened, last=1)[0].hash.hex(),
            "created_utc": datetime.now(UTC).isoformat(timespec="seconds"),
            "decided_by": opened.actor,
            "sensorann": __version__,
            "attached": attached,
        }
        waived = None if waiver is None else {"by": opened.actor, "reason": waiver}
        evidence = evidence_of(
            current.name, current.sample, current.looks, current.found, context=context, waiver=waived
        )
        text = json_text(evidence)
        # Files first: a decision without its evidence would stand for ever.
        for ending, content in ((".json", text), (".html", evidence_page(evidence))):
            with written_whole(out.with_name(out.name + ending)) as temporary:
                temporary.write_text(content, encoding="utf-8")
        if evidence["decision"] != "continue":
            kept = {name: evidence[name] for name in _KEPT}
            digest = hashlib.sha256(text.encode()).hexdigest()
            add_decision(opened, current.name, {**kept, "evidence_sha256": digest})
    if as_json:
        print_json(evidence)
    else:
        _print(evidence, out)
    return 0 if evidence["decision"] in ("accept", "waived") else NOT_ACCEPTED


def _print(evidence: dict[str, Any], out: Path) -> None:
    count = evidence["looked_at"]
    interval = f"{count['low']:.2%} to {count['high']:.2%}"
    print(f"sample {evidence['sample']}: {count['wrong']} of {count['n']} objects wrong, {interval} of the whole")
    if evidence["changed_since"]:
        print(f"{len(evidence['changed_since'])} objects have changed since they were looked at: look again")
    print(f"{evidence['decision']}: {out}.json, {out}.html")


def _attached(paths: Sequence[Path]) -> dict[str, dict[str, Any]]:
    """Read JSON files to be put into the evidence, by their names."""
    found = {}
    for path in paths:
        if path.name in found:
            raise UsageError(f"two attached files are called {path.name}")
        read = require_file(path).read_bytes()
        try:
            content = json.loads(read)
        except ValueError as error:
            raise FormatError(path, "", expected="JSON", found=str(error)) from error
        found[path.name] = {"sha256": hashlib.sha256(read).hexdigest(), "content": content}
    return found
