"""The page of one run: what became of its inputs, in numbers and pictures, and the documents to look at first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flows.view.fact import Fact
from flows.view.pages import Place, render
from flows.view.plots import Chart, Stack


@dataclass(frozen=True, slots=True)
class Listed:
    """An input in a list."""

    id: str
    heading: str
    where: str
    """The input's name."""
    why: Sequence[str]
    """What speaks against it, one sentence each."""
    kept: int = 0
    """Characters."""
    cut: int = 0


@dataclass(frozen=True, slots=True)
class Refusals:
    """Inputs that were refused for one reason."""

    name: str
    """`stage/reason`."""
    outcome: str
    """rejected or failed."""
    count: int
    """Of all of them; `entries` may be fewer."""
    entries: Sequence[Listed]


@dataclass(frozen=True, slots=True)
class RunPage:
    """What the template draws."""

    run: str
    heading: str
    verdict: str
    tone: str
    """The colour of the verdict."""
    refused: str | None
    """Why the quality gate refused it; null where it did not."""
    facts: Sequence[Fact]
    stacks: Sequence[Stack]
    charts: Sequence[Chart]
    histograms: Sequence[Chart]
    suspects: Sequence[Listed]
    """Most suspicious first."""
    n_suspects: int
    """Of all documents that something speaks against; `suspects` may be fewer."""
    n_documents: int
    refusals: Sequence[Refusals]
    messages: Sequence[str]
    place: Place = field(default_factory=Place)
    filters: Mapping[str, str] = field(default_factory=dict)
    """Label → what the index is asked for by a link."""


def run_page(page: RunPage) -> str:
    """The page as HTML."""
    return render("run.html.j2", page)
