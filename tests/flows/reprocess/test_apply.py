"""What applying a plan does to the corpus, read with deltalake alone."""

import json
from pathlib import Path

import pytest

from flows.errors import AlreadyAppliedError, PlanError
from tests.e2e.reading import add_up, objects, read
from tests.flows.reprocess.conftest import Desk, plain, settings_of, short, wrapped


def documents(desk: Desk) -> dict[str, dict]:
    names = {row["id"]: row["name"].removesuffix(".txt") for row in read(desk.corpus, "outcomes")}
    return {names[row["id"]]: row for row in read(desk.corpus, "documents")}


def outcomes_of(desk: Desk, run: str) -> dict[str, dict]:
    return {row["name"].removesuffix(".txt"): row for row in read(desk.corpus, "outcomes") if row["run_id"] == run}


def test_changed_documents_get_version_2_with_the_new_text_and_the_others_stay(desk, usual, unwrapped) -> None:
    desk.ingest(usual)
    before = documents(desk)
    made = desk.preview(unwrapped)
    assert documents(desk) == before, "a preview changes nothing"
    assert (made.changed, made.counts["new-version"], made.counts["unchanged"]) == (3, 3, 4)
    report = desk.apply(made.plan, unwrapped)
    after = documents(desk)
    assert add_up(json.loads(report.to_json()))
    assert (report.inputs, report.kept, report.new_versions, report.unchanged, report.rejected) == (
        7,
        3,
        3,
        3,
        {"quality/too-short": 1},
    )
    for name, row in after.items():
        is_wrapped = name.startswith("wrapped")
        assert row["version"] == (2 if is_wrapped else 1)
        assert (row["text"] == before[name]["text"]) != is_wrapped
        assert row["first_seen_at"] == before[name]["first_seen_at"]
        assert row["fetched_at"] == before[name]["fetched_at"]
    assert after["wrapped-3"]["text"].split() == before["wrapped-3"]["text"].split()
    assert after["wrapped-3"]["run_id"] == made.plan
    versions = [row for row in read(desk.corpus, "versions") if row["id"] == after["wrapped-3"]["id"]]
    assert sorted(row["version"] for row in versions) == [1, 2], "earlier versions stay"


def test_the_record_tells_who_approved_which_plan(desk, usual, unwrapped) -> None:
    desk.ingest(usual)
    made = desk.preview(unwrapped)
    desk.apply(made.plan, unwrapped, by=" Ada Lorn ")
    record = json.loads((desk.corpus / f"clean/runs/{made.plan}.json").read_text("utf-8"))
    told = {"kind": "reprocess", "run_id": made.plan, "plan": made.plan, "approved_by": "Ada Lorn", "seq": 2}
    assert {name: record[name] for name in told} == told
    left = [key for key in objects(desk.corpus) if "staged" in key or key.endswith(".plan.json")]
    assert left == []


def test_the_next_ingest_under_the_new_settings_skips_everything(desk, usual, unwrapped) -> None:
    desk.ingest(usual)
    desk.apply(desk.preview(unwrapped).plan, unwrapped)
    before = objects(desk.corpus)
    report = desk.ingest(unwrapped)
    assert (report.inputs, report.unchanged) == (7, 7)
    assert set(objects(desk.corpus)) - set(before) == {f"clean/runs/{report.run_id}.json"}


def test_applying_twice_says_so_and_changes_nothing(desk, usual, unwrapped) -> None:
    desk.ingest(usual)
    made = desk.preview(unwrapped)
    desk.apply(made.plan, unwrapped)
    before = objects(desk.corpus)
    with pytest.raises(AlreadyAppliedError, match="applied already, as commit 2, approved by Ada Lorn"):
        desk.apply(made.plan, unwrapped, by="Somebody Else")
    assert objects(desk.corpus) == before


def test_a_second_reprocess_finds_nothing_to_change(desk, usual, unwrapped) -> None:
    desk.ingest(usual)
    desk.apply(desk.preview(unwrapped).plan, unwrapped)
    tables = {table: read(desk.corpus, table) for table in ("versions", "decisions", "documents")}
    made = desk.preview(unwrapped)
    assert made.changed == 0
    report = desk.apply(made.plan, unwrapped)
    assert (report.unchanged, report.kept) == (6, 0)
    assert {table: read(desk.corpus, table) for table in tables} == tables


def test_newly_rejected_documents_are_withdrawn_with_the_reason(desk, usual) -> None:
    desk.write(**{"plain-1": plain(1) + "\n" + plain(12)}).ingest(usual)
    strict = settings_of(quality__min_chars="600")
    made = desk.preview(strict)
    assert made.newly_rejected == {"quality/too-short": 5}
    report = desk.apply(made.plan, strict)
    assert (report.withdrawn, report.rejected) == (5, {"quality/too-short": 6})
    assert list(documents(desk)) == ["plain-1"]
    row = outcomes_of(desk, made.plan)["plain-0"]
    assert (row["outcome"], row["stage"], row["reason"]) == ("rejected", "quality", "too-short")
    newest = [row for row in read(desk.corpus, "decisions") if row["run_id"] == made.plan and row["status"] == "withdrawn"]
    assert len(newest) == 5
    assert len(read(desk.corpus, "versions")) == 6, "what they said stays"


def test_withdrawn_documents_come_back_as_a_new_version(desk, usual) -> None:
    strict = settings_of(quality__min_chars="4000")
    desk.ingest(usual)
    desk.apply(desk.preview(strict).plan, strict)
    assert documents(desk) == {}
    made = desk.preview(usual)
    assert made.counts["accepted"] == 6
    desk.apply(made.plan, usual)
    assert {row["version"] for row in documents(desk).values()} == {2}
    assert len(documents(desk)) == 6


def test_inputs_rejected_before_become_documents(desk, usual, lenient) -> None:
    desk.ingest(usual)
    made = desk.preview(lenient)
    assert (made.counts["accepted"], made.changed) == (1, 1)
    report = desk.apply(made.plan, lenient)
    assert (report.kept, report.new_versions, report.rejected) == (1, 0, {})
    row = documents(desk)["short"]
    assert (row["version"], row["text"]) == (1, short(7).strip())
    assert desk.ingest(lenient).unchanged == 7


def test_a_document_that_was_edited_since_is_looked_at_anew_and_the_edit_wins(desk, usual, unwrapped) -> None:
    desk.ingest(usual)
    made = desk.preview(unwrapped)
    desk.write(**{"wrapped-3": wrapped(3, edition=2), "plain-0": plain(0, edition=2)}).ingest(usual)
    report = desk.apply(made.plan, unwrapped)
    rows = documents(desk)
    assert "edition 2" in rows["plain-0"]["text"]
    assert "edition 2" in " ".join(rows["wrapped-3"]["text"].split())
    assert "\n\n" in rows["wrapped-3"]["text"].strip(), "cleaned as the plan wants it"
    assert (rows["plain-0"]["version"], rows["wrapped-3"]["version"], rows["wrapped-4"]["version"]) == (2, 3, 2)
    assert report.inputs == 7


def test_a_document_that_was_withdrawn_since_stays_so(desk, usual, unwrapped) -> None:
    desk.ingest(usual)
    made = desk.preview(unwrapped)
    strict = settings_of(quality__min_chars="4000")
    name = documents(desk)["plain-2"]["id"]
    desk.apply(desk.preview(strict, documents=(name,)).plan, strict)
    desk.apply(made.plan, unwrapped)
    assert sorted(documents(desk)) == ["plain-0", "plain-1", "wrapped-3", "wrapped-4", "wrapped-5"]


def test_documents_that_came_since_are_no_part_of_the_plan(desk, usual, unwrapped) -> None:
    desk.ingest(usual)
    made = desk.preview(unwrapped)
    desk.write(later=wrapped(8)).ingest(usual)
    assert desk.apply(made.plan, unwrapped).inputs == 7
    assert documents(desk)["later"]["version"] == 1


def test_another_writer_between_cleaning_and_commit_wins(desk, usual, unwrapped, monkeypatch) -> None:
    from flows.runs import apply as applying

    desk.ingest(usual)
    made = desk.preview(unwrapped)
    original, done = applying.redecide, []

    def overtaken(*arguments):
        found = original(*arguments)
        if not done:
            done.append(desk.write(**{"wrapped-3": wrapped(3, edition=2)}).ingest(usual))
        return found

    monkeypatch.setattr(applying, "redecide", overtaken)
    report = desk.apply(made.plan, unwrapped)
    assert report.seq == 3
    assert "edition 2" in " ".join(documents(desk)["wrapped-3"]["text"].split())
    assert add_up(json.loads(report.to_json()))


def test_duplicates_are_decided_again(desk, usual) -> None:
    desk.write(copy=plain(0)).ingest(usual)
    assert sum(row["duplicate_of"] is not None for row in documents(desk).values()) == 1
    strict = settings_of(quality__min_chars="4000")
    canonical = next(
        row["id"]
        for row in documents(desk).values()
        if row["duplicate_of"] is None and row["text"] == documents(desk)["copy"]["text"]
    )
    made = desk.preview(strict, documents=(canonical,))
    assert made.no_longer_duplicate == 1
    desk.apply(made.plan, strict)
    assert all(row["duplicate_of"] is None for row in documents(desk).values())


def test_wrapped_copies_that_come_out_alike_are_newly_duplicates(desk, usual, lenient) -> None:
    desk.write(copy=short(7)).ingest(usual)
    made = desk.preview(lenient)
    assert (made.counts["accepted"], made.newly_duplicate) == (2, 1)
    report = desk.apply(made.plan, lenient)
    assert (report.kept, report.duplicates) == (1, 1)


def test_missing_and_damaged_bytes_fail_by_name_and_the_others_are_done(desk, usual, unwrapped, monkeypatch) -> None:
    desk.ingest(usual)
    rows = {row["name"]: row for row in read(desk.corpus, "outcomes")}
    gone = rows["wrapped-3.txt"]["raw_ref"]
    path = desk.corpus / gone["key"]
    data = bytearray(path.read_bytes())
    data[gone["offset"] + 40 : gone["offset"] + gone["length"] - 40] = b"\0" * (gone["length"] - 80)
    path.write_bytes(data)
    before = documents(desk)
    made = desk.preview(unwrapped)
    assert made.counts["failed"] == 1
    assert "wrapped-3.txt" in made.messages[0]
    report = desk.apply(made.plan, unwrapped)
    assert report.failed == {"unreadable": 1}
    assert report.new_versions == 2
    assert "wrapped-3.txt" in report.messages[0]
    assert add_up(json.loads(report.to_json()))
    assert documents(desk)["wrapped-3"]["text"] == before["wrapped-3"]["text"]


def test_segments_that_are_gone_fail_too(desk, usual, unwrapped) -> None:
    desk.ingest(usual)
    for path in desk.corpus.glob("raw/warc/**/*.warc.gz"):
        path.unlink()
    made = desk.preview(unwrapped)
    assert made.counts["failed"] == 7
    report = desk.apply(made.plan, unwrapped)
    assert report.failed == {"unreadable": 7}
    assert len(documents(desk)) == 6


@pytest.mark.parametrize("by", ["", "  "])
def test_nobody_s_approval_is_refused(desk, usual, by: str) -> None:
    desk.ingest(usual)
    made = desk.preview(usual)
    with pytest.raises(PlanError, match="somebody's name"):
        desk.apply(made.plan, usual, by=by)


def test_an_unknown_plan_is_refused_with_the_nearest(desk, usual) -> None:
    desk.ingest(usual)
    made = desk.preview(usual)
    with pytest.raises(PlanError, match=f"did you mean {made.plan}"):
        desk.apply(made.plan[:-1] + "x", usual)
    with pytest.raises(PlanError, match="there is no plan"):
        desk.apply("../../etc", usual)


def test_a_plan_of_other_settings_is_refused_before_anything_is_done(desk, usual, unwrapped) -> None:
    desk.ingest(usual)
    made = desk.preview(unwrapped)
    before = objects(desk.corpus)
    with pytest.raises(PlanError, match="preview again"):
        desk.apply(made.plan, usual)
    assert objects(desk.corpus) == before


def test_a_changed_share_outside_the_interval_stops_without_a_commit(tmp_path: Path, usual, unwrapped) -> None:
    from flows.runs.rework import sample_of, select

    texts = {f"plain-{number}": plain(number) for number in range(24)}
    desk = Desk(tmp_path / "desk", tmp_path / "corpus").write(**texts)
    desk.ingest(usual)
    from flows.runs.reading import open_corpus
    from flows.runs.reprocess import Selection

    corpus = open_corpus(str(desk.corpus))
    sampled = {each.inputs[-1].name for each in sample_of(select(corpus, Selection(), "", 1).values(), 12)}
    rest = {
        f"{name.removesuffix('.txt')}": wrapped(int(name[6:-4]))
        for name in (f"{name}.txt" for name in texts)
        if name not in sampled
    }
    desk.write(**rest).ingest(usual)
    made = desk.preview(unwrapped, sample=12)
    assert (made.is_sample, made.changed) == (True, 0)
    before = {table: read(desk.corpus, table) for table in ("versions", "decisions", "outcomes", "documents")}
    report = desk.apply(made.plan, unwrapped)
    assert report.seq is None
    assert "50.0% of 24 documents would change" in (report.gate_refused or "")
    assert {table: read(desk.corpus, table) for table in before} == before
    record = json.loads((desk.corpus / f"clean/runs/{made.plan}.json").read_text("utf-8"))
    assert (record["seq"], record["gate_refused"]) == (None, report.gate_refused)
    assert len(record["outcomes"]) == 24, "what it would have made of each stands in the record"
    everything = desk.preview(unwrapped)
    assert desk.apply(everything.plan, unwrapped).new_versions == 12


def test_a_sampled_plan_that_was_right_cleans_the_rest(desk, usual, unwrapped) -> None:
    desk.ingest(usual)
    made = desk.preview(unwrapped, sample=4)
    assert (made.looked_at, made.selected) == (4, 7)
    assert desk.apply(made.plan, unwrapped).inputs == 7


def test_what_the_preview_cleaned_is_not_cleaned_again(desk, usual, unwrapped, monkeypatch) -> None:
    from flows.runs import reclean

    desk.ingest(usual)
    made = desk.preview(unwrapped, sample=4)
    judged = []
    original = reclean._read

    def counting(bucket, tasks):
        for task, page in original(bucket, tasks):
            judged.append(page.name)
            yield task, page

    monkeypatch.setattr(reclean, "_read", counting)
    desk.apply(made.plan, unwrapped)
    assert len(judged) == 3


def test_alternating_inputs_of_one_id_keep_their_last(tmp_path: Path, usual) -> None:
    desk = Desk(tmp_path / "desk", tmp_path / "corpus")
    records = [{"id": "pier", "text": plain(0, edition), "modified_at": f"2026-03-0{edition}T10:00:00Z"} for edition in (2, 1)]
    (desk.folder / "feed.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    desk.ingest(usual)
    other = settings_of(quality__min_chars="161")
    made = desk.preview(other)
    assert (made.selected, made.changed) == (1, 0)
    report = desk.apply(made.plan, other)
    assert (report.inputs, report.unchanged) == (2, 2)
    (row,) = read(desk.corpus, "documents")
    assert (row["version"], "edition 2" in row["text"]) == (2, True)
    assert desk.ingest(other).unchanged == 2
    assert len(read(desk.corpus, "versions")) == 2


def test_a_live_document_whose_last_input_was_rejected_is_judged_by_the_one_that_made_it(desk, usual, unwrapped) -> None:
    desk.ingest(usual)
    desk.write(**{"wrapped-3": short(3)}).ingest(usual)
    made = desk.preview(unwrapped)
    assert made.counts["new-version"] == 3
    desk.apply(made.plan, unwrapped)
    assert documents(desk)["wrapped-3"]["version"] == 2
    assert len(documents(desk)) == 6


def test_other_thresholds_of_duplicates_reach_documents_whose_text_stays(desk, usual) -> None:
    near = plain(0) + "\nA crowd of some forty people stayed until the lamps were lit.\n"
    desk.write(near=near, copy=plain(1), again=plain(1)).ingest(usual)
    assert sum(row["duplicate_of"] is not None for row in documents(desk).values()) == 3
    exact_only = settings_of(quality__min_chars="160", dedup__min_shingles="1000")
    made = desk.preview(exact_only)
    assert (made.changed, made.no_longer_duplicate) == (0, 1)
    report = desk.apply(made.plan, exact_only)
    assert (report.kept, report.unchanged) == (0, 9)
    rows = documents(desk)
    assert {rows["near"]["duplicate_of"], rows["plain-0"]["duplicate_of"]} == {None}
    assert {row["version"] for row in rows.values()} == {1}
    decisions = read(desk.corpus, "decisions")
    desk.apply(desk.preview(exact_only).plan, exact_only)
    assert read(desk.corpus, "decisions") == decisions


def test_a_lost_race_that_changes_the_share_is_judged_again_and_stops(desk, usual, unwrapped, monkeypatch) -> None:
    from flows.runs import apply as applying

    desk.ingest(usual)
    made = desk.preview(unwrapped)
    assert made.low > 0
    original, done = applying.redecide, []

    def overtaken(*arguments):
        found = original(*arguments)
        if not done:
            done.append(desk.write(**{f"wrapped-{number}": plain(number) for number in range(3, 6)}).ingest(usual))
        return found

    monkeypatch.setattr(applying, "redecide", overtaken)
    report = desk.apply(made.plan, unwrapped)
    assert report.seq is None
    assert (report.gate_refused or "").startswith("0.0% of 7 documents would change, the preview of 7 said ")
    assert {row["version"] for row in documents(desk).values()} == {1}
    assert {row["run_id"] for row in read(desk.corpus, "outcomes")}.isdisjoint({made.plan})


def test_a_run_that_another_process_committed_meanwhile_is_told_and_not_done_twice(desk, usual, unwrapped, monkeypatch) -> None:
    from flows.runs import apply as applying

    desk.ingest(usual)
    made = desk.preview(unwrapped)
    original, done = applying.proposal, []

    def overtaken(*arguments):
        found = original(*arguments)
        if not done:
            done.append(None)
            # As one does that takes this process for dead.
            desk.apply(made.plan, unwrapped)
        return found

    monkeypatch.setattr(applying, "proposal", overtaken)
    report = desk.apply(made.plan, unwrapped)
    assert (report.seq, report.inputs, report.new_versions) == (2, 7, 3)
    assert sorted(row["version"] for row in read(desk.corpus, "versions")) == [1] * 6 + [2] * 3
