"""What is wrong with the parameters of a run, in one sentence, found before anything of it runs.

The server checks what the forms say. It lets unknown parameters and impossible dates pass, and a server without our forms checks
nothing at all.
"""

import difflib
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError


def fault(name: str, function: Callable[..., Any], given: Mapping[str, object]) -> str | None:
    """Why a flow cannot run with these parameters; null where it can."""
    known = inspect.signature(function).parameters
    for parameter in given:
        if parameter not in known:
            return f"the flow {name} has no parameter {parameter}: {_nearest(parameter, known)}"
    for parameter, spec in known.items():
        if parameter not in given:
            if spec.default is spec.empty:
                return f"the flow {name} needs the parameter {parameter}"
            continue
        try:
            TypeAdapter(spec.annotation).validate_python(given[parameter])
        except ValidationError as error:
            return _sentence(parameter, spec.annotation, error)
    return None


def _sentence(parameter: str, annotation: object, error: ValidationError) -> str:
    """The first thing that is wrong with a value."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(map(str, (parameter, *first["loc"])))
    if first["type"] == "missing":
        return f"the parameter {place} is missing"
    if first["type"] == "extra_forbidden" and isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"there is no parameter {place}: {_nearest(str(first['loc'][-1]), annotation.model_fields)}"
    return f"the parameter {place} cannot be used: {first['msg'][:1].lower()}{first['msg'][1:]}"


def _nearest(name: str, known: Iterable[str]) -> str:
    names = list(known)
    near = difflib.get_close_matches(name, names, 1, 0.6)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(names)}" if names else "it takes none"
