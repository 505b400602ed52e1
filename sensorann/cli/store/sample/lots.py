"""The sample that a command speaks of, and the objects of the store as they are now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sensorann.cli.labels import store_address
from sensorann.errors import StoreError, UsageError
from sensorann.formats import open_drive
from sensorann.formats.addresses import split_address
from sensorann.qa.sampling import Assessment, Item, Look, Sample, Stratum, assess, lot_of, sample_of
from sensorann.store import Store
from sensorann.store.sampling import decisions, looks, samples


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


def place_of(address: str) -> tuple[str, str | None]:
    """Take STORE or STORE#DRIVE apart."""
    store, drive = store_address(address) or split_address(address)
    return str(store), drive


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
    there = set(store.drives())
    lot = current_lot(store, [drive for drive in dict.fromkeys(item.drive for item in sample.items) if drive in there])
    return OpenSample(
        name=name,
        sample=sample,
        looks=found,
        found=assess(sample, found, {item.key: item.fingerprint for item in lot}),
    )


def check_strata(text: str, known: Sequence[Stratum]) -> tuple[Stratum, ...]:
    """Read kinds with commas between them, in their own order."""
    names = {name.strip() for name in text.split(",") if name.strip()}
    if unknown := names - set(known):
        raise UsageError(f"--by takes {', '.join(known)}, got {', '.join(sorted(unknown))!r}")
    return tuple(name for name in known if name in names)


def _look(body: object) -> Look:
    fields = dict(body)  # type: ignore[call-overload]
    return Look(**{**fields, "errors": tuple(fields["errors"])})
