"""Who may do what in a store that several people share.

Rights are data. A store in which nobody was given a role knows none, and everybody may do everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

from sensorann.errors import StoreError
from sensorann.store import projection
from sensorann.store.journal import Note
from sensorann.store.patch import DocumentChange, Patch
from sensorann.store.store import Store

Role = Literal["annotator", "reviewer", "lead"]
ROLES: tuple[Role, ...] = get_args(Role)
RIGHTS: Mapping[str, tuple[Role, ...]] = MappingProxyType(
    {
        "give roles": ("lead",),
        "assign tasks": ("lead",),
        "accept and reject": ("reviewer", "lead"),
        "set the guideline": ("lead",),
        "sign off": ("lead",),
        "comment": ROLES,
    }
)
# Documents about the whole store belong to no drive.
_STORE = ""


def roles(store: Store) -> dict[str, Role]:
    """Role of every person who was given one."""
    with store.reading() as connection:
        return {name: stored.body["role"] for _, name, stored in projection.documents(connection, _STORE, ["user"])}


def give_role(store: Store, person: str, role: Role) -> None:
    """Give a person a role. The first role that is given in a store is its lead's.

    Raises
    ------
    StoreError
        When you are no lead, or the first role is another one.
    """
    known = roles(store)
    if not known and role != "lead":
        raise StoreError(f"{store.name} has no lead yet: give that role first")
    require_right(store, "give roles")
    before = {"role": known[person]} if person in known else None
    change = DocumentChange("user", person, before, {"role": role})
    store.commit(_STORE, Patch(documents=(change,)), Note(kind="user"))


def require_right(store: Store, right: str) -> None:
    """Check that the person at work may do something.

    Raises
    ------
    StoreError
        When the role of the person does not allow it.
    """
    known = roles(store)
    role = known.get(store.actor)
    if known and role not in RIGHTS[right]:
        raise StoreError(f"{store.actor} ({role or 'no role'}) may not {right}: {' or '.join(RIGHTS[right])} may")
