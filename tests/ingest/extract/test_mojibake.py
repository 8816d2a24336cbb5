import json
from collections import defaultdict

import pytest
import zstandard

from ingest.extract.mojibake import is_mojibake

GERMAN = "Die Bürger der Stadt hören später, wann der Umbau der Brücke an der Mühle anfängt, so die Behörde. "
RUSSIAN = "Совет города во вторник обсудил ремонт моста у старой мельницы. Жители узнают позже о работах. "
JAPANESE = "市議会は火曜日、古い水車小屋のそばの橋の修理について話し合った。工事がいつ始まるかは未定だ。"


@pytest.mark.parametrize(
    "text", [GERMAN, RUSSIAN, JAPANESE, "", "plain", "20°C – “so” … €5, naïve café", "Ça va ? Non !! Quoi ???", "NÃO É ASSIM"]
)
def test_clean_text_is_not_suspected(text):
    assert not is_mojibake(text)


@pytest.mark.parametrize(
    ("text", "written", "read"),
    [
        *((GERMAN, "utf-8", "latin-1"), (GERMAN, "utf-8", "cp1252"), (GERMAN, "utf-8", "cp1250"), (GERMAN, "utf-8", "mac_roman")),
        *(
            (RUSSIAN, "cp1251", "latin-1"),
            (RUSSIAN, "cp1251", "koi8_r"),
            (RUSSIAN, "koi8_r", "cp1251"),
            (RUSSIAN, "cp1251", "cp866"),
        ),
        *(
            (RUSSIAN, "utf-8", "cp1251"),
            (JAPANESE, "utf-8", "gb18030"),
            (JAPANESE, "cp932", "cp1252"),
            (JAPANESE, "euc_jp", "cp932"),
        ),
    ],
)
def test_text_read_with_a_wrong_charset_is_suspected(text, written, read):
    assert is_mojibake(text.encode(written).decode(read, "ignore"))


def test_one_broken_paragraph_in_a_clean_text_is_suspected():
    assert is_mojibake(RUSSIAN * 10 + GERMAN.encode().decode("latin-1"))
    assert is_mojibake("She said it wasnâ€™t so. " + "Nobody else spoke that evening. " * 50 + "It isnâ€™t.")


def test_letters_that_became_question_marks_are_suspected():
    assert is_mojibake("????? ?????? ?? ??????? ??????? ?????? ????? ? ?????? ????????.")


@pytest.fixture(scope="module")
def texts(shared):
    """Clean bodies and sentences by language; the few that the source itself holds damaged are left out by what they hold."""
    with (shared / "bench" / "languages.jsonl.zst").open("rb") as file:
        lines = zstandard.ZstdDecompressor().stream_reader(file).read().decode().split("\n")
    damaged = ("ï¿½", "ďż˝", "â€", "Å‘")
    found = defaultdict(list)
    for record in map(json.loads, filter(None, lines)):
        if not any(sign in record["text"] for sign in damaged):
            found[record["lang"]].append(record["text"])
    return found


@pytest.mark.shared
def test_at_most_one_clean_text_in_a_thousand_is_suspected(texts):
    every = [text for group in texts.values() for text in group]
    assert len(every) > 6000
    assert sum(map(is_mojibake, every)) <= len(every) / 1000


@pytest.mark.shared
@pytest.mark.parametrize("read", ["latin-1", "cp1252", "cp1251", "cp1250", "koi8_r", "gb18030"])
def test_utf8_read_as_another_charset_is_suspected_in_all_languages(texts, read):
    foreign = [text for group in texts.values() for text in group if sum(character > "\x7f" for character in text) >= 8]
    broken = [text.encode().decode(read, "ignore") for text in foreign]
    assert sum(map(is_mojibake, broken)) >= 0.93 * len(broken)
