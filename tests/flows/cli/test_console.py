"""Text of strangers on a terminal."""

import json

from hypothesis import given
from hypothesis import strategies as st

from flows.cli.console import HOSTILE, safe, safe_json


@given(st.text(alphabet=st.characters(), max_size=50))
def test_nothing_hostile_is_left_and_json_comes_back(text):
    assert not HOSTILE.search(safe(text))
    line = safe_json({"text": text})
    assert not HOSTILE.search(line)
    assert "\n" not in line
    assert json.loads(line) == {"text": text}


def test_characters_that_act_on_a_terminal_are_spelt_out():
    assert safe("a\x1b[31m\x07\r\x9b\x7f\u202e\u2028\ud800") == "a\\x1b[31m\\x07\\r\\x9b\\x7f\\u202e\\u2028\\ud800"


def test_letters_joiners_and_line_breaks_stay():
    text = "日本\tمی\u200cخواهم 👩\u200d👩 \u200eabc\nnext"
    assert safe(text) == text
