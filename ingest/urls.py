"""The identity of a URL and the site that it belongs to; both are keys, neither is for fetching."""

import ipaddress
import re
import unicodedata
from urllib.parse import unquote, urlsplit

TRACKING_PREFIXES = ("utm_", "pk_", "mtm_", "piwik_", "matomo_", "hsa_", "at_", "aspsessionid")
TRACKING = frozenset(
    {
        "fbclid",
        "gclid",
        "gclsrc",
        "dclid",
        "gbraid",
        "wbraid",
        "msclkid",
        "yclid",
        "ysclid",
        "twclid",
        "ttclid",
        "igshid",
        "igsh",
        "li_fat_id",
        "mc_cid",
        "mc_eid",
        "mkt_tok",
    }
    | {
        "_ga",
        "_gl",
        "_hsenc",
        "_hsmi",
        "hsctatracking",
        "vero_id",
        "vero_conv",
        "oly_anon_id",
        "oly_enc_id",
        "wickedid",
        "s_cid",
        "cmpid",
        "cmp",
        "ncid",
        "ocid",
        "ito",
        "xtor",
        "spm",
    }
    | {
        "ref_src",
        "ref_url",
        "smid",
        "smtyp",
        "sr_share",
        "guccounter",
        "guce_referrer",
        "guce_referrer_sig",
        "__twitter_impression",
    }
    | {
        "ns_mchannel",
        "ns_campaign",
        "ns_source",
        "ns_linkname",
        "ns_fee",
        "wt_mc",
        "wt_zmc",
        "wt.mc_id",
        "wt.z",
        "wprov",
        "amp",
        "outputtype",
    }
    | {"phpsessid", "jsessionid"}
)
"""Query parameters, in lower case, that tell where a reader came from or how a page is dressed, not which page it is."""

HOST_PREFIXES = ("www.", "m.", "amp.")
MAX_HOST = 253
MAX_LABEL = 63
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")
_STRIPPED = dict.fromkeys((9, 10, 13))
_HOST_SPELLINGS = {0xAD: "", 0x200B: "", 0x2060: "", 0xFEFF: "", 0x3002: ".", 0xFF0E: ".", 0xFF61: "."}
"""Invisible characters and the full stops of other scripts (UTS 46)."""
_C0_OR_SPACE = "".join(map(chr, range(33)))
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})|%|[^!$&-;=?-Z_a-z~\[\]]")
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)


def canonical_url(url: str) -> str | None:
    """The identity key of a URL; null for what is no http(s) URL with a valid host.

    Two URLs with one key are one document. Folded together: http and https, case of host, default ports, user names, fragments,
    tracking parameters, the order of parameters with different names, dot segments, trailing slashes, spellings of
    percent-encoding and of international host names. Kept apart: `www.` and other hosts, case and doubled slashes of the path.
    Idempotent; never raises.
    """
    split = _split(url)
    if split is None:
        return None
    authority, path, query = split
    host = _authority(authority)
    if host is None:
        return None
    query = _query(query)
    return f"https://{host}{_path(path)}{'?' + query if query else ''}"


def site_of(url: str) -> str | None:
    """The host of a URL without its port and `www.`, `m.`, `amp.`, in ASCII; null where `canonical_url` is."""
    canonical = canonical_url(url)
    if canonical is None:
        return None
    host = urlsplit(canonical).hostname or ""
    while (prefix := next((each for each in HOST_PREFIXES if host.startswith(each)), "")) and "." in host[len(prefix) :]:
        host = host[len(prefix) :]
    return host


def _split(url: str) -> tuple[str, str, str] | None:
    """Authority, path and query of an http(s) URL, read as browsers do: backslashes are slashes, line ends and tabs vanish."""
    url = url.strip(_C0_OR_SPACE).translate(_STRIPPED)
    scheme, colon, rest = url.partition(":")
    if not colon or scheme.lower() not in {"http", "https"}:
        return None
    rest, _, _ = rest.partition("#")
    place, _, query = rest.partition("?")
    place = place.replace("\\", "/")
    if not place.startswith("//"):
        return None
    authority, slash, path = place[2:].partition("/")
    return authority, slash + path, query


def _authority(authority: str) -> str | None:
    host, port = _host_and_port(authority.rpartition("@")[2])
    # Both default ports go, whatever the scheme: the scheme is folded, and the key must be its own key.
    if port and not (port.isascii() and port.isdigit() and len(port) <= 8 and int(port) < 65536):
        return None
    name = _ip6(host) if host.startswith("[") else _host(host)
    if name is None:
        return None
    return name if not port or int(port) in {80, 443} else f"{name}:{int(port)}"


def _host_and_port(authority: str) -> tuple[str, str]:
    if authority.startswith("["):
        host, bracket, port = authority.partition("]")
        return host + bracket, port.removeprefix(":")
    host, _, port = authority.partition(":")
    return host, port


def _ip6(host: str) -> str | None:
    try:
        return None if not host.endswith("]") else f"[{ipaddress.IPv6Address(host[1:-1].partition('%')[0]).compressed}]"
    except ValueError:
        return None


def _host(host: str) -> str | None:
    if len(host) > 3 * MAX_HOST:
        return None
    host = unicodedata.normalize("NFKC", unquote(host).translate(_HOST_SPELLINGS)).lower().removesuffix(".")
    labels = [_label(label) for label in host.split(".")]
    if not all(labels) or not all(len(label) <= MAX_LABEL for label in labels):
        return None
    name = ".".join(labels)
    return name if len(name) <= MAX_HOST and _HOST.fullmatch(name) else None


def _label(label: str) -> str:
    """One part of a host name in ASCII; IDNA 2008 in that `ß` and `ς` keep their own names."""
    if label.isascii() or len(label) > MAX_LABEL:
        return label
    return "xn--" + unicodedata.normalize("NFC", label).encode("punycode", "replace").decode("ascii")


def _path(path: str) -> str:
    segments: list[str] = []
    for segment in _escaped(_SESSION.sub("", path)).split("/")[1:]:
        if segment == "..":
            del segments[-1:]
        elif segment != ".":
            segments.append(segment)
    return "/" + "/".join(segments).rstrip("/")


def _query(query: str) -> str:
    pairs = [_escaped(pair) for pair in query.split("&") if pair]
    # Stable, by name alone: `a=2&a=1` may mean another page than `a=1&a=2`.
    return "&".join(sorted((pair for pair in pairs if not _is_tracking(pair)), key=_name))


def _name(pair: str) -> str:
    return pair.partition("=")[0]


def _is_tracking(pair: str) -> bool:
    name = _name(pair).lower()
    return name in TRACKING or name.startswith(TRACKING_PREFIXES)


def _escaped(text: str) -> str:
    return _ESCAPED.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    digits = match[1]
    if digits is None:
        return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "surrogatepass"))
    character = chr(int(digits, 16))
    return character if character in _UNRESERVED else f"%{digits.upper()}"
