"""Times of day on the command line, as people write them."""

from datetime import UTC, datetime

from sensorann.errors import UsageError

# As many nanoseconds as 64 bits hold.
_MOST_NS = 2**63 - 1


def unix_ns(text: str, option: str) -> int:
    """Read a time such as 2026-11-27 or 2026-11-27T14:30 as Unix time, ns; UTC unless it says otherwise.

    Raises
    ------
    UsageError
        When it is none; names the option.
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{option} must be a time such as 2026-11-27T14:30, got {text!r:.40}") from error
    since = (time if time.tzinfo else time.replace(tzinfo=UTC)) - datetime.fromtimestamp(0, UTC)
    time_ns = ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1_000
    if abs(time_ns) > _MOST_NS:
        raise UsageError(f"{option} must lie between the years 1678 and 2261, got {text!r:.40}")
    return time_ns
