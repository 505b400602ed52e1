"""`sensorann store undo`: one step back, or forth again."""

import sensorann as sa
from sensorann.cli.labels import drive_address


def undo(store: str, /, *, redo: bool = False) -> None:
    """Take back your last edit of a drive that is not undone yet; the undo is an event of its own.

    For example:

        sensorann store undo labels.db#0000
        sensorann store undo labels.db#0000 --redo

    Parameters
    ----------
    store
        STORE#DRIVE.
    redo
        Take back the last undo instead.
    """
    place, drive = drive_address(store)
    with sa.open_store(place) as opened:
        event = opened.redo(drive) if redo else opened.undo(drive)
        actor = opened.actor
    if event is None:
        print(f"nothing of {actor} to {'redo' if redo else 'undo'} in {drive}")
    else:
        print(f"{'redone: undo' if redo else 'undone: event'} {event}")
