"""`python -m tests.flows.reprocess.contender CORPUS PLAN WHO [dies]`: applies a plan under `CHANGED`, as a process of its own.

Before it writes its claim it says `at the door` and waits for a line; with `dies` it is killed right before its commit.
"""

import os
import signal
import sys
from typing import Any

from flows.errors import PlanError
from flows.runs import reclean
from flows.runs.reprocess import ApplyRequest, apply
from flows.runs.settings import read
from storage import keys
from storage.errors import StorageError
from storage.local import LocalBucket
from storage.s3 import S3Bucket
from tests.flows.doubles import HereJudges

CHANGED = {"WINNOW_QUALITY__MIN_CHARS": "160", "WINNOW_EXTRACT__UNWRAP": "false", "WINNOW_CLEAN__THRESHOLD": "0.0"}


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def stopping(write: Any, *, dies: bool) -> Any:
    """A bucket's method that stops before a claim, or dies before a commit."""
    waited: list[str] = []

    def stopped(self: Any, key: str, data: bytes) -> Any:
        if key.startswith(keys.RUNS) and key.endswith(keys.PLAN_SUFFIX) and not waited:
            waited.append(key)
            say("at the door")
            sys.stdin.readline()
        if dies and key.startswith(keys.COMMITS):
            os.kill(os.getpid(), signal.SIGKILL)
        return write(self, key, data)

    return stopped


def main(corpus: str, plan: str, who: str, *how: str) -> None:
    reclean.Judges = HereJudges  # type: ignore[misc, assignment]
    for kind in (LocalBucket, S3Bucket):
        for name in ("put", "create"):
            setattr(kind, name, stopping(getattr(kind, name), dies="dies" in how))
    try:
        report = apply(ApplyRequest(corpus, plan, who), read(None, CHANGED).settings)
        say(f"applied as commit {report.seq}, approved by {report.approved_by}")
    except (PlanError, StorageError) as error:
        say(f"refused: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
