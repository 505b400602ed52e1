"""Samples of objects to look at, what was found, and what was decided: kept in the journal, over all drives.

What a sample is and what it decides is worked out elsewhere (`sensorann.qa.sampling`): here they are documents.
"""

from __future__ import annotations

from sensorann.errors import StoreError
from sensorann.store import projection
from sensorann.store.history import Filter, log
from sensorann.store.journal import Note
from sensorann.store.kinds import AUTOMATIC, BESIDE_LABELS
from sensorann.store.patch import Body, DocumentChange, Patch, dumped
from sensorann.store.roles import require_right, roles
from sensorann.store.store import Store

# Samples may be of several drives: their documents belong to none.
_STORE = ""


def samples(store: Store) -> dict[str, Body]:
    """Every sample by its name, in the order in which they were drawn."""
    return _bodies(store, "sample")


def add_sample(store: Store, name: str, body: Body) -> None:
    """Keep a sample under a new name.

    Raises
    ------
    StoreError
        When the name is taken, or your role does not review.
    """
    require_right(store, "accept and reject")
    if not name or name in samples(store):
        raise StoreError(f"{store.name} has a sample {name!r} already: a new one needs a name of its own")
    change = DocumentChange("sample", name, None, body)
    store.commit(_STORE, Patch(documents=(change,)), Note(kind="sample", text=name))


def looks(store: Store, name: str) -> dict[tuple[str, str], Body]:
    """What was found by drive and object: ``errors``, ``reviewer``, ``fingerprint``, ``note``.

    Raises
    ------
    StoreError
        When there is no such sample.
    """
    _require_sample(store, name)
    found = _bodies(store, "look")
    return {
        (body["drive"], body["item"]): {key: body[key] for key in ("errors", "reviewer", "fingerprint", "note")}
        for body in found.values()
        if body["sample"] == name
    }


def record_look(
    store: Store, name: str, drive: str, object_id: str, *, errors: tuple[str, ...], fingerprint: str, note: str = ""
) -> None:
    """Record what you found when you looked at an object; a second look replaces the first.

    Raises
    ------
    StoreError
        When there is no such sample, it is decided, your role does not review, or in a store with roles you made the
        object yourself.
    """
    require_right(store, "accept and reject")
    require_undecided(store, name)
    if roles(store) and store.actor in _makers(store, drive, object_id):
        raise StoreError(f"{store.actor} worked on object {object_id}: somebody else looks at it")
    body = {
        "sample": name,
        "drive": drive,
        "item": object_id,
        "errors": list(errors),
        "reviewer": store.actor,
        "fingerprint": fingerprint,
        "note": note,
    }
    key = dumped([name, drive, object_id])
    before = _bodies(store, "look").get(key)
    store.commit(_STORE, Patch(documents=(DocumentChange("look", key, before, body),)), Note(kind="look", text=name))


def decisions(store: Store) -> dict[str, Body]:
    """Decision about every sample that has one, by its name."""
    return _bodies(store, "decision")


def decisions_about(store: Store, drive: str) -> dict[str, Body]:
    """Decisions about samples with an object of a drive."""
    drawn = samples(store)
    return {
        name: body
        for name, body in decisions(store).items()
        if any(item["drive"] == drive for item in drawn[name]["items"])
    }


def add_decision(store: Store, name: str, body: Body) -> None:
    """Keep a decision; it stands.

    Raises
    ------
    StoreError
        When there is no such sample, it is decided already, or your role does not review.
    """
    require_right(store, "accept and reject")
    require_undecided(store, name)
    change = DocumentChange("decision", name, None, body)
    store.commit(_STORE, Patch(documents=(change,)), Note(kind="decision", text=name))


def require_undecided(store: Store, name: str) -> None:
    """Check that a sample is there and open.

    Raises
    ------
    StoreError
        When there is no such sample, or it is decided.
    """
    _require_sample(store, name)
    if name in decisions(store):
        raise StoreError(f"sample {name!r} is decided already: draw another one")


def _bodies(store: Store, kind: str) -> dict[str, Body]:
    with store.reading() as connection:
        return {key: stored.body for _, key, stored in projection.documents(connection, _STORE, [kind])}


def _require_sample(store: Store, name: str) -> None:
    known = samples(store)
    if name not in known:
        raise StoreError(f"no sample {name!r} in {store.name}, there are: {', '.join(known) or 'none yet'}")


def _makers(store: Store, drive: str, object_id: str) -> set[str]:
    """Who made an object what it is."""
    events = log(store, Filter(drive=drive, object_id=object_id))
    return {event.actor for event in events if event.kind not in (*BESIDE_LABELS, *AUTOMATIC)}
