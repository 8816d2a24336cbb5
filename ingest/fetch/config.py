"""How pages are fetched, and what we promise to the sites that we fetch from."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import ConfigError

CONTACT = re.compile(r"https?://[^\s()<>\"]+|[^\s()<>@\",:;]+@[^\s()<>@\",:;]+\.[^\s()<>@\",:;]+")
"""A URL or a mail address that may stand in a header."""
PRODUCT = re.compile(r"[A-Za-z][A-Za-z_-]*")
"""What a robots.txt can name, RFC 9309 section 2.2.1."""


@dataclass(frozen=True, slots=True)
class FetchConfig:
    """How pages are fetched, and what sites may rely on; nothing here changes what becomes of a page once it is here."""

    contact: str = ""
    """A URL or a mail address by which a site's owner reaches you. It stands in every request; nothing is fetched without it."""
    agent: str = "Winnow"
    """The product name in the user agent, which a robots.txt may address: letters, `-` and `_`."""
    gap_s: float = 5.0
    """Seconds between the end of one request to a host and the start of the next; a longer crawl-delay counts instead."""
    max_crawl_delay_s: float = 120.0
    """Longest crawl-delay of a robots.txt that is honoured; a longer one counts as this."""
    max_wait_s: float = 120.0
    """Longest that a run waits for a host that answered with `Retry-After`; its pages fail where it asked for more."""
    connections: int = 16
    """Most requests at a time, each to another host."""
    timeout_s: float = 60.0
    """Seconds that one request may take as a whole."""
    connect_s: float = 10.0
    """Seconds that connecting may take."""
    min_bytes_per_s: int = 1024
    """A body that comes in slower than this is given up."""
    slow_after_s: float = 15.0
    """Seconds after which slowness is judged."""
    max_bytes: int = 10 * 1024 * 1024
    """Largest body in bytes, as it is sent."""
    max_decoded_bytes: int = 20 * 1024 * 1024
    """Largest body in bytes, after its content encoding is undone."""
    max_refused_bytes: int = 64 * 1024
    """Most bytes that are read and stored of a body that is no page: of another status or type, or too large by its head."""
    max_redirects: int = 5
    """Most redirects that are followed."""
    shard_s: float = 60.0
    """Seconds of fetching after which what is here is cleaned and staged: what a killed run may have to fetch again."""
    allow_hosts: tuple[str, ...] = ()
    """Hosts, each with its port, that may be fetched from though their address is not public, such as `127.0.0.1:8080`.

    Meant for test sites of your own: whoever can name a URL to winnow can then reach them.
    """
    state_folder: str = ""
    """Folder that keeps when each host was last asked, so that gaps hold across runs; empty: the user's cache folder."""

    def __post_init__(self) -> None:
        _require(not self.contact or CONTACT.fullmatch(self.contact) is not None, "fetch.contact must be a URL or a mail address")
        _require(PRODUCT.fullmatch(self.agent) is not None, "fetch.agent may hold only letters, - and _")
        for name in (
            "gap_s",
            "max_crawl_delay_s",
            "max_wait_s",
            "slow_after_s",
            "min_bytes_per_s",
            "max_redirects",
            "max_refused_bytes",
        ):
            _require(getattr(self, name) >= 0, f"fetch.{name} must be 0 or more")
        for name in ("connections", "timeout_s", "connect_s", "max_bytes", "max_decoded_bytes", "shard_s"):
            _require(getattr(self, name) > 0, f"fetch.{name} must be more than 0")
        for host in self.allow_hosts:
            _require(host.rpartition(":")[2].isdigit(), f"fetch.allow_hosts must hold hosts with ports, not {host!r}")

    def with_contact(self) -> "FetchConfig":
        """The config itself. Raises: ConfigError where it names nobody whom a site's owner could reach."""
        _require(
            bool(self.contact), "fetching needs fetch.contact: a URL or mail address by which the owners of sites can reach you"
        )
        return self

    @property
    def user_agent(self) -> str:
        """What every request says of who sends it."""
        return f"{self.agent}/1.0 (+{self.contact})"

    @property
    def folder(self) -> Path:
        """Where the state of hosts is kept."""
        if self.state_folder:
            return Path(self.state_folder).expanduser()
        cache = os.environ.get("XDG_CACHE_HOME", "")
        return (Path(cache) if cache else Path("~/.cache").expanduser()) / "winnow" / "hosts"


def _require(holds: bool, sentence: str) -> None:  # noqa: FBT001 - reads as an assertion
    if not holds:
        raise ConfigError(sentence)
