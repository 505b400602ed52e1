"""Interface only until its owner lands it."""

from pathlib import Path

from sensorann.scene import Drive, Labels


def recognises(path: Path) -> bool:  # noqa: D103
    return False


def read(path: Path, drive: Drive | None) -> Labels:  # noqa: D103
    raise NotImplementedError


def write(labels: Labels, path: Path, drive: Drive | None) -> None:  # noqa: D103
    raise NotImplementedError
