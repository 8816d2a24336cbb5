"""What a verification finds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from storage.objects import ObjectInfo

LOST = "what it held is lost: restore the object from a copy of the bucket"
DERIVED = "`winnow verify --repair` makes it anew"

Listed = Mapping[str, ObjectInfo]
"""Every object of the bucket below `clean/` and `raw/`, by key."""
Tell = Callable[[str, int, int], None]
"""What is looked at, how much is done, of how much."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it should be."""

    key: str
    """Of an object, or a table's folder."""
    what: str
    follows: str
    is_derived: bool = False
    """Whether it can be made anew from what is whole."""


@dataclass(slots=True)
class Verified:
    """What a verification looked at and found."""

    uri: str
    is_deep: bool
    seq: int = 0
    """The newest commit up to which the log is whole."""
    objects: int = 0
    """Listed."""
    digests: int = 0
    """Objects whose bytes were read and compared with their digest."""
    bytes_read: int = 0
    """Of those."""
    records: int = 0
    """Raw pages that were read and compared with their digest."""
    faults: list[Fault] = field(default_factory=list)
    leftovers: int = 0
    """Objects that no commit names, older than a day: `winnow maintain` removes them."""
    retired: int = 0
    """Segments of raw pages that a policy let go."""
    retired_on: str | None = None
    """The day on which the last of them went."""
    strangers: tuple[str, ...] = ()
    """Keys of objects that are none of ours; the first few."""
    behind: int = 0
    """Commits that `documents` does not hold yet: `winnow maintain` brings them in."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong; leftovers, strangers and a lag are not."""
        return not self.faults

    def damaged(self, key: str, what: str) -> None:
        """Adds a fault of something that cannot be made anew."""
        self.faults.append(Fault(key, what, LOST))

    def derived(self, key: str, what: str) -> None:
        """Adds a fault of something that can."""
        self.faults.append(Fault(key, what, DERIVED, is_derived=True))
