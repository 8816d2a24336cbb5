"""Runs snippets as a reader's own program would, with nothing of ours to be had: `python -I -S stranger.py SITE_PACKAGES`.

Takes from stdin `{"shared": [code …], "snippets": {name: code}}`, and writes to stdout for each snippet the variables that it
leaves, as JSON, or its traceback as a text. `-S` leaves `.pth` files unread: by one of them the project is installed.
"""

import importlib.util
import json
import os
import sys
import traceback

OURS = ("flows", "ingest", "storage", "winnow_news")


def plain(value):
    """A value as JSON can hold it; null for what is no result."""
    if isinstance(value, type):
        return None
    if isinstance(value, bytes):
        return value.decode("latin-1")
    for name, arguments in (("to_pylist", ()), ("to_dicts", ()), ("to_list", ())):
        if hasattr(value, name) and hasattr(value, "schema" if name != "to_list" else "features"):
            return getattr(value, name)(*arguments)
    if hasattr(value, "to_dict") and hasattr(value, "iloc"):
        return value.to_dict("records")
    return value if isinstance(value, str | int | float | list | dict | tuple) else None


def run(code: str, shared: dict) -> dict | str:
    """What a snippet leaves beside what it was given."""
    space = dict(shared)
    try:
        exec(compile(code, "<snippet>", "exec"), space)  # noqa: S102 - the documentation's own snippets
    except Exception:  # noqa: BLE001 - told to the test
        return traceback.format_exc()
    left = {name: plain(value) for name, value in space.items() if name not in shared and not name.startswith("_")}
    return {name: value for name, value in left.items() if value is not None}


def main() -> None:
    sys.path.append(sys.argv[1])
    there = [name for name in OURS if importlib.util.find_spec(name)]
    if there:
        sys.exit(f"a stranger's Python could import {there}")
    out, sys.stdout = sys.stdout, sys.stderr  # what snippets and libraries say is no answer
    order = json.load(sys.stdin)
    shared = {"__name__": "__main__"}
    for code in order["shared"]:
        exec(compile(code, "<shared>", "exec"), shared)  # noqa: S102
    answer = {name: run(code, shared) for name, code in order["snippets"].items()}
    json.dump(answer, out, default=str)
    out.flush()
    os._exit(0)  # Arrow's S3 threads need no farewell


if __name__ == "__main__":
    main()
