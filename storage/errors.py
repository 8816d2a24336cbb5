"""What can fail in the store, grouped by what the handler does about it.

StorageError
├── StoreUnavailableError   the store does not take or give an object: the same command again may help
│   └── AccessError         the store, or what leads to it, refuses us: only the user can repair that
├── NotACorpusError         the place holds something else, or nothing: the user names another place
├── ReleaseError            a release cannot be had or made under that name: the user names another, or says what else he wants
├── HeadMovedError          another writer committed first: read the new state and decide again
├── UnknownMomentError      a commit, run or time that the corpus does not have: the user names another
├── KeyMissingError         no object stands at a key: the caller knows whether that is normal
│   └── RetiredError        it was let go by a policy, which says so
├── DamagedError            an object is not what the log or an index says: stop, nothing is written over it
└── RefusedError            what the caller asked for would break the corpus: stop, a fault of the program
"""


class StorageError(Exception):
    """The root of this package's errors; its text is one sentence for the user and names a key, never a body."""


class StoreUnavailableError(StorageError):
    """The store did not take or give an object: disk full, no permission, no connection."""


class AccessError(StoreUnavailableError):
    """Credentials, permissions, bucket, region, certificate or clock are wrong: trying again is of no use."""


class NotACorpusError(StorageError):
    """A place is not a corpus that this version can open or create."""


class ReleaseError(StorageError):
    """No release of that name, another one stands there, or there is nothing to release."""


class HeadMovedError(StorageError):
    """Another writer took the commit's number; nothing of the proposal is visible."""


class UnknownMomentError(StorageError):
    """A state of the corpus that a user names is not one that it has."""


class KeyMissingError(StorageError):
    """No object stands at a key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"there is no object at {key}")
        self.key = key

    def __reduce__(self) -> tuple[type["KeyMissingError"], tuple[str]]:
        return type(self), (self.key,)


class RetiredError(KeyMissingError):
    """The object was let go by a policy on a day that is known."""

    def __init__(self, key: str, told: str) -> None:
        Exception.__init__(self, f"{key} was {told}: its bytes are no longer there, what was made of them is whole")
        self.key = key
        self.told = told

    def __reduce__(self) -> tuple[type["RetiredError"], tuple[str, str]]:  # type: ignore[override]
        return type(self), (self.key, self.told)


class DamagedError(StorageError):
    """An object is not what the commit log or an index says of it."""


class RefusedError(StorageError):
    """A request that would break the corpus: two rows of one id, a gap in versions, a malformed key."""
