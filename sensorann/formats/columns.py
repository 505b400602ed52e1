"""Labels as one HDF5 file of columns, for training code: one row per box, whatever its object.

Read it with h5py: ``boxes/center`` (N, 3) and so on; ``boxes/object`` is a row of ``objects``, whose ``id`` and
``category`` are names. Lengths are metres, angles radians, instants ns since the Unix epoch. Nothing reads it back into
`Labels`: OpenLABEL is for that.
"""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from sensorann import __version__
from sensorann.files import written_whole
from sensorann.formats.packed.checked_hdf5 import write_array, write_text
from sensorann.formats.packed.hdf5_stream import created_hdf5
from sensorann.geometry.rotations import quaternions_from_rotations, yaws_from_rotations
from sensorann.scene import SIGMA_NAMES, Labels, Source

FORMAT_VERSION = 1


def write_columns(labels: Labels, path: Path | str, *, version: str) -> None:
    """Write all boxes of labels as columns with checksums, the file whole or not at all.

    Parameters
    ----------
    labels : labels
    path : file
    version : names the state of the labels, such as the hash of the last event of their store
    """
    with written_whole(path) as temporary, created_hdf5(temporary) as (file, _):
        file.attrs["format_version"] = np.int64(FORMAT_VERSION)
        about = {"drive_name": labels.drive_name, "frame": labels.frame, "labels_version": version}
        for name, text in (about | {"written_by": f"sensorann {__version__}"}).items():
            write_text(file, name, text)
        _write_objects(file.create_group("objects"), labels)
        _write_boxes(file.create_group("boxes"), labels)


def _write_objects(group: h5py.Group, labels: Labels) -> None:
    write_array(group, "id", _names([track.id for track in labels.tracks]), compress=False)
    write_array(group, "category", _names([track.category for track in labels.tracks]), compress=False)


def _write_boxes(group: h5py.Group, labels: Labels) -> None:
    tracks = labels.tracks
    rotations = np.concatenate([np.zeros((0, 3, 3)), *(track.cuboids.rotations for track in tracks)])
    columns = {
        "object": np.repeat(np.arange(len(tracks), dtype=np.int32), [len(track) for track in tracks]),
        "timestamp_ns": np.concatenate([np.zeros(0, np.int64), *(track.timestamps_ns for track in tracks)]),
        "center": np.concatenate([np.zeros((0, 3)), *(track.cuboids.centers for track in tracks)]),
        "size": np.concatenate([np.zeros((0, 3)), *(track.cuboids.sizes for track in tracks)]),
        "quaternion_wxyz": quaternions_from_rotations(rotations),
        "yaw": yaws_from_rotations(rotations),
        "sigma": np.concatenate([np.zeros((0, len(SIGMA_NAMES))), *(track.sigmas for track in tracks)]),
        "source": np.concatenate([np.zeros(0, np.uint8), *(track.sources for track in tracks)]),
    }
    for name, values in columns.items():
        write_array(group, name, values, compress=False)  # training code has h5py, and no other filters
    write_text(group, "sigma_columns", ", ".join(SIGMA_NAMES))
    write_text(group, "source_values", ", ".join(f"{source.value} {source.label}" for source in Source))


def _names(texts: list[str]) -> NDArray[np.bytes_]:
    """UTF-8 of fixed length: texts of any length lie on heaps without checksums."""
    encoded = [text.encode() for text in texts]
    return np.array(encoded, f"S{max((len(one) for one in encoded), default=1) or 1}")
