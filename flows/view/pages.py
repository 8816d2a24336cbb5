"""Renders pages: self-contained HTML that runs no script, fetches nothing, and shows strangers' text as text."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from flows.view.visible import visible


def render(template: str, page: object) -> str:
    """The page of a template, whose `page` is the record that it draws."""
    return _environment().get_template(template).render(page=page)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("flows.view"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["v"] = visible
    environment.filters["n"] = lambda number: f"{number:,}"
    environment.filters["pct"] = percent
    return environment


def percent(share: float) -> str:
    """A share for people: never 0 % or 100 % where it is not quite that."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    if 0.999 < share < 1:
        return "> 99.9 %"
    return f"{share:.1%}".replace("%", " %").replace(".0 ", " ")
