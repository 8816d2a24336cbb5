"""What the tests of cleaning share: articles made of lines, and the generator of variants."""

import importlib.util
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from ingest.clean.config import CleanConfig
from ingest.clean.labeller import ModelLabeller
from ingest.extract.headline import find_headline
from ingest.records import Article, Block


@pytest.fixture(scope="session")
def labeller() -> ModelLabeller:
    return ModelLabeller(CleanConfig())


@pytest.fixture(scope="session")
def article_of() -> Callable[[Sequence[str]], Article]:
    def make(lines: Sequence[str]) -> Article:
        blocks = tuple(Block(line) for line in lines)
        headline = find_headline(blocks)
        return Article(blocks, title=None if headline is None else blocks[headline].text, title_block=headline)

    return make


@pytest.fixture(scope="session")
def variants_module() -> ModuleType:
    path = Path(__file__).with_name("variants.py")
    spec = importlib.util.spec_from_file_location("cleaning_variants", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
