"""Tables as other programs read them."""

import pyarrow as pa
from deltalake import DeltaTable

from tests.conftest import is_required


def polars_rows(table: str, column: str) -> list:
    """A column of a Delta table as Polars reads it; by delta-rs where Polars is not installed and not required."""
    try:
        import polars as pl
    except ImportError:
        if is_required("readers"):
            raise
        return pa.table(DeltaTable(table).scan(columns=[column]))[column].to_pylist()
    return pl.scan_delta(table).select(column).collect()[column].to_list()


def duckdb_rows(table: str, column: str) -> list:
    """The same as DuckDB reads it."""
    try:
        import duckdb
    except ImportError:
        if is_required("readers"):
            raise
        return pa.table(DeltaTable(table).scan(columns=[column]))[column].to_pylist()
    rows = pa.RecordBatchReader.from_stream(DeltaTable(table).scan(columns=[column]))  # noqa: F841 - DuckDB finds it by its name
    return duckdb.sql("from rows").fetchnumpy()[column].tolist()
