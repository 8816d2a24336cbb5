import pyarrow as pa
import pytest

from storage import schema
from storage.keys import TABLES
from storage.schema import COLUMNS, SCHEMAS, SPECIAL, describe


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_told_in_one_sentence(table):
    told = describe(table)
    assert list(told) == SCHEMAS[table].names
    for column, sentence in told.items():
        assert sentence.endswith((".", "…")), column
        assert len(sentence) > 10, column


def test_no_sentence_is_of_a_column_that_no_table_has():
    used = {name for each in (*SCHEMAS.values(), schema.STAGED, schema.SKETCHES) for name in each.names}
    assert set(COLUMNS) == used
    assert all(column in SCHEMAS[table].names for table, column in SPECIAL)


def test_no_timestamp_is_naive():
    for each in (*SCHEMAS.values(), schema.STAGED, schema.SKETCHES):
        moments = [field.type for field in each if pa.types.is_timestamp(field.type)]
        assert all(moment == pa.timestamp("us", tz="UTC") for moment in moments)


def test_documents_are_versions_without_the_cuts_and_with_the_decision():
    cuts = {"source_text", "title_span", "removals", "block_languages"}
    assert set(SCHEMAS["documents"].names) == set(SCHEMAS["versions"].names) - cuts | {"duplicate_of", "cluster"}


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_what_orders_and_names_its_rows(table):
    assert {"id", "seq", "run_id"} <= set(SCHEMAS[table].names)
