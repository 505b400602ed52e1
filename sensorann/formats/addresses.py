"""Addresses: a path, or `ROOT#NAME` for one of several drives or scenes in a root."""

from __future__ import annotations

from pathlib import Path


def split_address(address: Path | str) -> tuple[Path, str | None]:
    """Take `ROOT#NAME` apart; a path that exists as it stands wins, whatever signs it holds.

    Returns
    -------
    root, and the name in it; None where the address names none
    """
    if Path(address).exists():
        return Path(address), None
    root, mark, name = str(address).rpartition("#")
    return (Path(root), name) if mark else (Path(address), None)
