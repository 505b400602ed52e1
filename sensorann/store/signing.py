"""Sign-offs: who stands for the files of a release, as events of the journal and so in its chain of hashes.

No key signs here: a name is as good as the login that it comes from. Sign the manifest's file with a key of your own,
such as `ssh-keygen -Y sign`; the hashes in it stand for all the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sensorann.errors import StoreError
from sensorann.store import projection
from sensorann.store.journal import Note
from sensorann.store.patch import DocumentChange, Patch
from sensorann.store.roles import require_right, roles
from sensorann.store.store import Store

_KIND = "sign off"


@dataclass(frozen=True, kw_only=True, slots=True)
class SignOff:
    """Somebody stands for files.

    Attributes
    ----------
    by, role : who; no role where the store knows none
    files_root_sha256 : hash of the hashes of the files
    text : what was said, such as what is known to be wrong and accepted nevertheless
    event : number of the event
    """

    by: str
    role: str | None
    files_root_sha256: str
    text: str
    event: int


def sign_off(store: Store, drive: str, files_root_sha256: str, *, text: str) -> None:
    """Stand for files that were written from a drive; saying it again replaces what you said of the same files.

    Raises
    ------
    StoreError
        When there is no such drive, nothing is said, or your role does not sign off.
    """
    require_right(store, "sign off")
    if not text.strip():
        raise StoreError("a sign-off needs a text: what was checked, and what is known to be wrong")
    key = f"{files_root_sha256} {store.actor}"
    with store.reading() as connection:
        projection.require_drive(connection, drive)
        before = projection.document(connection, drive, _KIND, key)
    body = {
        "by": store.actor,
        "role": roles(store).get(store.actor),
        "files_root_sha256": files_root_sha256,
        "text": text,
    }
    change = DocumentChange(_KIND, key, None if before is None else before.body, body)
    store.commit(drive, Patch(documents=(change,)), Note(kind=_KIND, text=text))


def sign_offs(store: Store, drive: str) -> tuple[SignOff, ...]:
    """All sign-offs of a drive, in the order in which they were first made.

    Raises
    ------
    StoreError
        When there is no such drive.
    """
    with store.reading() as connection:
        projection.require_drive(connection, drive)
        found = projection.documents(connection, drive, [_KIND])
    return tuple(_sign_off(stored.body, stored.event) for _, _, stored in found)


def _sign_off(body: Mapping[str, Any], event: int) -> SignOff:
    return SignOff(**body, event=event)
