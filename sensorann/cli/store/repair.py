"""`sensorann store repair`: what a check suggests is done, and can be undone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

import sensorann as sa
from sensorann.cli.compare import THRESHOLD_NOT_MET
from sensorann.cli.labels import drive_address
from sensorann.errors import UsageError
from sensorann.qa.checking import chosen_rules, mend, read_suggestions


def repair(
    store: str,
    findings: Path,
    /,
    *,
    rule: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    object_id: Annotated[tuple[str, ...], Parameter(name="--object", negative="")] = (),
    min_score: float = 0.0,
    drive: str | None = None,
) -> int:
    """Apply the repairs that a check suggests, the surest first, each as an event that `store undo` takes back.

    Look at the findings before: what you do not want is left out by its rule, object or score, or deleted from the
    file. Objects that were changed since they were checked are left alone.

    For example:

        sensorann check labels.db#0000 --drive kitti/training#0000 --json > findings.json
        sensorann store repair labels.db#0000 findings.json --rule heading_flip --min-score 0.9
        sensorann store repair labels.db#0000 findings.json --rule missing --drive kitti/training#0000
        sensorann store undo labels.db#0000

    Parameters
    ----------
    store
        STORE#DRIVE.
    findings
        What `sensorann check STORE#DRIVE --json` printed.
    rule
        Apply only repairs of this rule; may be given several times.
    object_id
        Apply only repairs of this object; may be given several times.
    min_score
        Leave out findings below this score, 0 to 1.
    drive
        The recording (ROOT or ROOT#NAME): what follows points or draws on pictures is left out without.
    """
    if not 0.0 <= min_score <= 1.0:
        raise UsageError(f"--min-score must be a probability, 0 to 1, got {min_score}")
    chosen_rules(rule)  # a slip in a name would choose nothing
    place, name = drive_address(store)
    recording = None if drive is None else sa.open_drive(drive)
    chosen = [
        one
        for one in read_suggestions(findings)
        if one.finding.score >= min_score
        and (not rule or one.finding.rule in rule)
        and (not object_id or one.finding.object in object_id)
    ]
    suggested = sorted((one for one in chosen if one.finding.repair), key=lambda one: -one.finding.score)
    n_left_out = 0
    with sa.open_store(place) as opened:
        for one in mend(opened, name, suggested, recording=recording):
            n_left_out += bool(one.reason)
            head, tail = ("left out", one.reason) if one.reason else (f"event {one.event}", one.finding.message)
            whose = f"object {one.finding.object}" if one.finding.object else "no object yet"
            print(f"{head}: {one.finding.rule}, {whose}: {tail}")
    n_unknown = len(chosen) - len(suggested)
    print(f"{len(suggested) - n_left_out} repaired, {n_left_out} left out, {n_unknown} that only a person can mend")
    return THRESHOLD_NOT_MET if n_left_out else 0
