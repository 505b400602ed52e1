"""LZF, the compression of PCD files: 3 to 264 bytes are copied from at most 8192 bytes back.

A control byte below 32 announces that many plus one literal bytes. Any other holds the length in its upper three
bits (7: one more byte adds to it) and, with the byte that follows, the distance in 13 bits.
Format of M. Lehmann's liblzf, written anew.
"""

import numpy as np

from sensorann.kernels._jit import kernel


@kernel
def lzf_decompress(packed, out):
    """Unpack into `out`.

    packed (M,) uint8, out (N,) uint8 -> number of bytes of `packed` understood; M when all is well and `out` is full,
    else -1 - place of the byte that goes wrong.
    """
    n_packed = packed.shape[0]
    n_out = out.shape[0]
    read = 0
    written = 0
    while read < n_packed:
        place = read
        control = np.int64(packed[read])
        read += 1
        if control < 32:
            length = control + 1
            if read + length > n_packed or written + length > n_out:
                return -1 - place
            for i in range(length):
                out[written + i] = packed[read + i]
            read += length
            written += length
            continue
        length = control >> 5
        if length == 7:
            if read >= n_packed:
                return -1 - place
            length += np.int64(packed[read])
            read += 1
        if read >= n_packed:
            return -1 - place
        source = written - ((control & 31) << 8) - np.int64(packed[read]) - 1
        read += 1
        length += 2
        if source < 0 or written + length > n_out:
            return -1 - place
        # Byte by byte: source and target may overlap, which is how a run is repeated.
        for i in range(length):
            out[written + i] = out[source + i]
        written += length
    if written < n_out:
        return -1 - n_packed
    return read


@kernel
def lzf_compress(data, out):
    """Pack into `out`, which holds at least N + N // 32 + 4 bytes.

    data (N,) uint8, out (M,) uint8 -> number of bytes written
    """
    n = data.shape[0]
    # The last place at which each hash of three bytes was seen.
    last_seen = np.full(1 << 14, -1, np.int32)
    written = 1  # the first control byte of literals is filled in when their number is known
    literals = 0
    i = 0
    while i < n:
        length = 0
        distance = 0
        if i + 2 < n:
            three = (np.int64(data[i]) << 16) | (np.int64(data[i + 1]) << 8) | np.int64(data[i + 2])
            slot = ((three * 2654435761) & 0xFFFFFFFF) >> 18  # Knuth's multiplicative hash, upper 14 of 32 bits
            before = last_seen[slot]
            last_seen[slot] = i
            if before >= 0 and i - before <= 8192:
                most = min(264, n - i)
                while length < most and data[before + length] == data[i + length]:
                    length += 1
                distance = i - before - 1
        if length < 3:
            out[written] = data[i]
            written += 1
            literals += 1
            i += 1
            if literals == 32:
                out[written - 33] = 31
                literals = 0
                written += 1
            continue
        if literals > 0:
            out[written - literals - 1] = literals - 1
        else:
            written -= 1  # the place kept for a run of literals that did not come
        short = length - 2
        if short < 7:
            out[written] = (short << 5) | (distance >> 8)
            out[written + 1] = distance & 255
            written += 2
        else:
            out[written] = (7 << 5) | (distance >> 8)
            out[written + 1] = short - 7
            out[written + 2] = distance & 255
            written += 3
        literals = 0
        written += 1
        i += length
    if literals > 0:
        out[written - literals - 1] = literals - 1
        return written
    return written - 1
