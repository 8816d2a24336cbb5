"""CPU that Prefect adds to a run beyond its start: the same inputs by `winnow ingest` and by `winnow up`.

    python -m benchmarks.prefect_overhead [--documents 20000]

Counts the CPU of server, worker and flow run, from the order of the run until its end, less that of the command, and less the
same difference for one document, which is the start. The processes that clean pages are the same in both and left out of the
difference; the share is of the whole run with them. An idle server costs by the clock: measure on an idle machine. Pages are
those of seeds/, their paragraphs with words drawn anew.
"""

import argparse
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.e2e.conftest import WINNOW
from tests.e2e.service import Service, running, until

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
PARAGRAPH = re.compile(r"(<p\b[^>]*>)(.*?)(</p>)", re.DOTALL)


def pages(folder: Path, count: int) -> Path:
    """That many HTML pages as one JSON file: the pages of seeds/, every paragraph with words drawn anew."""
    draw = random.Random(7)
    patterns = [path.read_text("utf-8", "replace") for path in sorted(Path("seeds").glob("*/*.html"))]
    texts = [path.read_text("utf-8", "ignore") for path in sorted(Path("seeds").glob("*/*.txt"))]
    words = [word for text in texts for word in text.split() if word.isascii() and word.isalpha()]

    def drawn(found: re.Match[str]) -> str:
        return f"{found[1]}{' '.join(draw.choices(words, k=len(found[2].split()) + 1)).capitalize()}.{found[3]}"

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "pages.jsonl").open("w", encoding="utf-8") as out:
        for number in range(count):
            page = PARAGRAPH.sub(drawn, patterns[number % len(patterns)])
            out.write(json.dumps({"id": f"{number}", "html": page}) + "\n")
    return folder


def command_cpu_s(inputs: Path, corpus: Path) -> tuple[float, float]:
    """CPU of the command without the processes that clean pages, and of the whole run as its report tells it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [WINNOW, "ingest", str(inputs), "--into", str(corpus), "--json"]
    report = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, report["cpu_seconds"]


def spent_s(service: Service) -> float:
    """CPU so far of the service's processes and of those that they have waited for."""
    assert service.process is not None
    total = 0
    for number, line in service.processes().items():
        if "uvicorn" in line or "flows.worker" in line:
            fields = Path(f"/proc/{number}/stat").read_text("utf-8").rpartition(")")[2].split()
            total += sum(int(field) for field in fields[11:15])
    return total * TICK_S


def service_cpu_s(service: Service, inputs: Path) -> float:
    """CPU of server, worker and flow for one run."""

    def at_work() -> bool:
        # Asking the server how the run is would cost more than the run.
        return any("flows.engine" in line for line in service.processes().values())

    before = spent_s(service)
    run = service.submit("ingest/ingest", inputs={"paths": [str(inputs)]})
    until(at_work, 120, "the beginning of the flow run")
    # What a process has spent is known of its parent only once it is gone.
    until(lambda: not at_work(), 7200, "the end of the flow run")
    spent = spent_s(service) - before
    assert service.flow_run(run)["state_type"] == "COMPLETED", service.flow_run(run)["state"]
    return spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one, many = pages(folder / "one", 1), pages(folder / "many", options.documents)
        command = {"one": command_cpu_s(one, folder / "c1"), "many": command_cpu_s(many, folder / "c2")}
        (folder / "service").mkdir()
        with running(folder / "service") as service:
            by_form = {"one": service_cpu_s(service, one), "many": service_cpu_s(service, many)}
    start = by_form["one"] - command["one"][0]
    added = by_form["many"] - command["many"][0] - start
    whole = command["many"][1]
    print(f"start of a run under Prefect     {start:8.1f} CPU s")
    print(f"the command, {options.documents:,} documents {whole:8.1f} CPU s")
    print(f"added beyond the start           {added:8.1f} CPU s  {added / whole:+.2%}")


if __name__ == "__main__":
    sys.exit(main())
