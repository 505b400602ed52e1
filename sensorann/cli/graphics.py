"""Whether a window can be drawn here: asked first, since Open3D would wait for ever, or end the process, where not."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from sensorann.cli import cards

SOFTWARE = "apt-get install -y libvulkan1 mesa-vulkan-drivers brings one that needs no graphics card"
# Both names: the second is what loaders before 1.3.207 read.
_DRIVER_VARIABLES = ("VK_DRIVER_FILES", "VK_ICD_FILENAMES")
_DATA_FOLDERS = "/usr/local/share:/usr/share"


def problem() -> str | None:
    """Say why no window can be drawn, and what brings it; None where nothing is known against it."""
    if sys.platform != "linux":
        return None
    display = os.environ.get("DISPLAY")
    if not display:
        return "DISPLAY is not set, and Open3D draws on an X display alone (Wayland has one as XWayland)"
    if not display_answers():
        return f"the display {display} that DISPLAY names does not answer"
    if not vulkan_answers():
        return f"no Vulkan driver answers ({SOFTWARE})"
    card = shut_out()
    if card is not None and software_driver() is None:
        return f"{cannot_show(card)}, and there is no other driver ({SOFTWARE})"
    return None


def without_the_card() -> str | None:
    """Let software draw where the card cannot show pictures, and say so; None where the card draws."""
    card, driver = shut_out(), software_driver()
    if card is None or driver is None:
        return None
    os.environ.update(dict.fromkeys(_DRIVER_VARIABLES, str(driver)))
    return f"{cannot_show(card)}: drawing in software"


def cannot_show(card: str) -> str:
    """Say that a card cannot show pictures on the display."""
    return f"{card} cannot show pictures on the display {os.environ.get('DISPLAY')}, a remote or virtual one"


def shut_out() -> str | None:
    """The card that Open3D would draw with, where it cannot show pictures on the display; None where it can."""
    if sys.platform != "linux":
        return None
    chosen = cards.preferred(cards.cards_here())
    return None if chosen is None or chosen.shows else chosen.name


def software_driver() -> Path | None:
    """The file that names Mesa's driver without a card (lavapipe), None where it is not installed."""
    return next(iter(_software_drivers()), None)


def _software_drivers() -> Iterator[Path]:
    folders = ["/etc", *os.environ.get("XDG_DATA_DIRS", _DATA_FOLDERS).split(":"), *_DATA_FOLDERS.split(":")]
    for folder in folders:
        yield from sorted((Path(folder) / "vulkan" / "icd.d").glob("lvp_icd*.json"))


def display_answers() -> bool:
    """Tell whether the X display of the environment lets a program in."""
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return False
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    display = x11.XOpenDisplay(None)
    if not display:
        return False
    x11.XCloseDisplay(display)
    return True


def vulkan_answers() -> bool:
    """Tell whether Vulkan has a driver and the driver a device, be it software."""
    return cards.n_cards() > 0
