from datetime import UTC, datetime

import pytest

from storage import keys
from storage.errors import RefusedError
from storage.keys import AREAS, TABLES

WHEN = datetime(2026, 3, 4, tzinfo=UTC)
SPELLED = [
    keys.CORPUS,
    keys.commit(1),
    keys.sketches(1, "ab" * 32),
    keys.staged("run", 3),
    keys.run_plan("run"),
    keys.run_plan("run", 3),
    keys.run_record("run"),
    keys.probe("examination", "race/1"),
    keys.LATEST,
    keys.release_manifest("spring"),
    keys.release_begun("spring"),
    keys.release_file("spring", "data/en/2026-03-00000-of-00001.parquet"),
    keys.raw_segment(WHEN, "run", 1, 2),
    keys.raw_index(WHEN, "run", 1),
    *(keys.table_file(table, keys.data_file(1, 0, "ab" * 32)) for table in TABLES),
]


@pytest.mark.parametrize("key", SPELLED)
def test_every_key_stands_in_exactly_one_area(key):
    assert len([area for area in AREAS if key.startswith(area)]) == 1


def test_numbers_sort_as_keys_do():
    assert keys.commit(9) < keys.commit(10) < keys.commit(123_456)
    assert keys.staged("r", 9) < keys.staged("r", 10)
    assert keys.run_plan("r") < keys.run_plan("r", 1) < keys.run_plan("r", 9) < keys.run_plan("r", 10) < keys.run_plan("r", 110)
    assert keys.data_file(9, 10, "0" * 64) < keys.data_file(10, 9, "0" * 64)


def test_numbers_come_back_from_keys():
    assert keys.commit_seq(keys.commit(42)) == 42
    assert [keys.run_turn(keys.run_plan("20260101T000000-ab", turn)) for turn in (0, 1, 42)] == [0, 1, 42]
    assert keys.staged_shard(keys.staged("run", 42)) == 42
    assert keys.release_name(keys.release_manifest("spring")) == "spring"
    assert keys.sketches_seq(keys.sketches(42, "ab" * 32)) == 42


@pytest.mark.parametrize("spell", [keys.run_plan, keys.run_record, keys.staged_run, keys.release])
@pytest.mark.parametrize("run", ["../../etc", "a b", ""])
def test_a_run_cannot_name_its_way_out(spell, run):
    with pytest.raises(RefusedError):
        spell(run)
