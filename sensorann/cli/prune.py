"""`sensorann prune`: proposals that are unlikely objects go, in one edit."""

from typing import Annotated

from cyclopts import Parameter

import sensorann as sa
from sensorann.cli.label_formats import FromFormat, ToFormat
from sensorann.cli.labels import check_writable, drive_address, read_labels, store_address, write_labels
from sensorann.cli.output import AsJson, print_json
from sensorann.errors import UsageError
from sensorann.scene import Labels
from sensorann.store.connecting import shown_address
from sensorann.store.reviewing import decisions
from sensorann.tracks import surgery


def prune(
    labels: str,
    /,
    *,
    min_confidence: float,
    out: Annotated[str | None, Parameter(alias="-o")] = None,
    from_format: FromFormat = None,
    to_format: ToFormat = None,
    as_json: AsJson = False,
) -> None:
    """Delete proposals whose confidence is too low; what people placed, imported or accepted stays.

    In a label store this is one event, which `sensorann store undo` takes back.

    For example:

        sensorann prune proposals.json -o likely.json --min-confidence 0.5
        sensorann prune labels.db#0000 --min-confidence 0.5

    Parameters
    ----------
    labels
        Tracks that `sensorann prelabel` proposed, corrected since or not: a file, or STORE#DRIVE.
    min_confidence
        The least that stays, 0 to 1. Tracks that do not say how likely they are stay.
    out
        Where to write; needed for a file, while a drive of a store is changed where it is when not given.
    from_format
        Format of the labels; recognised when not given.
    to_format
        Format to write; follows the name when not given.
    as_json
        Print the summary as JSON.
    """
    place = labels if out is None else out
    if out is None and store_address(labels) is None:
        raise UsageError(f"{labels} is a file, and files are not changed where they are: say where to write with -o")
    if out is None:
        before, after = _prune_stored(labels, min_confidence)
    else:
        check_writable(out, format=to_format)
        before = read_labels(labels, format=from_format)
        after = surgery.delete_unlikely(before, min_confidence)
        write_labels(after, out, format=to_format, source=labels)
    n_left = len(after.tracks)
    summary = {"out": shown_address(place), "deleted": len(before.tracks) - n_left, "left": n_left}
    if as_json:
        print_json(summary)
    else:
        print(f"{summary['out']}: {summary['deleted']} of {len(before.tracks)} tracks deleted, {n_left} left")


def _prune_stored(address: str, min_confidence: float) -> tuple[Labels, Labels]:
    """Prune a drive where it is; what reviewers accepted stays."""
    place, drive = drive_address(address)
    with sa.open_store(place) as opened:
        seen = opened.load(drive)
        accepted = {name for name, body in decisions(opened, drive).items() if body["decision"] == "accept"}
        wanted = surgery.delete_unlikely(seen.labels, min_confidence, kept=accepted)
        note = sa.Note(kind="prune", machine={"min_confidence": min_confidence})
        return seen.labels, opened.save(seen, wanted, note=note).labels
