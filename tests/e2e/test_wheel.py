"""The built wheel, installed elsewhere, works from the root folder."""

import json
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.e2e.reading import read


@pytest.mark.slow
def test_the_wheel_installed_elsewhere_ingests_a_folder(root: Path, tmp_path: Path) -> None:
    build = "import hatchling.build, sys; print(hatchling.build.build_wheel(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", build, str(tmp_path)], cwd=root, capture_output=True, text=True, check=True)
    wheel = tmp_path / done.stdout.strip().splitlines()[-1]
    venv.create(tmp_path / "venv", with_pip=True)
    bin_ = tmp_path / "venv/bin"
    subprocess.run([bin_ / "pip", "install", "--quiet", "--no-index", "--no-deps", wheel], check=True)
    # The libraries come from the locked environment; a folder named in a .pth file is searched, but its own .pth files,
    # which lead to the checkout, are not read.
    (site,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    (site / "locked.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    where = subprocess.run(
        [bin_ / "python", "-c", "import ingest; print(ingest.__file__)"], cwd="/", capture_output=True, text=True, check=True
    )
    assert where.stdout.startswith(str(site)), where.stdout
    done = subprocess.run(
        [bin_ / "winnow", "ingest", root / "seeds", "--into", tmp_path / "corpus", "--json", "--workers", "1"],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["inputs"] == 26
    assert len(read(tmp_path / "corpus", "documents")) >= 20
    page = tmp_path / "page.html"
    subprocess.run(
        [bin_ / "winnow", "inspect", "port-lassel-seagrass.txt", "-o", page, "--corpus", tmp_path / "corpus"],
        cwd="/",
        check=True,
    )
    assert "Content-Security-Policy" in page.read_text("utf-8"), "templates are in the wheel"
    done = subprocess.run(
        [bin_ / "winnow", "evaluate", "--json", "--limit", "3"], cwd="/", capture_output=True, text=True, check=True
    )
    scores = [json.loads(line) for line in done.stdout.splitlines()]
    assert {(row["task"], row["docs"]) for row in scores if row["table"] == "scores"} == {("natural", 3), ("pages", 3)}
