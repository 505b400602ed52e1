"""`sensorann store assign`: who works on what, and in which role."""

from typing import Annotated

from cyclopts import Parameter

import sensorann as sa
from sensorann.cli.labels import drive_address, whole_store
from sensorann.errors import UsageError
from sensorann.store.roles import Role, give_role
from sensorann.store.tasks import assign as assign_task


def assign(
    store: str,
    person: str,
    /,
    *,
    role: Role | None = None,
    start: Annotated[int | None, Parameter(name="--start-ns")] = None,
    end: Annotated[int | None, Parameter(name="--end-ns")] = None,
) -> None:
    """Assign a drive or a span of it to a person, or give a person a role in the store.

    The first role that is given in a store is its lead's; from then on only a lead assigns.

    For example:

        sensorann store assign labels.db anna --role lead
        sensorann store assign labels.db#0000 ben

    Parameters
    ----------
    store
        STORE#DRIVE; STORE where a role is given.
    person
        Name of the person; in a PostgreSQL store, the login.
    role
        annotator, reviewer or lead.
    start
        First instant of the span, ns; the whole drive when not given.
    end
        Last instant of the span, ns.
    """
    if role is not None:
        if start is not None or end is not None:
            raise UsageError("a role is given in the whole store: leave out --start-ns and --end-ns")
        with sa.open_store(whole_store(store)) as opened:
            give_role(opened, person, role)
        print(f"{person}: {role}")
        return
    place, drive = drive_address(store)
    with sa.open_store(place) as opened:
        task = assign_task(opened, drive, person, start_ns=start, end_ns=end)
    print(f"{drive}: {task.assignee}, {task.state}")
