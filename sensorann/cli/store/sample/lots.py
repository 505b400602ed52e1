"""The sample that a command speaks of, and the objects of the store as they are now."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sensorann.errors import StoreError, UsageError
from sensorann.formats import open_drive
from sensorann.qa.sampling import Assessment, Item, Look, Sample, Stratum, assess, fingerprint, lot_of, sample_of
from sensorann.store import Store
from sensorann.store.sampling import decisions, looks, samples

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class OpenSample:
    """A sample with what was found in it so far.

    Attributes
    ----------
    name, sample : the sample
    looks : by drive and object
    found : what they say of the objects as they are now
    """

    name: str
    sample: Sample
    looks: dict[tuple[str, str], Look]
    found: Assessment


def current_lot(
    store: Store, drives: Sequence[str], *, by: Sequence[Stratum] = (), recordings: str | None = None
) -> list[Item]:
    """Objects of some drives as they are now; ranges need the root of their recordings."""
    lot = []
    for drive in drives:
        recording = None if recordings is None else open_drive(f"{recordings.partition('#')[0]}#{drive}")
        lot += lot_of(drive, store.load(drive).labels, by=by, recording=recording)
    return lot


def open_sample(store: Store, name: str | None) -> OpenSample:
    """Load a sample, the only undecided one where none is named, and judge it.

    Raises
    ------
    StoreError
        When there is no such sample, or none is named and there is not exactly one.
    """
    known = samples(store)
    if name is None:
        undecided = [one for one in known if one not in decisions(store)]
        if len(undecided) != 1:
            shown = ", ".join(undecided) or "none: sensorann store review plan draws one"
            raise StoreError(f"name the sample with --sample, undecided are: {shown}")
        (name,) = undecided
    found = {key: _look(body) for key, body in looks(store, name).items()}
    sample = sample_of(known[name])
    return OpenSample(name=name, sample=sample, looks=found, found=assess(sample, found, _fingerprints(store, found)))


def check_strata(text: str, known: Sequence[Stratum]) -> tuple[Stratum, ...]:
    """Read kinds with commas between them, in their own order."""
    names = {name.strip() for name in text.split(",") if name.strip()}
    if unknown := names - set(known):
        raise UsageError(f"--by takes {', '.join(known)}, got {', '.join(sorted(unknown))!r}")
    return tuple(name for name in known if name in names)


def _fingerprints(store: Store, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Fingerprints of objects as they are now, but for those that were deleted."""
    now = {}
    for drive, object_id in keys:
        try:
            now[drive, object_id] = fingerprint(store.track(drive, object_id).track)
        except StoreError:
            _log.info("object %s of %s is not there any more", object_id, drive)
    return now


def _look(body: Mapping[str, Any]) -> Look:
    return Look(**{**body, "errors": tuple(body["errors"])})
