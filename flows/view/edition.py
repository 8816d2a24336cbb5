"""The page of two versions of a document: metadata and paragraphs beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from flows.view.changes import Pair
from flows.view.document import VersionNote
from flows.view.pages import Place, render


@dataclass(frozen=True, slots=True)
class EditionPage:
    """What the template draws."""

    pair: Pair
    notes: Sequence[VersionNote]
    """Of the version before, and the one after."""
    place: Place


def edition_page(pair: Pair, notes: Sequence[VersionNote], place: Place) -> str:
    """The page as HTML."""
    return render("edition.html.j2", EditionPage(pair, notes, place))
