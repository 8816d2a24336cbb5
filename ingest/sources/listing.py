"""Which inputs the given paths hold."""

import re
from collections.abc import Iterable, Iterator
from fnmatch import translate
from functools import lru_cache
from itertools import pairwise

from ingest.errors import ConfigError
from ingest.load import LoadConfig
from ingest.records import PageRef
from ingest.sources.opener import LOCAL, Opener


def list_inputs(paths: Iterable[str], source: str | None, config: LoadConfig, opener: Opener = LOCAL) -> Iterator[PageRef]:
    """Every input below the given files and folders, once, ordered by source and name, whatever the order of the paths.

    An input that two paths lead to bears the longer name, that of the outer folder. Hidden files and those that `config.skip`
    matches are left out, unless they are given themselves.

    Raises: SourceError where a path leads to nothing; ConfigError where two different files would bear one name in one source,
    and so be taken for versions of one document.
    """
    found: dict[str, PageRef] = {}
    for path in paths:
        listing = opener.list(path)
        for name, location in listing.files:
            if listing.is_folder and is_skipped(name, config.skip):
                continue
            ref = PageRef(source or listing.folder or "root", name, location)
            if location not in found or _rank(ref) > _rank(found[location]):
                found[location] = ref
    yield from in_order(found.values())


def in_order(refs: Iterable[PageRef]) -> list[PageRef]:
    """The inputs by source and name. Raises: ConfigError where two of them bear one name in one source."""
    ordered = sorted(refs, key=lambda ref: (ref.source, ref.name))
    for one, other in pairwise(ordered):
        if (one.source, one.name) == (other.source, other.name):
            raise ConfigError(_same_name(one, other))
    return ordered


def _rank(ref: PageRef) -> tuple[int, str, str]:
    return ref.name.count("/"), ref.source, ref.name


def _same_name(one: PageRef, other: PageRef) -> str:
    return (
        f"{one.location} and {other.location} would both be {one.name} of the source {one.source}, two versions of one document: "
        "give the folder that holds both, or ingest them one after the other with different --source"
    )


def is_skipped(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether a file in a folder is no article by its name.

    Patterns with `/` see the whole relative name, others the file's; those without capitals ignore case.
    """
    base = name.rpartition("/")[2]
    return any(
        regex.fullmatch(text) is not None
        for regex, text in zip(_compiled(patterns), (base, base.lower(), name, name.lower()), strict=True)
    )


@lru_cache(maxsize=8)
def _compiled(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """Four expressions: for the file's name as it is and in lower case, and for the relative path likewise."""
    groups: list[list[str]] = [[], [], [], []]
    for pattern in patterns:
        groups[2 * ("/" in pattern) + (pattern == pattern.lower())].append(translate(pattern))
    return tuple(re.compile("|".join(group) or r"(?!)") for group in groups)


def why(error: OSError) -> str:
    """What an error of the file system says, without the path."""
    return (error.strerror or str(error)).lower() if error.errno else str(error)
