"""The shipped model: what the words say, and two passes of trees, for plain text and for HTML."""

import io
import json
import os
import zipfile
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.clean.forest import Forest
from ingest.clean.wording import Wording
from ingest.errors import ConfigError

SHIPPED = Path(__file__).with_name("model.zip")
"""Written by `benchmarks/train_cleaner.py`."""
KINDS = ("text", "html")
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every member, so that the same model is the same bytes."""


@dataclass(frozen=True, slots=True)
class Passes:
    """The forests for one kind of page."""

    first: Forest
    second: Forest
    """Sees the verdicts of the first besides."""


@dataclass(frozen=True, slots=True)
class Model:
    """All that is learned."""

    wording: Wording
    text: Passes
    html: Passes


@cache
def load(path: Path | None = None) -> Model:
    """The model of a file; without one that of `WINNOW_MODEL`, else the shipped one."""
    with zipfile.ZipFile(path or where()) as archive:
        passes = [Passes(*(_forest(archive, f"{kind}-{number}") for number in (1, 2))) for kind in KINDS]
        words = _arrays(archive, "wording")
        return Model(Wording(words["weights"], float(words["bias"][0])), *passes)


def where() -> Path:
    """The file of the model in use. Raises: ConfigError where the environment names none."""
    path = Path(os.environ.get("WINNOW_MODEL") or SHIPPED)
    if not path.is_file():
        raise ConfigError(f"WINNOW_MODEL: there is no model at {path}")
    return path


@cache
def digest() -> str:
    """Names the model in use."""
    return digest_of(where())


def digest_of(path: Path) -> str:
    """Names the model of a file: the first 12 hex digits of its sha256."""
    return sha256(path.read_bytes()).hexdigest()[:12]


def save(model: Model, path: Path) -> None:
    """Write the model; the same model gives the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        _put(archive, "wording", {"weights": model.wording.weights, "bias": np.array([model.wording.bias])})
        for kind, passes in zip(KINDS, (model.text, model.html), strict=True):
            for number, forest in enumerate((passes.first, passes.second), 1):
                _put(archive, f"{kind}-{number}", _of_forest(forest))


def _of_forest(forest: Forest) -> dict[str, NDArray[Any]]:
    names = np.frombuffer(json.dumps(forest.names).encode(), np.uint8)
    bias = np.array([forest.bias])
    return {"names": names, "features": forest.features, "borders": forest.borders, "leaves": forest.leaves, "bias": bias}


def _forest(archive: zipfile.ZipFile, name: str) -> Forest:
    parts = _arrays(archive, name)
    names = tuple(json.loads(parts["names"].tobytes()))
    return Forest(names, parts["features"], parts["borders"], parts["leaves"], float(parts["bias"][0]))


def _put(archive: zipfile.ZipFile, name: str, arrays: dict[str, NDArray[Any]]) -> None:
    for part, values in arrays.items():
        buffer = io.BytesIO()
        np.save(buffer, values, allow_pickle=False)
        archive.writestr(zipfile.ZipInfo(f"{name}/{part}.npy", EPOCH), buffer.getvalue(), zipfile.ZIP_DEFLATED)


def _arrays(archive: zipfile.ZipFile, name: str) -> dict[str, NDArray[Any]]:
    members = [member for member in archive.namelist() if member.startswith(f"{name}/")]
    return {Path(member).stem: np.load(io.BytesIO(archive.read(member)), allow_pickle=False) for member in members}
