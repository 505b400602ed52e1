"""Recognise what lies at a path and open it as a drive: `ROOT` or `ROOT#NAME`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sensorann.errors import ArgumentError, FormatError, MissingDataError
from sensorann.formats.addresses import split_address
from sensorann.formats.folder import drive as folder
from sensorann.formats.folder.files import holds_loose_points
from sensorann.formats.kitti import raw as kitti_raw
from sensorann.formats.kitti import tracking as kitti_tracking
from sensorann.formats.nuscenes import drive as nuscenes
from sensorann.formats.packed import drive as packed
from sensorann.formats.rigs import read_rig_document, recalibrated
from sensorann.scene import Drive, RecalibratedDrive


@dataclass(frozen=True, slots=True)
class Layout:
    """One way in which drives lie on a disk.

    Attributes
    ----------
    name : as users know it
    landmark : what makes it recognisable, for the message when nothing is recognised
    recognises : tells whether a path holds this layout, by names alone
    drive_names : names of the drives at a path, sorted
    open_drive : opens one of them
    """

    name: str
    landmark: str
    recognises: Callable[[Path], bool]
    drive_names: Callable[[Path], list[str]]
    open_drive: Callable[[Path, str], Drive]


LAYOUTS = tuple(
    Layout(module.LAYOUT_NAME, module.LANDMARK, module.recognises, module.drive_names, module.open_drive)
    for module in (packed, nuscenes, kitti_tracking, kitti_raw, folder)
)


def list_drives(path: Path | str) -> list[str]:
    """Addresses of all drives at a path, each of which `open_drive` takes."""
    root, _ = split_address(path)
    return [f"{root}#{name}" for name in _layout_of(root).drive_names(root)]


def open_drive(path: Path | str, *, rig: Path | str | None = None) -> Drive:
    """Open a drive; the layout is recognised, nothing is loaded before it is asked for.

    Parameters
    ----------
    path : a drive, or ``ROOT#NAME`` for one of several in a root
    rig : a calibration file, in any of `RIG_FORMATS`, whose poses and lenses are taken instead of the drive's own

    Raises
    ------
    MissingDataError
        When there is nothing at the path.
    FormatError
        When no layout is recognised there, or its files are damaged; when the calibration names no sensor of the
        drive, or is for pictures of another size.
    ArgumentError
        When the root holds several drives and none, or an unknown one, is named.
    """
    root, name = split_address(path)
    layout = _layout_of(root)
    names = layout.drive_names(root)
    if name is None and len(names) == 1:
        name = names[0]
    if name is None or name not in names:
        shown = ", ".join(names[:12]) + (" ..." if len(names) > 12 else "")
        asked = "none was named" if name is None else f"{name!r} is not among them"
        raise ArgumentError(
            f"{root} ({layout.name}) holds {len(names)} drives and {asked}; write {root}#NAME, NAME one of: {shown}"
        )
    drive = layout.open_drive(root, name)
    if rig is None:
        return drive
    return RecalibratedDrive(drive, recalibrated(drive.rig, read_rig_document(rig), Path(rig)))


def _layout_of(root: Path) -> Layout:
    if not root.exists():
        raise MissingDataError(f"{root} does not exist")
    for layout in LAYOUTS:
        if layout.recognises(root):
            return layout
    expected = "; ".join(f"{layout.name} ({layout.landmark})" for layout in LAYOUTS)
    if holds_loose_points(root):
        # The one slip that everybody makes deserves the way out before anything else.
        expected = (
            f"point clouds in {root / 'lidar'} (put the clouds into lidar/), or another of the layouts {expected}"
        )
        raise FormatError(root, "", expected=expected, found=_contents(root))
    raise FormatError(root, "", expected=f"one of the drive layouts {expected}", found=_contents(root))


def _contents(root: Path) -> str:
    if root.is_file():
        return f"a file named {root.name}"
    names = sorted(entry.name for entry in root.iterdir())
    return f"a folder with {', '.join(names[:8])}{' ...' if len(names) > 8 else ''}" if names else "an empty folder"
