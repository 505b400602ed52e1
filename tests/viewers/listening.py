"""A window whose commands only write their names into a file: `python -m tests.viewers.listening STORE FILE`."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from sensorann.store import open_store
from tests.builders import MemoryDrive
from viewers import Session, open_session
from viewers.commands import COMMANDS
from viewers.keymap import read_keymap
from viewers.window import show


def main() -> None:
    place, told = sys.argv[1], Path(sys.argv[2])

    def write(_session: Session, *, name: str) -> None:
        with told.open("a") as file:
            print(name, file=file)

    commands = {name: command._replace(run=partial(write, name=name)) for name, command in COMMANDS.items()}
    with open_store(place) as store:
        show(open_session(MemoryDrive(), store), read_keymap(commands=commands))


if __name__ == "__main__":
    main()
