"""The packed drive, `.drive.h5`: one immutable file out of any drive.

Layout, format 1 (all text in fixed-length UTF-8, every array with checksums):

    /                           format_version, drive_name, written_by
    /trajectory                 timestamps_ns (N,), rotations (N, 3, 3), translations (N, 3); absent without ego poses
    /sensors/000                name, kind, rotation and translation of ego_from_sensor, for cameras their intrinsics
    /sensors/000/timestamps_ns  (N,) int64
    /sensors/000/present        (N,) uint8: 0 where the source knew of a measurement whose file was not there
    /sensors/000/measurements   000000, 000001, ...: a group per sweep, an array of encoded bytes per image
"""

from sensorann.formats.packed.read import LANDMARK, LAYOUT_NAME, PackedDrive, drive_names, open_drive, recognises
from sensorann.formats.packed.write import PackSummary, pack

__all__ = ["LANDMARK", "LAYOUT_NAME", "PackSummary", "PackedDrive", "drive_names", "open_drive", "pack", "recognises"]
