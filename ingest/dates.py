"""Reading dates that machines wrote."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST_YEAR, LAST_YEAR = 1600, 2100
"""Years outside are typing errors or sentinels, such as year 1."""
EPOCH_UNITS = ((11, 1), (14, 1_000), (17, 1_000_000))
"""An epoch of fewer digits than the first is in parts of a second of the second: seconds, milliseconds, microseconds."""
MIN_EPOCH_DIGITS = 9
_DAY = re.compile(r"\d{4}-?\d{2}-?\d{2}")
_MINUTE = re.compile(r"\d{4}-?\d{2}-?\d{2}[T ]\d{2}:?\d{2}(?:Z|[+-]\d{2}(?::?\d{2})?)?", re.IGNORECASE)
_ISO = re.compile(r"\d{4}-?\d{2}-?\d{2}[Tt ]\d{2}")
_ZONE_NAME = re.compile(r"\s*(?:UTC|GMT|Z)$", re.IGNORECASE)
MAX_CHARS = 64

Dated = tuple[datetime, str]
"""An instant, in the zone in which it was written, and its precision: `second`, `minute` or `day`."""


def parse_date(value: object) -> Dated | None:
    """The instant that a machine-written date means: ISO 8601, RFC 2822, epoch seconds, milliseconds or microseconds.

    It stays in its own zone, so that its day is the one that readers saw; a date without zone is taken as UTC. Null for all
    else, prose such as `5 March` included; never raises.
    """
    if isinstance(value, dict):
        value = value.get("$date")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _epoch(float(value))
    return _written(value.strip()) if isinstance(value, str) and len(value) <= MAX_CHARS else None


def _written(text: str) -> Dated | None:
    if _DAY.fullmatch(text):
        return _dated(text, "day")
    if _ISO.match(text):
        text = _ZONE_NAME.sub("+00:00", text)
        return _dated(text, "minute" if _MINUTE.fullmatch(text) else "second")
    if text.isascii() and text.isdigit():
        return _epoch(float(text))
    return _rfc2822(text)


def _epoch(seconds: float) -> Dated | None:
    digits = len(str(int(seconds))) if 0 < seconds < 1e18 else 0
    unit = next((unit for limit, unit in EPOCH_UNITS if digits < limit), 0)
    if digits < MIN_EPOCH_DIGITS or not unit:
        return None
    return datetime.fromtimestamp(seconds / unit, UTC), "second"


def _dated(text: str, precision: str) -> Dated | None:
    try:
        return _zoned(datetime.fromisoformat(text), precision)
    except ValueError:
        return None


def _rfc2822(text: str) -> Dated | None:
    try:
        return _zoned(parsedate_to_datetime(text), "second")
    except (ValueError, IndexError, TypeError, OverflowError):
        return None


def _zoned(moment: datetime, precision: str) -> Dated | None:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC), precision
