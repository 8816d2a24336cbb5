"""Renders pages: self-contained HTML that fetches nothing and shows strangers' text as text; the index alone has a script."""

import hashlib
import re
import sys
from base64 import b64encode
from collections.abc import Container
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.filters import do_mark_safe

from flows.view.visible import plain, visible
from flows.view.why import sentence, weighed

PLAIN = re.compile(r"[A-Za-z0-9]+([.-][A-Za-z0-9]+)*")
"""Hosts, codes, versions: nothing in them is markup."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page stands, and so where its links lead."""

    root: str | None = None
    """Way from the page to the folder that holds all pages, `../../`; null for a page that stands alone."""
    corpus: str = ""
    """The corpus, for commands that a page names; empty: the default one."""
    ids: Container[str] = ()
    """Documents that have a page in the folder."""

    def document(self, id_: str) -> str | None:
        """The link to a document's page; null where there is none."""
        return f"{self.root}{document_path(id_)}" if self.root is not None and id_ in self.ids else None

    def run(self, run: str) -> str | None:
        """The link to a run's page; null where there is none."""
        return None if self.root is None else f"{self.root}{run_path(run)}"

    @property
    def index(self) -> str | None:
        """The link to the index; null where there is none."""
        return None if self.root is None else f"{self.root}index.html"


def document_path(id_: str) -> str:
    """Where a document's page stands in the folder: 256 folders, so that none holds too many."""
    return f"documents/{id_[:2]}/{id_}.html"


def run_path(run: str) -> str:
    """Where a run's page stands in the folder."""
    return f"runs/{run}.html"


def render(template: str, page: object) -> str:
    """The page of a template, whose `page` is the record that it draws."""
    return _environment().get_template(template).render(page=page)


@cache
def script(name: str) -> tuple[str, str]:
    """A script of ours, and the source by which a policy lets it run and no other."""
    text = (files("flows.view") / "templates" / name).read_text("utf-8")
    digest = b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return text, f"sha256-{digest}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("flows.view"),
        autoescape=True,
        finalize=_harmless,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["v"] = visible
    environment.filters["md"] = in_markdown
    environment.filters["n"] = lambda number: f"{number:,}"
    environment.filters["pct"] = percent
    environment.filters["sentence"] = sentence
    environment.filters["weighed"] = weighed
    return environment


def _harmless(value: object) -> object:
    """Every text that a template prints, whether or not it asked for `v`; what is markup of ours already stays."""
    return visible(value, sys.maxsize) if type(value) is str else value


def in_markdown(text: str, most: int = 100) -> str:
    """A stranger's text for a page of Markdown: what is plain already stays readable in its source."""
    shown = visible(text, most)
    return do_mark_safe(shown if PLAIN.fullmatch(shown) else plain(shown))


def percent(share: float) -> str:
    """A share for people: never 0 % or 100 % where it is not quite that."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    if 0.999 < share < 1:
        return "> 99.9 %"
    return f"{share:.1%}".replace("%", " %").replace(".0 ", " ")
