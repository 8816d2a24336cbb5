"""Lists of URLs: text, one a line."""


def read_urls(body: bytes) -> list[str]:
    """The URLs of a list in its order, each once; blank lines and those that start with `#` say nothing."""
    lines = (line.strip() for line in body.decode("utf-8-sig", "replace").replace("\r", "\n").split("\n"))
    return list(dict.fromkeys(line for line in lines if line and not line.startswith("#")))
