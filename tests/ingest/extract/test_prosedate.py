from datetime import UTC, datetime

import pytest

from ingest.extract.prosedate import dates_in


@pytest.mark.parametrize(
    "text",
    [
        "5 March 2024",
        "Tuesday, March 5th, 2024, 10:15",
        "Mar. 5, 2024",
        "5 mar. 2024",
        "05-mar-2024",
        "5. März 2024",
        "Le 5 mars 2024 à 10h",
        "5 de marzo de 2024",
        "5 marca 2024",
        "5 марта 2024",
        "2024-03-05",
        "2024年3月5日",
        "2024년 3월 5일",
        "05.03.2024",
        "5/3/2024",
    ],
)
def test_days_are_read_in_many_spellings(text: str) -> None:
    assert dates_in(text) == [datetime(2024, 3, 5, tzinfo=UTC)]


@pytest.mark.parametrize(("text", "month"), [("04-ago-2021", 8), ("4 févr. 2021", 2), ("4 paź 2021", 10), ("4 sept 2021", 9)])
def test_short_names_of_months_are_known_in_many_languages(text: str, month: int) -> None:
    assert dates_in(text) == [datetime(2021, month, 4, tzinfo=UTC)]


def test_the_month_comes_first_where_readers_expect_it() -> None:
    assert dates_in("03/05/2024", month_first=True) == [datetime(2024, 3, 5, tzinfo=UTC)]
    assert dates_in("05.03.2024", month_first=True) == [datetime(2024, 3, 5, tzinfo=UTC)]
    assert dates_in("03/15/2024") == [datetime(2024, 3, 15, tzinfo=UTC)]


@pytest.mark.parametrize("text", ["31 February 2024", "5 apples 2024", "12345/6/2024", "2024", "99/99/2024", "call 12 345 2024"])
def test_what_is_no_day_is_passed_over(text: str) -> None:
    assert dates_in(text) == []


def test_days_stand_in_the_order_of_the_text() -> None:
    assert [day.day for day in dates_in("2024-03-05, then March 7, 2024, then 6 March 2024")] == [5, 7, 6]
