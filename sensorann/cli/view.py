"""`sensorann view`: look at a drive and label it, in a window or a browser."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

import sensorann as sa
from sensorann.cli import graphics
from sensorann.cli.labels import place_and_drive
from sensorann.errors import MissingDataError
from viewers.keymap import Keymap, read_keymap
from viewers.opening import open_session
from viewers.recording import BYTES_PER_GB
from viewers.session import Session

Show = Callable[[Session, Keymap], None]
# A person waits no longer for somebody else who writes, seconds: the window stands still meanwhile.
_WAIT_S = 5.0


def view(
    drive: str,
    /,
    *,
    store: str = "labels.db",
    rig: Path | None = None,
    keys: Path | None = None,
    cache_gb: Annotated[float, Parameter(validator=Number(gte=0))] = 2.0,
    web: Annotated[bool, Parameter(negative="")] = False,
    port: Annotated[int, Parameter(validator=Number(gte=0, lte=65535))] = 8040,
) -> None:
    """Look at a drive and label it, in a window or a browser.

    Every edit is in the store the moment it is made, and can be undone; there is nothing to save. The window shows
    the keys when ? is pressed: Q and a click make a box, I fills an object between its keyframes, J goes to the frame
    whose correction is worth most.

    For example:

        sensorann view kitti/training#0000
        sensorann view kitti/training#0000 --store labels.db --keys my-keys.toml
        sensorann view kitti/training#0000 --store postgresql://anna@server/labels
        sensorann view kitti/training#0000 --web

    Parameters
    ----------
    drive
        The recording: a path, or ROOT#NAME for one of several.
    store
        STORE or STORE#DRIVE: where the labels are kept; a file is made where there is none. The drive's own name is
        taken when none is given.
    rig
        Calibration file, as in `sensorann info`, to take instead of the drive's own.
    keys
        TOML file with keys of your own; it names only what it changes.
    cache_gb
        Gigabytes of sweeps and images that are kept in memory.
    web
        Show it in a browser of this machine, which needs no graphics card: the address to open is printed. It holds a
        token without which nothing is served. Ctrl+C, or Ctrl+Q in the page, ends it.
    port
        With --web: where this machine serves it, to itself alone; 0 takes a free one.
    """
    keymap = read_keymap(keys)
    recording = sa.open_drive(drive, rig=rig)
    show = _browser(port) if web else _window(drive)
    place, name = place_and_drive(store)
    with sa.open_store(place, create=True, wait_s=_WAIT_S) as opened:
        session = open_session(recording, opened, name=name, cache_bytes=round(cache_gb * BYTES_PER_GB))
        try:
            show(session, keymap)
        finally:
            session.close()


def _window(drive: str) -> Show:
    check_screen(drive)
    try:
        from viewers.window import show
    except (ImportError, OSError) as error:  # the package, or a system library that it loads
        raise MissingDataError(
            f'sensorann view needs Open3D: pip install "sensorann[viewer]" ({error}); '
            "`sensorann doctor` names system libraries that are missing"
        ) from error
    return show


def _browser(port: int) -> Show:
    try:
        from viewers.web import show
    except ImportError as error:
        raise MissingDataError(f'sensorann view --web needs viser: pip install "sensorann[web]" ({error})') from error
    return partial(show, port=port, tell=_tell)


def _tell(address: str) -> None:
    print(f"open {address}", flush=True)


def check_screen(drive: str) -> None:
    """Refuse where no window can be drawn, and name the ways without one; let software draw where the card cannot.

    Raises
    ------
    MissingDataError
        When there is no display, or no driver that draws on it.
    """
    problem = graphics.problem()
    if problem is not None:
        raise MissingDataError(
            f"sensorann view cannot open a window: {problem}; `sensorann view {drive} --web` shows it in a browser, "
            f"`sensorann render {drive} --labels LABELS -o DIR` draws labels into files"
        )
    told = graphics.without_the_card()
    if told is not None:
        print(f"sensorann view: {told}", file=sys.stderr)
