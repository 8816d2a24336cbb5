"""The settings as text that people read, from the configs themselves: a commented `winnow.toml`, a page of the documentation."""

import inspect
import json
import textwrap
from collections.abc import Iterator
from itertools import groupby

from flows.runs.options import Option
from flows.runs.settings import Settings, known
from flows.runs.sources import TABLE, SourceConfig, keys, required, told

WIDTH = 120


def toml_value(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, tuple):
        return f"[{', '.join(toml_value(entry) for entry in value)}]"
    return json.dumps(value, ensure_ascii=False)


def template() -> str:
    """A `winnow.toml` with every key, its doc and its default, all commented out: what is not set follows the defaults."""
    head = "# Settings of winnow. Take the # from a line's start to change it; `winnow config check` tells what is wrong.\n"
    tables = []
    for section, options in _sections():
        lines = [*_comment(section_doc(section)), f"[{section}]"]
        for option in options:
            lines += [
                *_comment(option.doc),
                f"#{option.key} = {toml_value(option.default)}" if option.default is not None else _unset(option),
            ]
        tables.append("\n".join(lines) + "\n")
    return "\n".join([head, *tables, _source_template()])


def page() -> str:
    """The settings as a Markdown page: per section a table of key, variable, default and doc."""
    return (
        PAGE_HEAD
        + "".join(
            f"\n## [{section}]\n\n{section_doc(section)}\n\n| key | default | what it does |\n|---|---|---|\n"
            + "".join(f"| `{option.key}` | {_default(option)} | {_cell(option.doc)} |\n" for option in options)
            for section, options in _sections()
        )
        + _source_page()
    )


def source_toml(source: SourceConfig) -> str:
    """A source as its table in the settings file."""
    return "\n".join([f"[[{TABLE}]]", *(f"{key} = {toml_value(value)}" for key, value in told(source).items())])


def _source_template() -> str:
    # With a space after the #, for the example names no place that exists.
    example = source_toml(EXAMPLE).splitlines()
    return "\n".join([*_comment(_source_doc()), *(f"# {line}" for line in example)]) + "\n"


def _source_page() -> str:
    rows = "".join(
        f"| `{key}` | {'required' if key in required() else _default(option)} | {_cell(option.doc)} |\n"
        for key, option in keys().items()
    )
    head = "| key | default | what it does |\n|---|---|---|\n"
    return f"\n## [[{TABLE}]]\n\n{_source_doc()}\n\n{head}{rows}\n```toml\n{source_toml(EXAMPLE)}\n```\n"


def _source_doc() -> str:
    doc = " ".join((inspect.getdoc(SourceConfig) or "").split())
    return (
        f"{doc} Each has a table of its own; `winnow ingest` without a path takes all of them, with `--only SLUG` some. "
        "No environment variable overrides them."
    )


EXAMPLE = SourceConfig("city-desk", "feed", "https://news.example/rss.xml", every_s=900)

PAGE_HEAD = """# Settings

Everything that can be set, with its default. Settings stand in `winnow.toml`: the file that `--config` names, else the one in the
folder where winnow is started. `winnow config init` writes it with every key commented out, `winnow config show` tells what is in
force and where each value came from, `winnow config check` finds what is wrong: unknown keys, wrong types, values out of range.

An environment variable overrides the file: `WINNOW_SECTION__KEY`, so `WINNOW_CLEAN__THRESHOLD=0.3` sets `threshold` of `[clean]`;
the entries of a list are separated by commas. `WINNOW_CORPUS` is short for `WINNOW_CORPUS__LOCATION`; `--into` and `--corpus` are
stronger than both.

This page is made from the code: `python -m flows.runs.settings_text`.
"""


def section_doc(section: str) -> str:
    """What a section is about: the docstring of its config."""
    config: object = Settings()
    for name in section.split("."):
        config = getattr(config, name)
    return " ".join((inspect.getdoc(config) or "").split())


def _sections() -> Iterator[tuple[str, Iterator[Option]]]:
    # A nested table must follow all keys of the table round it.
    order = {path.split(".")[0]: place for place, path in enumerate(reversed(known()))}
    options = sorted(known().values(), key=lambda option: (-order[option.path.split(".")[0]], option.section.count(".")))
    yield from groupby(options, key=lambda option: option.section)


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False)


def _unset(option: Option) -> str:
    """What stands in the place of a default that TOML cannot write; no key, whatever is taken away before it."""
    return f"# {option.key} = {option.expected.removesuffix(' or empty')}, not set"


def _default(option: Option) -> str:
    return "not set" if option.default is None else f"`{_cell(toml_value(option.default))}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    import sys

    sys.stdout.write(page())
