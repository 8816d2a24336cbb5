"""Dates as people write them, in the month names of many languages."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

_MONTHS = (
    (
        "january januar janvier enero gennaio janeiro januari januari ocak stycznia января січня jänner leden ledna ianuarie"
        " január siječnja tammikuuta"
    ),
    (
        "february februar février febrero febbraio fevereiro februari şubat lutego февраля лютого feber února februarie"
        " február helmikuuta fevrier"
    ),
    "march märz mars marzo março maart mart marca марта березня března martie március maaliskuuta marz marco",
    "april avril abril aprile nisan kwietnia апреля квітня dubna aprilie április huhtikuuta",
    "may mai mayo maggio maio mei maj mayıs maja мая травня května május toukokuuta",
    "june juni juin junio giugno junho haziran czerwca июня червня června iunie június kesäkuuta",
    "july juli juillet julio luglio julho temmuz lipca июля липня července iulie július heinäkuuta",
    "august août agosto augustus augusti ağustos sierpnia августа серпня srpna augusztus elokuuta aout",
    (
        "september septembre septiembre settembre setembro eylül września сентября вересня září septembrie szeptember"
        " syyskuuta setiembre"
    ),
    "october oktober octobre octubre ottobre outubro ekim października октября жовтня října octombrie október lokakuuta",
    "november novembre noviembre novembro kasım listopada ноября листопада noiembrie marraskuuta",
    (
        "december dezember décembre diciembre dicembre dezembro desember aralık grudnia декабря грудня prosince decembrie"
        " joulukuuta decembre"
    ),
)
MONTH = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
"""Name → number; the first three letters too where one month alone begins with them, or its English name."""
for _short in {name[:3] for name in MONTH}:
    if len(_numbers := {number for name, number in MONTH.items() if name.startswith(_short)}) == 1:
        MONTH[_short] = next(iter(_numbers))
MONTH |= {names[:3]: number for number, names in enumerate(_MONTHS, 1)}
MONTH |= {"sept": 9, "janv": 1, "févr": 2, "juil": 7}
_NAME = r"([^\W\d_]{3,12})\.?"
_DAY_FIRST = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|\.|º|ª)?[\s-]+(?:de\s+|of\s+)?{_NAME},?[\s-]+(?:de\s+|del\s+)?(\d{{4}})(?!\d)",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(rf"(?<![^\W\d_]){_NAME}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\d)", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})(?:[-/.]|\s?年\s?|\s?년\s?)(\d{1,2})(?:[-/.]|\s?月\s?|\s?월\s?)(\d{1,2})(?!\d)")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\d)")


def dates_in(text: str, *, month_first: bool = False) -> list[datetime]:
    """The days that a text names, in its order, as midnight UTC; `03/09/2026` is 3 September unless `month_first`."""
    found = sorted(_spelled(text, month_first=month_first))
    days = (_day(year, month, day) for _, year, month, day in found)
    return [day for day in days if day is not None]


def _spelled(text: str, *, month_first: bool) -> Iterator[tuple[int, int, int, int]]:
    """Place, year, month and day of whatever looks like a date."""
    for match in _DAY_FIRST.finditer(text):
        yield match.start(), int(match[3]), MONTH.get(match[2].lower(), 0), int(match[1])
    for match in _MONTH_FIRST.finditer(text):
        yield match.start(), int(match[3]), MONTH.get(match[1].lower(), 0), int(match[2])
    for match in _YEAR_FIRST.finditer(text):
        yield match.start(), int(match[1]), int(match[2]), int(match[3])
    for match in _NUMERIC.finditer(text):
        first, second = int(match[1]), int(match[3])
        is_month_first = second > 12 or (month_first and first <= 12 and match[2] != ".")
        yield match.start(), int(match[4]), *((first, second) if is_month_first else (second, first))


def _day(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
