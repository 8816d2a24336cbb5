"""What can be set in a config dataclass: its keys with type, default and the docstring that stands under each."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

WORDS: dict[type, str] = {int: "a whole number", float: "a number", str: "a text", bool: "true or false", NoneType: "empty"}
"""Types in a user's words."""


@dataclass(frozen=True, slots=True)
class Option:
    """One key that a user may set."""

    path: str
    """Section and key, `clean.threshold`; a nested config adds a part."""
    type: Any
    """The annotation, resolved."""
    default: object
    owner: Any
    """The config that has it."""

    @property
    def doc(self) -> str:
        """What stands under the field; empty where nothing does.

        Read from the source only when asked for: CPython 3.11 may fail to parse while another thread parses too, as Prefect's do.
        """
        return field_docs(self.owner).get(self.key, "")

    @property
    def section(self) -> str:
        """Everything before the key: the TOML table that holds it."""
        return self.path.rpartition(".")[0]

    @property
    def key(self) -> str:
        """The key within its table."""
        return self.path.rpartition(".")[2]

    @property
    def variable(self) -> str:
        """The environment variable that overrides it."""
        return "WINNOW_" + self.path.upper().replace(".", "__")

    @property
    def expected(self) -> str:
        """The type in a user's words."""
        return " or ".join(_words(kind) for kind in _alternatives(self.type))

    def checked(self, value: object) -> object:
        """A value of a TOML file as the option's type.

        Raises: ValueError, whose text goes on after "`path` in `file`".
        """
        plain = tuple(value) if isinstance(value, list) else value
        try:
            return TypeAdapter(self.type).validate_python(plain, strict=True)
        except ValidationError as error:
            raise ValueError(f"must be {self.expected}, not {_shown(value)}") from error

    def parsed(self, text: str) -> object:
        """An environment variable's text as the option's type, lists split at commas; the text itself where it cannot be."""
        kinds = _alternatives(self.type)
        if NoneType in kinds and not text:
            return None
        if any(get_origin(kind) is tuple for kind in kinds):
            return tuple(part.strip() for part in text.split(",") if part.strip())
        if bool in kinds:
            return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(text.lower(), text)
        return _number(text, kinds)


def options(config: "DataclassInstance", prefix: str) -> Iterator[Option]:
    """Every option of a config with its defaults, in the order of its fields; those of nested configs in their place."""
    kind = type(config)
    hints = get_type_hints(kind)
    for name in hints:
        path, value = f"{prefix}.{name}", getattr(config, name)
        if is_dataclass(value) and not isinstance(value, type):
            yield from options(value, path)
        else:
            yield Option(path, hints[name], value, kind)


@cache
def field_docs(config: type) -> dict[str, str]:
    """Field → the string literal that stands under it in the dataclass's source, as one line."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(config))).body
    assert isinstance(body, ast.ClassDef)  # noqa: S101 - the source of a class is a class
    found = {}
    for entry, below in zip(body.body, body.body[1:], strict=False):
        if isinstance(entry, ast.AnnAssign) and isinstance(entry.target, ast.Name) and _is_text(below):
            found[entry.target.id] = " ".join(_text(below).split())
    return found


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _text(node: ast.stmt) -> str:
    return str(ast.literal_eval(node.value)) if isinstance(node, ast.Expr) else ""


def _alternatives(kind: object) -> tuple[object, ...]:
    """The members of a union; a type that is none, alone."""
    return get_args(kind) if NoneType in get_args(kind) else (kind,)


def _words(kind: object) -> str:
    if get_origin(kind) is Literal:
        return " or ".join(repr(choice) for choice in get_args(kind))
    if get_origin(kind) is tuple:
        return "a list of texts"
    return WORDS[kind] if isinstance(kind, type) else str(kind)


def _number(text: str, kinds: tuple[object, ...]) -> object:
    for number in (int, float):
        if number in kinds:
            try:
                return number(text)
            except ValueError:
                continue
    return text


def _shown(value: object) -> str:
    text = repr(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
