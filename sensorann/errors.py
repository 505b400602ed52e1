"""Every error that sensorann raises on purpose.

The command line prints these in one line and exits with 1; anything else is a bug and keeps its traceback.
"""

from pathlib import Path


class SensorannError(Exception):
    """Base of all deliberate errors."""


class ArgumentError(SensorannError, ValueError):
    """An argument of a public function has the wrong shape, type or value."""


class UsageError(ArgumentError):
    """The words of a command line are wrong, whatever the files hold."""


class TimeRangeError(ArgumentError):
    """An instant lies outside the span that a trajectory or a track covers."""


class MissingDataError(SensorannError):
    """A drive knows of a sweep or image whose file is not there."""


class StoreError(SensorannError):
    """A label store cannot do what was asked; nothing of it was done."""


class CalibrationError(SensorannError):
    """No pose of a sensor can be told from these targets; the text says why."""


class FormatError(SensorannError):
    """A file does not hold what its format promises.

    Parameters
    ----------
    path : the file or folder
    where : line, field or byte within it; empty when the whole file is meant
    expected, found : what the format asks for, and what is there
    """

    def __init__(self, path: Path | str, where: str, *, expected: str, found: str) -> None:
        place = f"{path}, {where}" if where else f"{path}"
        super().__init__(f"{place}: expected {expected}, found {found}")
        self.path = Path(path)
        self.where = where
        self.expected = expected
        self.found = found

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions cross process borders by pickling, and the keyword arguments would be lost.
        return (_rebuild_format_error, (self.path, self.where, self.expected, self.found))


def _rebuild_format_error(path: Path, where: str, expected: str, found: str) -> FormatError:
    return FormatError(path, where, expected=expected, found=found)
