"""Who may import whom, and what no file may hold."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGES = ("flows", "ingest", "storage")
STANDARD = sys.stdlib_module_names
COMMON_GROUND = {"numpy", "pyarrow", "lxml", "_typeshed"}

OWNERS = {
    "aiohttp": "ingest.fetch",
    "boto3": "storage",
    "botocore": "storage",
    "charset_normalizer": "ingest.extract",
    "click": "flows.cli",
    "datasketch": "ingest.dedup",
    "deltalake": "storage",
    "feedparser": "ingest.sources",
    "htmldate": "ingest.extract",
    "jinja2": "flows.view",
    "langdetect": "ingest.profiles",
    "pebble": "ingest.isolate",
    "prefect": "flows",
    "protego": "ingest.fetch",
    "pydantic": "flows",
    "re2": "ingest",
    "rich": "flows.cli",
    "scipy": "ingest.clean",
    "trafilatura": "ingest.extract",
    "warcio": "storage",
    "xxhash": "ingest.dedup",
    "zstandard": "ingest",
}
"""Each third-party library has one owner, so that replacing it touches one place."""


def modules(root: Path) -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            name = ".".join(path.relative_to(root).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def test_ingest_imports_only_itself(root: Path) -> None:
    wrong = [
        (name, other)
        for name, path in modules(root)
        if is_within(name, "ingest")
        for other in imports(path)
        if other.split(".")[0] in {"storage", "flows", "prefect", "boto3", "botocore"}
    ]
    assert wrong == []


def test_storage_imports_only_the_records_and_errors_of_ingest(root: Path) -> None:
    wrong = [
        (name, other)
        for name, path in modules(root)
        if is_within(name, "storage")
        for other in imports(path)
        if other.split(".")[0] in {"ingest", "flows"}
        and not (is_within(other, "ingest.records") or is_within(other, "ingest.errors") or other == "ingest")
    ]
    assert wrong == []


def test_runs_know_neither_the_command_line_nor_prefect(root: Path) -> None:
    wrong = [
        (name, other)
        for name, path in modules(root)
        if is_within(name, "flows.runs")
        for other in imports(path)
        if is_within(other, "flows.cli") or is_within(other, "prefect")
    ]
    assert wrong == []


def test_each_library_has_one_owner(root: Path) -> None:
    wrong = []
    for name, path in modules(root):
        for other in {full.split(".")[0] for full in imports(path)}:
            if other in STANDARD or other in PACKAGES or other in COMMON_GROUND:
                continue
            assert other in OWNERS, f"{name} imports {other}, which has no owner"
            if not is_within(name, OWNERS[other]):
                wrong.append((name, other))
    assert wrong == []


def test_no_import_cycles(root: Path) -> None:
    known = dict(modules(root))
    graph = {name: {other for other in imports(path) if other in known and other != name} for name, path in known.items()}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"import cycle: {' → '.join((*trail[trail.index(name) :], name))}"
        if name not in done:
            for other in graph[name]:
                visit(other, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_nothing_prints_outside_the_console(root: Path) -> None:
    wrong = []
    for name, path in modules(root):
        calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
        if any(isinstance(call.func, ast.Name) and call.func.id == "print" for call in calls):
            wrong.append(name)
    assert wrong == []


def test_one_blind_except_in_the_whole_code(root: Path) -> None:
    blind = []
    for name, path in modules(root):
        handlers = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ExceptHandler)]
        blind += [
            name for handler in handlers if handler.type is None or ast.unparse(handler.type) in {"Exception", "BaseException"}
        ]
    assert blind == ["ingest.isolate"]


def test_locked_requirements_name_no_host(root: Path) -> None:
    for path in (root / "requirements").glob("*.txt"):
        text = path.read_text("utf-8")
        assert "://" not in text, path
        assert "--hash=sha256:" in text, path
