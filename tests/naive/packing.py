"""Bytes of other programs."""


def lzf_decompress(packed):
    """Unpack bytes; None where a copy starts before the beginning or the data ends within an entry."""
    out = bytearray()
    rest = list(packed)
    while rest:
        control = rest.pop(0)
        if control < 32:
            if len(rest) < control + 1:
                return None
            out += bytes(rest[: control + 1])
            del rest[: control + 1]
            continue
        length = control // 32 + 2
        if length == 9:
            if not rest:
                return None
            length += rest.pop(0)
        if not rest:
            return None
        distance = control % 32 * 256 + rest.pop(0) + 1
        if distance > len(out):
            return None
        for _ in range(length):
            out.append(out[-distance])
    return bytes(out)
