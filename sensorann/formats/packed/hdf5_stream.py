"""The file under an HDF5 file that is being written: it outlives a disk that is full."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import h5py


class HeldStream:
    """Give HDF5 a file that never fails: what the disk no longer takes is held in memory, and the failure kept.

    HDF5 2.0 that cannot write its last pieces while closing leaves handles behind which crash the process at its end.
    The writer asks `check` after every piece instead, so little is ever held.

    Attributes
    ----------
    failure : the first error of writing, None while all is well
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._place = 0
        self._held: list[tuple[int, bytes]] = []
        self.failure: OSError | None = None

    def check(self) -> None:
        """Raise the first error of writing."""
        if self.failure is not None:
            raise self.failure

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move to an offset; h5py asks for the end (whence 2) too."""
        self._place = self._file.seek(offset, whence)
        return self._place

    def tell(self) -> int:
        """Return where the next bytes are read or written."""
        return self._place

    def write(self, data: bytes) -> int:
        """Write all bytes: to the disk while it takes them, else to memory."""
        piece = memoryview(data).cast("B")
        n_written = 0
        while self.failure is None and n_written < len(piece):
            try:
                self._file.seek(self._place + n_written)
                n_written += self._file.write(piece[n_written:])
            except OSError as error:
                self.failure = error
        if n_written < len(piece):
            self._held.append((self._place + n_written, bytes(piece[n_written:])))
        self._place += len(piece)
        return len(piece)

    def read(self, size: int) -> bytes:
        """Read up to so many bytes; h5py knows a file by it, and calls `readinto`."""
        data = bytearray(size)
        return bytes(data[: self.readinto(memoryview(data))])

    def readinto(self, buffer: memoryview) -> int:
        """Fill the buffer with what was written, on the disk or held."""
        into = memoryview(buffer).cast("B")
        start, end = self._place, self._place + len(into)
        self._file.seek(start)
        n_read = self._file.readinto(into)  # type: ignore[attr-defined]
        for offset, data in self._held:
            first, last = max(start, offset), min(end, offset + len(data))
            if first < last:
                into[first - start : last - start] = data[first - offset : last - offset]
                n_read = max(n_read, last - start)
        self._place = start + n_read
        return int(n_read)

    def truncate(self, size: int) -> int:
        """Set the size of the file."""
        if self.failure is None:
            try:
                self._file.truncate(size)
            except OSError as error:
                self.failure = error
        return size

    def flush(self) -> None:
        """Do nothing: the file has no buffer, and is synced when it is whole."""


@contextmanager
def created_hdf5(path: Path) -> Iterator[tuple[h5py.File, HeldStream]]:
    """Create an HDF5 file of checksummed structures; raises the first error of writing once HDF5 has let go of it.

    Raises
    ------
    OSError
        When the file could not be written, such as on a full disk.
    """
    with path.open("w+b", buffering=0) as raw:
        stream = HeldStream(raw)
        # Since HDF5 1.8 all of its own structures can carry checksums, which only a lower bound makes it use.
        with h5py.File(stream, "w", libver=("v110", "v110")) as file:
            yield file, stream
        stream.check()
