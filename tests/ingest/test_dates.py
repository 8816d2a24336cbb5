from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.dates import parse_date

NOON = datetime(2024, 3, 5, 12, 0, tzinfo=UTC)
EXACT = datetime(2024, 3, 5, 12, 0, 30, tzinfo=UTC)
DAY = datetime(2024, 3, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "moment", "precision"),
    [
        *(("2024-03-05", DAY, "day"), ("20240305", DAY, "day"), (" 2024-03-05 ", DAY, "day")),
        *(
            ("2024-03-05T12:00Z", NOON, "minute"),
            ("2024-03-05 14:00+02:00", NOON, "minute"),
            ("2024-03-05T12:00", NOON, "minute"),
        ),
        *(("2024-03-05T12:00:30Z", EXACT, "second"), ("2024-03-05T13:00:30+0100", EXACT, "second")),
        *(("2024-03-05 12:00:30", EXACT, "second"), ("2024-03-05 12:00:30 UTC", EXACT, "second")),
        *(("Tue, 05 Mar 2024 13:00:30 +0100", EXACT, "second"), ("5 Mar 2024 12:00:30 GMT", EXACT, "second")),
        *((1709640030, EXACT, "second"), (1709640030000, EXACT, "second"), ("1709640030", EXACT, "second")),
        *((1709640030.0, EXACT, "second"), ({"$date": "2024-03-05T12:00:30Z"}, EXACT, "second")),
    ],
)
def test_machine_written_dates_are_read_as_utc(written, moment, precision):
    assert parse_date(written) == (moment, precision)


@pytest.mark.parametrize(
    "nonsense",
    [
        *(
            "",
            "yesterday",
            "2024-13-45",
            "0001-01-01",
            "9999-12-31T23:59:59-23:00",
            "2024-03-05T25:00",
            "12",
            "05/03/2024",
            "x" * 10**6,
        ),
        *(None, True, 0, -5, 12, 1e300, float("nan"), float("inf"), [], {}, ["2024-03-05"], {"$date": {"$date": "2024-03-05"}}),
        *("Tue, 99 Mar 2024 13:00:30 +0100", "Mon, 01 Jan 2024 00:00:00 +999999", "0" * 30),
    ],
)
def test_nonsense_is_no_date(nonsense):
    assert parse_date(nonsense) is None


@given(
    st.one_of(
        st.text(max_size=70), st.integers(), st.floats(), st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?([+-]\d\d:\d\d|Z)?")
    )
)
def test_a_date_is_in_utc_or_none_and_nothing_raises(value):
    found = parse_date(value)
    assert found is None or found[0].utcoffset().total_seconds() == 0
