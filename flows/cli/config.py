"""`winnow config`: what is in force, what is wrong, and a file to start from."""

from pathlib import Path

import click

from flows.cli.console import config_option, console, json_option, safe, safe_json


@click.group()
def command() -> None:
    """Show, check or write settings."""


@command.command()
@config_option
@json_option
def show(config: str | None, *, as_json: bool) -> None:
    """Every setting in force and where it comes from: default, file or environment."""
    from flows.runs.settings import known, read, value_of
    from flows.runs.settings_text import source_toml
    from flows.runs.sources import told

    effective = read(config)
    rows = [(path, value_of(effective.settings, path), effective.origins[path]) for path in known()]
    if as_json:
        sources = {"value": [told(source) for source in effective.settings.source], "from": str(effective.file or "default")}
        click.echo(safe_json({path: {"value": value, "from": origin} for path, value, origin in rows} | {"source": sources}))
    else:
        _print(rows)
        for source in effective.settings.source:
            click.echo(safe(source_toml(source)))


def _print(rows: list[tuple[str, object, str]]) -> None:
    from rich.text import Text

    from flows.runs.settings_text import toml_value

    out = console()
    section = ""
    for path, value, origin in rows:
        table, _, key = path.rpartition(".")
        if table != section:
            section = table
            out.print(Text(f"[{section}]", style="bold"))
        line = Text(f"{key} = {safe('' if value is None else toml_value(value))}")
        out.print(line.append(f"  # {safe(origin)}", style="dim" if origin == "default" else "cyan"))


@command.command()
@click.argument("path", required=False)
@config_option
def check(path: str | None, config: str | None) -> None:
    """Look for faults in PATH, else ./winnow.toml, and in the environment. Ends with code 2 where there are any."""
    from flows.runs.settings import faults

    if path is not None and config is not None:
        raise click.UsageError(f"name one settings file, {path} or {config}")
    found = faults(path or config)
    for fault in found:
        click.echo(safe(fault), err=True)
    if found:
        raise click.exceptions.Exit(2)
    click.echo("settings are fine")


@command.command()
@click.argument("path", default="winnow.toml")
@click.option("--force", is_flag=True, help="Overwrite a file that exists.")
def init(path: str, *, force: bool) -> None:
    """Write a settings file with every key, its meaning and its default, commented out."""
    from flows.runs.settings_text import template

    try:
        with Path(path).open("w" if force else "x", encoding="utf-8") as file:
            file.write(template())
    except FileExistsError as error:
        raise click.UsageError(f"{path} exists already: name another file, or use --force to overwrite it") from error
    click.echo(f"wrote {path}: take the # from a line's start to change it")
