"""HDF5 read with suspicion: nothing is followed, allocated or decoded before it is checked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import hdf5plugin
import numpy as np
from numpy.typing import DTypeLike, NDArray

from sensorann.errors import FormatError, MissingDataError

# Every filter that we write; a file asking for another one would make HDF5 look for foreign code to load.
FILTERS = frozenset({h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32, hdf5plugin.Zstd.filter_id})
# Compressed data may grow this much, beyond an allowance that costs nobody anything.
MAX_RATIO = 1000
FREE_BYTES = 64 << 20


@contextmanager
def damage_named(path: Path, where: str) -> Iterator[None]:
    """Turn whatever a damaged file makes h5py, numpy or our own nouns raise into a `FormatError` with its place."""
    try:
        yield
    except (FormatError, MissingDataError, PermissionError):
        raise
    except (OSError, RuntimeError, LookupError, ValueError, TypeError, OverflowError, MemoryError) as error:
        found = str(error).split("\n")[0][:200] or type(error).__name__
        found = f"one cut short or damaged, pack it again ({found})"
        raise FormatError(path, where, expected="an undamaged packed drive", found=found) from error


def open_hdf5(path: Path) -> h5py.File:
    """Open read-only; call within `damage_named`."""
    # A packed drive is never changed, so a file system without locks is no reason to refuse it.
    return h5py.File(path, "r", locking="best-effort")


def group_of(parent: h5py.Group, name: str) -> h5py.Group:
    """Child group; raises KeyError or ValueError when there is none, or only a link to elsewhere."""
    return _member(parent, name, h5py.Group)


def text_of(node: h5py.Group, key: str) -> str:
    """Text attribute, stored with a fixed length: variable ones lie on heaps without checksums."""
    value = node.attrs[key]
    if not isinstance(value, bytes):
        raise TypeError(f"attribute {key} is {type(value).__name__}, not text of fixed length")
    return value.rstrip(b"\0").decode("utf-8")


def integer_of(node: h5py.Group, key: str) -> int:
    """Integer attribute."""
    value = node.attrs[key]
    if not isinstance(value, np.integer):
        raise TypeError(f"attribute {key} is {type(value).__name__}, not an integer")
    return int(value)


def numbers_of(node: h5py.Group, key: str, shape: tuple[int | None, ...]) -> NDArray[np.float64]:
    """Attribute of float64 numbers."""
    value = np.asarray(node.attrs[key])
    if value.dtype != np.float64 or not _fits(value.shape, shape):
        raise ValueError(f"attribute {key} is {value.shape} of {value.dtype}, not {shape} of float64")
    return value


def array_of(parent: h5py.Group, name: str, shape: tuple[int | None, ...], dtype: DTypeLike) -> NDArray[Any]:
    """Read a data set whole, once its type, shape, filters and size are those of a packed drive.

    Raises
    ------
    KeyError, TypeError, ValueError, OSError
        When it is not, or its checksum fails; `damage_named` makes a `FormatError` of it.
    """
    node = _member(parent, name, h5py.Dataset)
    if node.dtype != np.dtype(dtype) or not _fits(node.shape, shape):
        raise ValueError(f"{name} is {node.shape} of {node.dtype}, not {shape} of {np.dtype(dtype)}")
    if node.size == 0:
        return np.empty(node.shape, dtype)
    plan = node.id.get_create_plist()
    filters = {plan.get_filter(i)[0] for i in range(plan.get_nfilters())}
    if plan.get_layout() != h5py.h5d.CHUNKED or plan.get_external_count() or not filters <= FILTERS:
        raise ValueError(f"{name} is stored in a way that packed drives never are (filters {sorted(filters)})")
    if h5py.h5z.FILTER_FLETCHER32 not in filters:
        raise ValueError(f"{name} has no checksums")
    n_stored = node.id.get_storage_size()
    if node.nbytes > FREE_BYTES + MAX_RATIO * n_stored:
        raise ValueError(f"{name} claims {node.nbytes} bytes, only {n_stored} are stored")
    return np.asarray(node[()])


def write_array(parent: h5py.Group, name: str, array: NDArray[Any], *, compress: bool = True) -> None:
    """Write a data set as one checksummed chunk (several where it is huge), zstd level 3 after a byte shuffle."""
    if array.size == 0:
        parent.create_dataset(name, data=array)
        return
    codec = {"shuffle": True, **hdf5plugin.Zstd(clevel=3)} if compress else {}
    parent.create_dataset(name, data=array, chunks=_chunk(array), fletcher32=True, **codec)


def write_text(node: h5py.Group, key: str, value: str) -> None:
    """Write a text attribute of fixed length."""
    node.attrs[key] = np.bytes_(value.encode("utf-8") or b"\0")


def _chunk(array: NDArray[Any], most_bytes: int = 256 << 20) -> tuple[int, ...]:
    """The whole array, cut along its last axis where HDF5 (4 GiB per chunk) would not have it."""
    per_column = max(array.nbytes // array.shape[-1], 1)
    return (*array.shape[:-1], max(1, min(array.shape[-1], most_bytes // per_column)))


def _member(parent: h5py.Group, name: str, kind: type) -> Any:
    link = parent.get(name, getlink=True)
    if not isinstance(link, h5py.HardLink):
        raise KeyError(f"{name} is {'absent' if link is None else 'a link to elsewhere'}")
    node = parent[name]
    if not isinstance(node, kind):
        raise TypeError(f"{name} is a {type(node).__name__}, not a {kind.__name__}")
    return node


def _fits(have: tuple[int, ...], want: tuple[int | None, ...]) -> bool:
    return len(have) == len(want) and all(w is None or w == h for w, h in zip(want, have, strict=True))
