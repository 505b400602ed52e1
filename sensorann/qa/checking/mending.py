"""Repairs of findings in a label store: each one event of its journal, which can be undone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sensorann.errors import ArgumentError
from sensorann.qa.checking.finding import Finding
from sensorann.qa.checking.finding_files import Suggestion
from sensorann.qa.checking.repairing import repaired
from sensorann.qa.sampling import fingerprint
from sensorann.store import EditConflictError, Note, Store
from sensorann.store.difference import difference


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


def mend(store: Store, drive: str, suggestions: Iterable[Suggestion]) -> Iterator[Mended]:
    """Apply repairs to a drive of a store, one after the other.

    A track that is no longer as it was checked is left alone: a half turn that is made twice is none. Only what these
    repairs themselves change does not count, so that several of one track are applied together.

    Parameters
    ----------
    store, drive : an open store, and the drive in it whose labels were checked
    suggestions : with repairs, the surest first

    Yields
    ------
    Mended
        As soon as it is written, so that what follows cannot hide it.

    Raises
    ------
    StoreError
        When there is no such drive.
    """
    labels = store.load(drive).labels
    now = {track.id: fingerprint(track) for track in labels.tracks}
    for suggestion in suggestions:
        finding = suggestion.finding
        changed = [name for name, seen in suggestion.seen.items() if now.get(name) != seen]
        if changed:
            yield _left_out(finding, f"object {', '.join(changed)} has changed since it was checked: check again")
            continue
        try:
            wanted = repaired(labels, finding)
            event = store.commit(drive, difference(labels, wanted), _note(finding))
        except (ArgumentError, EditConflictError) as error:
            yield _left_out(finding, str(error))
            continue
        labels = wanted
        yield Mended(finding=finding, event=event) if event is not None else _left_out(finding, "it is so already")


def _left_out(finding: Finding, reason: str) -> Mended:
    return Mended(finding=finding, event=None, reason=reason)


def _note(finding: Finding) -> Note:
    measured = {"score": finding.score, "value": finding.value, "limit": finding.limit}
    # For people to read: nobody measures to the last bit.
    said = {"rule": finding.rule, **{name: float(f"{figure:.4g}") for name, figure in measured.items()}}
    return Note(kind="repair", text=finding.message, machine=said)
