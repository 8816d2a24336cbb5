"""Preloaded by the server that victims are forked from: everything that a victim would have to import or load is here already.

Nothing that starts a thread may run here.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import flows.runs.maintain
import flows.runs.release
import flows.runs.rollback  # noqa: F401
from flows.runs.settings import read
from flows.runs.wiring import pipeline_of
from ingest.records import RawPage
from ingest.stages import judge_factory

judge_factory(pipeline_of(read(None, {}).settings))()(
    [RawPage(source="warm", name="up.txt", media_type="text/plain", body=b"Warm.\n")]
)
