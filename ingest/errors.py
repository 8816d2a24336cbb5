"""What can fail while pages are read and cleaned, grouped by what the handler does about it.

IngestError
├── SourceError     an input cannot be opened or read: counted as failed, tried again by the next run
├── FetchError      a page cannot be fetched now or for good: its outcome is in the error
├── GoldError       a gold file has no format that we know: stop, tell the user
└── ConfigError     an option or setting cannot be meant: stop, tell the user

A page that is read but unusable is no error: it ends as a `Rejected` value.
"""

from ingest.records import Failed, Rejected


class IngestError(Exception):
    """The root of this package's errors; its text is one sentence for the user."""


class SourceError(IngestError):
    """An input could not be opened or read."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name
        self.why = why

    def __reduce__(self) -> tuple[type["SourceError"], tuple[str, str]]:
        return type(self), (self.name, self.why)


class FetchError(IngestError):
    """A page could not be fetched; raised within `ingest.fetch`, which hands on its outcome as a value."""

    def __init__(self, why: Rejected | Failed) -> None:
        super().__init__(why.detail)
        self.why = why


class GoldError(IngestError):
    """A gold file is in none of the formats that can be scored."""


class ConfigError(IngestError):
    """An option or setting cannot be meant as written."""
