"""Versions and verdicts, decided on values alone."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from flows.runs.decide import Head, Judged, Seen, decide, is_skipped

DAY = datetime(2026, 3, 1, tzinfo=UTC)
CONFIG = "c1"


def judged(row: int, content: str | None = "x", *, id_: str = "d", raw: str = "", modified_day: int | None = None) -> Judged:
    modified = None if modified_day is None else DAY.replace(day=modified_day)
    result = "rejected" if content is None else "document"
    return Judged((0, row), id_, raw or f"raw of {content}", modified, DAY, result, content)


def head(version: int = 1, content: str = "x", *, is_live: bool = True) -> Head:
    return Head(version, content, is_live, DAY, 1)


def outcome(
    inputs: list[Judged], heads: dict[str, Head], seen: dict[str, Seen] | None = None
) -> list[tuple[str, int | None, bool]]:
    found = decide(inputs, heads, seen or {}, CONFIG)
    return [(found[entry.place].outcome, found[entry.place].version, found[entry.place].is_head) for entry in inputs]


def test_a_new_document_is_version_1() -> None:
    assert outcome([judged(0)], {}) == [("new", 1, True)]


def test_equal_content_is_unchanged_and_confirms_its_version() -> None:
    assert outcome([judged(0)], {"d": head(3)}) == [("unchanged", 3, False)]


def test_other_content_is_the_next_version() -> None:
    assert outcome([judged(0, "y")], {"d": head(3)}) == [("new", 4, True)]


def test_a_withdrawn_document_comes_back_as_a_new_version() -> None:
    assert outcome([judged(0)], {"d": head(2, is_live=False)}) == [("new", 3, True)]


def test_a_rejection_makes_no_version() -> None:
    assert outcome([judged(0, None)], {"d": head(2)}) == [("rejected", None, False)]


def test_inputs_with_one_id_follow_their_dates_and_the_last_is_head() -> None:
    inputs = [judged(0, "z", modified_day=3), judged(1, "y", modified_day=2), judged(2, "x")]
    assert outcome(inputs, {}) == [("new", 3, True), ("new", 2, False), ("new", 1, False)]


def test_the_same_group_of_inputs_again_is_unchanged_however_they_alternate() -> None:
    inputs = [judged(0, "y", modified_day=2), judged(1, "x")]
    seen = {"d": Seen({entry.raw_sha256: None for entry in inputs}, CONFIG)}
    assert outcome(inputs, {"d": head(2, "y")}, seen) == [("unchanged", 2, False), ("unchanged", 2, False)]


def test_an_edit_back_to_earlier_content_is_a_new_version() -> None:
    seen = {"d": Seen({"raw of y": None}, CONFIG)}
    assert outcome([judged(0, "x")], {"d": head(2, "y")}, seen) == [("new", 3, True)]


def test_only_bytes_seen_last_under_the_same_configuration_are_skipped() -> None:
    seen = Seen({"a": None}, CONFIG)
    assert is_skipped(seen, head(), "a", CONFIG)
    assert is_skipped(seen, None, "a", CONFIG), "a rejected input has no head"
    assert not is_skipped(seen, head(), "b", CONFIG)
    assert not is_skipped(seen, head(), "a", "c2")
    assert not is_skipped(seen, head(is_live=False), "a", CONFIG)
    assert not is_skipped(Seen({"a": None, "b": None}, CONFIG), head(), "a", CONFIG)
    assert not is_skipped(None, None, "a", CONFIG)


def test_what_was_rejected_in_the_place_of_a_withdrawn_document_is_skipped_as_every_rejection_is() -> None:
    withdrawn = head(is_live=False)
    assert is_skipped(Seen({"a": None}, CONFIG, is_rejected=True), withdrawn, "a", CONFIG)
    assert not is_skipped(Seen({"a": None}, CONFIG, is_rejected=True), withdrawn, "b", CONFIG)
    assert not is_skipped(Seen({"a": None}, "c2", is_rejected=True), withdrawn, "a", CONFIG)
    assert is_skipped(Seen({"a": None}, CONFIG, "gone"), withdrawn, "", CONFIG, "gone")
    assert not is_skipped(Seen({"a": None}, CONFIG, "gone"), withdrawn, "a", CONFIG)


@given(
    st.lists(st.tuples(st.sampled_from("de"), st.sampled_from(["x", "y", None]), st.sampled_from([None, 1, 2])), max_size=7),
    st.randoms(use_true_random=False),
)
def test_verdicts_do_not_depend_on_the_order_of_inputs(drawn, random) -> None:
    inputs = [judged(row, content, id_=id_, modified_day=day) for row, (id_, content, day) in enumerate(drawn)]
    shuffled = list(inputs)
    random.shuffle(shuffled)

    def rows(entries: list[Judged]) -> list[tuple[object, ...]]:
        found = decide(entries, {"d": head(1, "y")}, {}, CONFIG).values()
        return sorted(
            (v.judged.id, v.judged.raw_sha256, str(v.judged.modified_at), v.outcome, str(v.version), v.is_head) for v in found
        )

    assert rows(inputs) == rows(shuffled)


@given(st.lists(st.sampled_from(["x", "y", "z", None]), max_size=6), st.integers(0, 3))
def test_versions_have_no_gaps(contents, known) -> None:
    heads = {"d": head(known, "x")} if known else {}
    found = decide([judged(row, content) for row, content in enumerate(contents)], heads, {}, CONFIG)
    new = sorted(verdict.version for verdict in found.values() if verdict.outcome == "new" and verdict.version)
    assert new == list(range(known + 1, known + 1 + len(new)))
    assert sum(verdict.is_head for verdict in found.values()) == bool(new)
