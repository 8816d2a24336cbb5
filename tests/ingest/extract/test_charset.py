import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.extract.charset import decode
from ingest.records import Flag

GERMAN = (
    "Der Rat der Stadt hat am Dienstag über die Brücke an der Mühle beraten. Die Bürger hören später, wann der Umbau anfängt. "
)
RUSSIAN = "Совет города во вторник обсудил ремонт моста у старой мельницы. Жители узнают позже, когда начнутся работы. "
KOREAN = "시 의회는 화요일에 낡은 방앗간 옆 다리의 수리를 논의했다. 주민들은 공사가 언제 시작되는지 나중에 알게 된다. "
JAPANESE = "市議会は火曜日、古い水車小屋のそばの橋の修理について話し合った。工事がいつ始まるかは、あとで住民に知らされる。"
CHINESE = "市议会星期二讨论了老磨坊旁边那座桥的修理问题。居民们以后会知道工程什么时候开始,费用是多少,由谁来付。"
GREEK = "Το συμβούλιο της πόλης συζήτησε την Τρίτη την επισκευή της γέφυρας δίπλα στον παλιό μύλο. "
ARABIC = "ناقش مجلس المدينة يوم الثلاثاء إصلاح الجسر بجانب الطاحونة القديمة وسيعرف السكان لاحقا متى تبدأ الأعمال. "
THAI = "สภาเมืองหารือเมื่อวันอังคารเรื่องการซ่อมสะพานข้างโรงสีเก่า ชาวเมืองจะรู้ภายหลังว่างานเริ่มเมื่อใด "
POLISH = "Rada miasta rozmawiała we wtorek o moście obok starego młyna. Mieszkańcy dowiedzą się później, kiedy zaczną się prace. "

LEGACY = [
    *((GERMAN, "windows-1252"), (RUSSIAN, "windows-1251"), (RUSSIAN, "koi8-r"), (KOREAN, "euc-kr"), (JAPANESE, "shift_jis")),
    *((JAPANESE, "euc-jp"), (CHINESE, "gb18030"), (GREEK, "iso8859-7"), (ARABIC, "windows-1256"), (THAI, "tis-620")),
    *((POLISH, "iso8859-2"), (POLISH, "windows-1250")),
]


def page(text: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{head}<title>x</title></head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize(("text", "charset"), LEGACY)
def test_a_declared_charset_is_believed(text, charset):
    by_header = decode(text.encode(charset), charset, is_html=False)
    by_page = decode(page(text, f'<meta charset="{charset}">').encode(charset), None, is_html=True)
    assert (by_header.text, by_header.flags) == (text, frozenset())
    assert text in by_page.text
    assert by_page.flags == frozenset()


@pytest.mark.parametrize(("text", "charset"), LEGACY)
def test_an_undeclared_charset_is_guessed_and_flagged(text, charset):
    decoded = decode((text * 4).encode(charset), None, is_html=False)
    assert (decoded.text, decoded.flags) == (text * 4, {Flag.CHARSET_GUESSED})


@pytest.mark.parametrize(("text", "charset"), LEGACY)
def test_a_declaration_that_cannot_be_true_is_not_believed(text, charset):
    decoded = decode((text * 4).encode(charset), "utf-8", is_html=False)
    assert (decoded.text, decoded.flags) == (text * 4, {Flag.CHARSET_GUESSED})


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1251", "gb2312", "shift_jis", "utf-16", "no-such-charset", "", None])
@pytest.mark.parametrize("text", [GERMAN, RUSSIAN, KOREAN])
def test_valid_utf8_is_utf8_whatever_is_declared(declared, text):
    decoded = decode(text.encode(), declared, is_html=False)
    assert (decoded.text, decoded.charset, decoded.flags) == (text, "utf-8", frozenset())


def test_a_server_that_calls_all_pages_latin1_is_overruled_by_the_page():
    data = page(RUSSIAN, '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">').encode("cp1251")
    decoded = decode(data, "iso-8859-1", is_html=True)
    assert RUSSIAN in decoded.text
    assert decoded.charset == "cp1251"


def test_the_xml_declaration_names_the_charset_and_comments_do_not():
    xml = ('<?xml version="1.0" encoding="koi8-r"?>' + page(RUSSIAN)).encode("koi8-r")
    assert RUSSIAN in decode(xml, None, is_html=True).text
    comment = page(GERMAN, '<!-- <meta charset="koi8-r"> --><meta charset="windows-1252">').encode("cp1252")
    assert decode(comment, None, is_html=True).charset == "cp1252"


@pytest.mark.parametrize(
    ("label", "charset"),
    [
        ("iso-8859-1", "cp1252"),
        ("GB2312", "gb18030"),
        (" ks_c_5601-1987 ", "cp949"),
        ("'x-sjis'", "cp932"),
        ("us-ascii", "cp1252"),
    ],
)
def test_labels_mean_what_browsers_take_them_for(label, charset):
    samples = {"cp1252": "Brücke – „Mühle“", "gb18030": "朱镕基", "cp949": "똠방각하", "cp932": "①ソ連"}
    decoded = decode(samples[charset].encode(charset), label, is_html=False)
    assert (decoded.text, decoded.charset) == (samples[charset], charset)


@pytest.mark.parametrize("label", ["utf-7", "punycode", "idna", "unicode_escape", "rot13", "base64", "undefined", "mbcs"])
def test_codecs_that_are_no_web_charsets_cannot_be_chosen(label):
    data = b"+ADw-script+AD4- \\u0041 uryyb"
    assert decode(data, label, is_html=True).text == data.decode()


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", [GERMAN, RUSSIAN, KOREAN])
def test_unicode_is_known_by_its_mark_or_its_zero_bytes(charset, text):
    decoded = decode(text.encode(charset), "iso-8859-1", is_html=False)
    assert (decoded.text, decoded.flags) == (text, frozenset())


@pytest.mark.parametrize(("text", "charset"), [(JAPANESE, "iso2022_jp"), (KOREAN, "iso2022_kr")])
def test_escape_sequences_name_their_charset(text, charset):
    decoded = decode(text.encode(charset), None, is_html=False)
    assert (decoded.text, decoded.flags) == (text, frozenset())


def test_a_few_broken_bytes_do_not_change_the_charset():
    data = (KOREAN * 50).encode()
    decoded = decode(data[:1000] + b"\xff" + data[1000:], "euc-kr", is_html=False)
    assert decoded.charset == "utf-8"
    assert Flag.UNDECODABLE in decoded.flags
    assert decoded.text.count("\ufffd") <= 3

    declared = decode((CHINESE * 50).encode("gb18030") + b"\xff\xff", "gb2312", is_html=False)
    assert declared.text.startswith(CHINESE * 50)
    assert declared.flags == {Flag.UNDECODABLE}


def test_zero_bytes_vanish_and_joiners_stay():
    decoded = decode("می\u200cخواهم\0 را".encode(), None, is_html=False)
    assert decoded.text == "می\u200cخواهم را"


def test_text_that_was_broken_before_is_flagged():
    assert decode(GERMAN.encode().decode("cp1252").encode(), None, is_html=False).flags == {Flag.MOJIBAKE}
    script = f"<script>var x = '{'Ã¼ ' * 50}'</script>"
    assert decode(page(GERMAN, script).encode(), None, is_html=True).flags == frozenset()


@given(
    st.binary(max_size=300), st.sampled_from([None, "utf-8", "gb2312", "hz-gb-2312", "iso-2022-jp", "big5", "x"]), st.booleans()
)
def test_no_bytes_fail_and_the_text_can_be_stored(data, declared, is_html):
    decoded = decode(data, declared, is_html=is_html)
    decoded.text.encode()
    assert "\0" not in decoded.text


@pytest.mark.parametrize(
    "data",
    [
        *(
            b"\xff" * 10**7,
            b"\x81a" * 5_000_000,
            b"a\xe9" * 5_000_000,
            b"<script" * 1_400_000 + b"\xe9",
            b"<!--" * 2_500_000 + b"\xe9",
        ),
        *(b"<meta " * 1_600_000 + b"\xe9", b"\x1b$B" * 3_000_000, b"\xe9\0\0" * 3_000_000, b" " * 10**7 + b"\xe9"),
    ],
    ids=["high", "mixed", "latin", "script", "comment", "meta", "escape", "zero", "space"],
)
def test_ten_megabytes_of_anything_take_bounded_time(data):
    started = time.process_time()
    decode(data, "gb18030", is_html=True)
    assert time.process_time() - started < 2
