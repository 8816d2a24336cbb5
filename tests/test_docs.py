"""What the documentation promises exists, and what exists is documented."""

import re
from pathlib import Path
from typing import get_args

from ingest.records import FailReason, Flag, Reason
from storage.schema import SCHEMAS, describe

LINK = re.compile(r"\]\(([^)#]+)\)")


def test_every_relative_link_leads_somewhere(root: Path) -> None:
    dead = [
        (page.name, target)
        for page in [*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("seeds/*.md")]
        for target in LINK.findall(page.read_text("utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert dead == []


def test_every_column_is_explained_for_readers(root: Path) -> None:
    text = (root / "docs/reading-the-bucket.md").read_text("utf-8")
    for table in SCHEMAS:
        for column, sentence in describe(table).items():
            assert f"| `{column}` |" in text, column
            assert sentence in text, sentence


def test_every_reason_and_flag_is_explained(root: Path) -> None:
    text = (root / "docs/reasons.md").read_text("utf-8")
    for name in [*Reason, *Flag]:
        assert f"| `{name}` |" in text, name


def test_every_reason_for_a_failure_is_explained(root: Path) -> None:
    text = (root / "docs/reasons.md").read_text("utf-8")
    for name in get_args(FailReason):
        assert f"| `{name}` |" in text, name


def test_every_package_that_is_imported_has_its_reason(root: Path) -> None:
    text = (root / "docs/dependencies.md").read_text("utf-8")
    pyproject = (root / "pyproject.toml").read_text("utf-8")
    for line in pyproject.split("dependencies = [")[1].split("]")[0].splitlines():
        if line.strip():
            name = re.split(r"[><=]", line.strip().strip('",'))[0]
            assert f"| {name} |" in text, name


def test_no_committed_file_carries_a_host_of_an_index_or_a_path_of_a_machine(root: Path) -> None:
    wrong = []
    for path in [*root.glob("*.*"), *root.glob("requirements/*"), *root.glob("docs/**/*.md"), *root.glob("benchmarks/*")]:
        if path.is_file():
            text = path.read_text("utf-8", errors="replace")
            wrong += [(path.name, word) for word in ("--index-url", "/home/", "/root/", "file://") if word in text]
    assert wrong == []
