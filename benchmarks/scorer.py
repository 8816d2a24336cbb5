"""The scorer of the development data, which stands beside the data and in no package."""

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType


@cache
def scorer(data: Path) -> ModuleType:
    """`score.py` of a folder of development data. Raises: FileNotFoundError where there is none."""
    spec = importlib.util.spec_from_file_location("score", data / "score.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(data / "score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
