"""Which documents of a run are to be looked at first."""

import pytest

from flows.runs.reading import OutcomeRow
from flows.runs.suspicious import FLAGS, Content, signs
from ingest.records import Flag


def row(kept: int = 3_000, cut: int = 1_000, flags: tuple[str, ...] = (), language: str = "en") -> OutcomeRow:
    told = dict.fromkeys(OutcomeRow.__dataclass_fields__)
    return OutcomeRow(**told | {"id": "d1", "chars_kept": kept, "chars_cut": cut, "flags": flags, "language": language})


def content(title: str | None = "The pier opens", language_score: float = 1.0, unsure: int = 0) -> Content:
    return Content(title, language_score, unsure)


def test_nothing_speaks_against_a_common_document() -> None:
    assert signs(row(), content()) == []
    assert signs(row(), None) == []


@pytest.mark.parametrize(
    ("found", "said", "why"),
    [
        (row(kept=1_000, cut=9_000), content(), "90% of the page was cut"),
        (row(kept=100, cut=200), content(), "only 100 characters are left"),
        (row(flags=("mojibake",)), content(), "mojibake: looks as if decoded with a wrong charset"),
        (row(language="und"), content(language_score=0.0), "its language cannot be told"),
        (row(), content(language_score=0.6), "its language, en, is 0.60 sure"),
        (row(), content(unsure=450), "450 characters were cut with a score below 0.7"),
        (row(), content(title=None), "no headline was found"),
    ],
)
def test_each_sign_is_told(found: OutcomeRow, said: Content, why: str) -> None:
    (sign,) = signs(found, said)
    assert sign.why == why
    assert 0 < sign.weight <= 1


def test_the_heaviest_sign_comes_first() -> None:
    found = signs(row(kept=10, cut=990, flags=("charset-guessed",)), content(title=None))
    assert [sign.weight for sign in found] == sorted((sign.weight for sign in found), reverse=True)
    assert len(found) == 4


def test_every_flag_has_a_weight() -> None:
    assert set(FLAGS) == set(Flag)
