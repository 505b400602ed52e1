"""Instants in OpenLABEL: frames are numbers, and each says its timestamp.

Written timestamps are int64 nanoseconds as strings. Read are whole numbers (nanoseconds), numbers with a fraction
(seconds since the Unix epoch) and dates in UTC such as ``2020-04-11 12:00:07.5``.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.formats.openlabel.node import Losses, Node
from sensorann.scene import Drive, frame_timestamps_ns

_logger = logging.getLogger(__name__)
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2})?")
_INT64 = np.iinfo(np.int64)


def frame_numbers(timestamps_ns: NDArray[np.int64], drive: Drive | None) -> list[int]:
    """Number the frames of increasing instants: as the drive does where it has all of them, else from 0."""
    if drive is not None and len(drive.rig):
        own = frame_timestamps_ns(drive)
        if len(own) and np.isin(timestamps_ns, own).all():
            numbers: list[int] = np.searchsorted(own, timestamps_ns).tolist()
            return numbers
    return list(range(len(timestamps_ns)))


def intervals(numbers: Iterable[int]) -> list[dict[str, int]]:
    """Write frame numbers as closed intervals of consecutive ones."""
    runs: list[dict[str, int]] = []
    for number in sorted(set(numbers)):
        if runs and runs[-1]["frame_end"] == number - 1:
            runs[-1]["frame_end"] = number
        else:
            runs.append({"frame_start": number, "frame_end": number})
    return runs


def read_timestamp(node: Node) -> tuple[int, bool]:
    """Read an instant.

    Returns
    -------
    timestamp_ns : int
    in_seconds : whether it was given as seconds with a fraction, which a JSON number holds to some 200 ns only

    Raises
    ------
    FormatError
        When it is none.
    """
    value: Any = node.value
    if isinstance(value, str):
        value = _of_text(node, value)
    elif type(value) is not int:
        value = Decimal(repr(node.number()))
    in_seconds = isinstance(value, Decimal)
    timestamp_ns = int((value * 1_000_000_000).to_integral_value()) if isinstance(value, Decimal) else value
    if not _INT64.min <= timestamp_ns <= _INT64.max:
        raise node.refused("an instant that int64 nanoseconds can hold")
    return timestamp_ns, in_seconds


def _of_text(node: Node, text: str) -> int | Decimal:
    if re.fullmatch(r"[+-]?\d+", text):
        return int(text) if len(text) < 25 else _INT64.max + 1
    date = _DATE.fullmatch(text)
    if date is not None:
        return _of_date(node, *date.groups())
    try:
        seconds = Decimal(text)
    except InvalidOperation:
        raise node.refused("nanoseconds, seconds with a fraction, or a date in UTC") from None
    if not seconds.is_finite() or abs(seconds) > _INT64.max:
        raise node.refused("nanoseconds, seconds with a fraction, or a date in UTC")
    return seconds


def _of_date(node: Node, day: str, clock: str, fraction: str | None, zone: str | None) -> int:
    zone = "+00:00" if zone in (None, "Z") else zone
    try:
        whole = datetime.fromisoformat(f"{day}T{clock}{zone}").astimezone(UTC)
    except ValueError as error:
        raise node.refused("a date in UTC", found=str(error)) from error
    elapsed = whole - datetime(1970, 1, 1, tzinfo=UTC)
    return (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000_000 + round(Decimal(f"0{fraction or '.0'}") * 10**9)


class FrameClock:
    """Tells the instant of a frame: the file's own timestamp, else the drive's frame of that number.

    Parameters
    ----------
    root : the document
    drive : asked for the instants of frames without a timestamp
    losses : frames that are left out are counted there
    """

    def __init__(self, root: Node, drive: Drive | None, losses: Losses) -> None:
        self._root = root
        self._drive_times = frame_timestamps_ns(drive) if drive is not None and len(drive.rig) else None
        self._stated = _stated_timestamps(root)
        repeated = _repeated(self._stated)
        if repeated:
            losses.count("frames that repeat the timestamp of the frame before, with their boxes", len(repeated))
        numbers = sorted(int(key) for key, _ in root.section("frames"))
        self.numbers = [number for number in numbers if number not in repeated]

    def timestamp_ns(self, number: int, node: Node) -> int:
        """Return the instant of a frame that a node speaks of.

        Raises
        ------
        ArgumentError
            When the file has no timestamp for it and no drive is given.
        FormatError
            When the drive has no such frame either.
        """
        if number in self._stated:
            return self._stated[number]
        if self._drive_times is None:
            raise ArgumentError(
                f"{node.file}, {node.where}: frame {number} has no frame_properties.timestamp; give the drive "
                f"(its frame {number} then says when this was), or add the timestamp"
            )
        if not 0 <= number < len(self._drive_times):
            raise node.refused(
                f"a frame with a timestamp, or one of the drive's {len(self._drive_times)} frames",
                found=f"frame {number}",
            )
        return int(self._drive_times[number])

    def stated_ns(self, number: int) -> int:
        """Return the timestamp that the file gives a frame.

        Raises
        ------
        FormatError
            When it gives none.
        """
        if number not in self._stated:
            self._root.require("frames").require(str(number)).require("frame_properties").require("timestamp")
        return self._stated[number]

    def numbers_within(self, element: Node) -> list[int] | None:
        """Frames of the document that the ``frame_intervals`` of an element cover; None where it has none."""
        spans = read_intervals(element)
        if not spans:
            return None
        return [number for number in self.numbers if any(first <= number <= last for first, last in spans)]

    def span_ns(self, first: int, last: int, node: Node) -> tuple[int, int]:
        """First and last instant of a closed interval of frames."""
        return self.timestamp_ns(first, node), self.timestamp_ns(last, node)

    @property
    def single_drive_frame(self) -> bool:
        """Whether the drive is a single frame, so that what has no frame can only belong to that one."""
        return self._drive_times is not None and len(self._drive_times) == 1


def read_intervals(element: Node) -> list[tuple[int, int]]:
    """Read ``frame_intervals`` as (first, last) frames, both included.

    Raises
    ------
    FormatError
        When an interval ends before it starts.
    """
    spans: list[tuple[int, int]] = []
    stated = element.get("frame_intervals")
    for interval in stated.elements() if stated is not None else ():
        first, last = (interval.require(name).integer() for name in ("frame_start", "frame_end"))
        if last < first:
            raise interval.refused("frame_end >= frame_start", found=f"{first} to {last}")
        spans.append((first, last))
    return spans


def _stated_timestamps(root: Node) -> dict[int, int]:
    stated: dict[int, tuple[int, Node]] = {}
    n_in_seconds = 0
    for key, frame in root.section("frames"):
        if not re.fullmatch("0|[1-9][0-9]{0,17}", key):
            raise frame.refused("a frame number as key", found=repr(key))
        properties = frame.get("frame_properties")
        timestamp = properties.get("timestamp") if properties is not None else None
        if timestamp is not None:
            instant, in_seconds = read_timestamp(timestamp)
            n_in_seconds += in_seconds
            stated[int(key)] = instant, timestamp
    if n_in_seconds:
        _logger.warning("%s: took %d timestamps with a fraction for seconds", root.file, n_in_seconds)
    _check_order(stated)
    return {number: instant for number, (instant, _) in stated.items()}


def _check_order(stated: dict[int, tuple[int, Node]]) -> None:
    for before, number in pairwise(sorted(stated)):
        instant, node = stated[number]
        if instant < stated[before][0]:
            expected = f"a timestamp after that of frame {before}, {stated[before][0]} ns"
            raise node.refused(expected, found=f"{instant} ns")


def _repeated(stated: dict[int, int]) -> set[int]:
    """Frames at the instant of the one before: recorders that stall write them, and only one box fits an instant."""
    return {number for before, number in pairwise(sorted(stated)) if stated[number] == stated[before]}
