"""Repairs of findings in a label store: each one event of its journal, which can be undone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sensorann.errors import ArgumentError, MissingDataError, TimeRangeError
from sensorann.qa.checking.clashes import Clashes
from sensorann.qa.checking.finding import Finding
from sensorann.qa.checking.finding_files import Suggestion
from sensorann.qa.checking.repairing import repaired
from sensorann.qa.checking.states import states
from sensorann.scene import Drive
from sensorann.store import EditConflictError, Note, Store
from sensorann.store.difference import difference

_CLASH = "another repair has changed boxes there: check again"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mended:
    """What became of a suggestion.

    Attributes
    ----------
    finding : the one whose repair it is
    event : number of the event that it became; None where it was left out
    reason : why it was left out; empty where it was not
    """

    finding: Finding
    event: int | None
    reason: str = ""


def mend(
    store: Store, drive: str, suggestions: Iterable[Suggestion], *, recording: Drive | None = None
) -> Iterator[Mended]:
    """Apply repairs to a drive of a store, one after the other.

    A track that is no longer as it was checked is left alone: a half turn that is made twice is none. What these
    repairs themselves change does not count, so that several of one track are applied together, save where one of them
    changed the same of boxes near by, or which boxes there are: what looked wrong may have been the same error.

    Parameters
    ----------
    store, drive : an open store, and the drive in it whose labels were checked
    suggestions : with repairs, the surest first
    recording : of the drive, for repairs that look at it; those are left out without

    Yields
    ------
    Mended
        As soon as it is written, so that what follows cannot hide it.

    Raises
    ------
    StoreError
        When there is no such drive.
    """
    suggested = list(suggestions)
    labels = store.load(drive).labels
    now = states(labels, {name for suggestion in suggested for name in suggestion.seen})
    clashes = Clashes()
    for suggestion in suggested:
        finding = suggestion.finding
        changed = [name for name, seen in suggestion.seen.items() if now.get(name) != seen]
        if changed:
            yield _left_out(finding, f"object {', '.join(changed)} has changed since it was checked: check again")
            continue
        if clashes.near(finding, suggestion.seen):
            yield _left_out(finding, _CLASH)
            continue
        try:
            wanted = repaired(labels, finding, recording)
            patch = difference(labels, wanted)
            if clashes.within(finding, patch.boxes):
                yield _left_out(finding, _CLASH)
                continue
            event = store.commit(drive, patch, _note(finding))
        except (ArgumentError, EditConflictError, MissingDataError, TimeRangeError) as error:
            yield _left_out(finding, str(error))
            continue
        labels = wanted
        clashes.add(finding, patch.boxes)
        yield Mended(finding=finding, event=event) if event is not None else _left_out(finding, "it is so already")


def _left_out(finding: Finding, reason: str) -> Mended:
    return Mended(finding=finding, event=None, reason=reason)


def _note(finding: Finding) -> Note:
    measured = {"score": finding.score, "value": finding.value, "limit": finding.limit}
    # For people to read: nobody measures to the last bit.
    said = {"rule": finding.rule, **{name: float(f"{figure:.4g}") for name, figure in measured.items()}}
    return Note(kind="repair", text=finding.message, machine=said)
