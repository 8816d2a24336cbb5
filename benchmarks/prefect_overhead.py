"""CPU that Prefect adds to a run beyond its start: the same inputs by `winnow ingest` and by `winnow up`.

    python -m benchmarks.prefect_overhead [--documents 20000]

Counts the CPU of server, worker and flow run with all their children, from the order of the run until its end, less that of the
command; then the same for one document, which is the start. Pages are drawn from seeds/, each with sentences of its own.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.e2e.conftest import WINNOW
from tests.e2e.service import Service, running

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
WORDS = 400


def pages(folder: Path, count: int) -> Path:
    """That many different articles as one JSON file."""
    draw = random.Random(7)
    texts = [path.read_text("utf-8", "ignore") for path in Path("seeds").glob("*/*.txt")]
    words = [word for text in texts for word in text.split() if word.isascii()]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "pages.jsonl").open("w", encoding="utf-8") as out:
        for number in range(count):
            body = "\n\n".join(" ".join(draw.sample(words, WORDS // 4)).capitalize() + "." for _ in range(4))
            out.write(json.dumps({"id": f"{number}", "title": " ".join(draw.sample(words, 8)), "text": body}) + "\n")
    return folder


def command_cpu_s(inputs: Path, corpus: Path) -> float:
    """CPU of the command and all its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([WINNOW, "ingest", str(inputs), "--into", str(corpus), "--json"], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


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
    before = spent_s(service)
    run = service.ended(service.submit("ingest/ingest", inputs={"paths": [str(inputs)]}), within_s=7200)
    assert run["state_type"] == "COMPLETED", run["state"]["message"]
    return spent_s(service) - before


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
    start = by_form["one"] - command["one"]
    added = by_form["many"] - command["many"] - start
    print(f"start of a run under Prefect   {start:8.1f} CPU s")
    print(f"{options.documents:,} documents by the command {command['many']:8.1f} CPU s")
    print(f"added beyond the start         {added:8.1f} CPU s  {added / command['many']:+.2%}")


if __name__ == "__main__":
    sys.exit(main())
