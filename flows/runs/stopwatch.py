"""What a run took."""

import time
from dataclasses import replace

from flows.runs.report import Report
from flows.runs.staging import Staged


class Stopwatch:
    """Runs from when it is made."""

    def __init__(self) -> None:
        self._wall = time.monotonic()
        self._cpu = time.process_time()

    def stamp(self, report: Report, staging: Staged | None = None) -> Report:
        """The report with wall and CPU seconds, of this process and of the workers that judged its pages."""
        cpu_s = time.process_time() - self._cpu + (staging.cpu_s if staging else 0.0)
        return replace(report, seconds=round(time.monotonic() - self._wall, 3), cpu_seconds=round(cpu_s, 3))
