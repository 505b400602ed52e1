"""Interface only until its owner lands it."""

from pathlib import Path

from sensorann.scene import Drive

LAYOUT_NAME = "nuscenes"
LANDMARK = "nuscenes"


def recognises(path: Path) -> bool:  # noqa: D103
    return False


def drive_names(path: Path) -> list[str]:  # noqa: D103
    raise NotImplementedError


def open_drive(path: Path, name: str) -> Drive:  # noqa: D103
    raise NotImplementedError
