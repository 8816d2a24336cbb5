"""The model's trees, its file, and the digest that names it."""

from pathlib import Path

import numpy as np
import pytest

from ingest.clean import model
from ingest.clean.forest import Forest
from ingest.clean.model import Model, Passes
from ingest.clean.wording import BUCKETS, Wording
from ingest.errors import ConfigError

FOREST = Forest(
    names=("width", "dense"),
    features=np.array([[0, 1]], np.int16),
    borders=np.array([[50.0, 0.5]], np.float32),
    leaves=np.array([[-2.0, -1.0, 1.0, 2.0]], np.float32),
    bias=0.5,
)
"""One tree of two levels: wide lines have bit 0, paragraphs bit 1."""


def column(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_a_line_falls_into_the_leaf_of_its_answers() -> None:
    sure = FOREST.sure({"width": column(10, 90, 10, 90), "dense": column(0, 0, 1, 1)})
    np.testing.assert_allclose(sure, 1 / (1 + np.exp(-np.array([-1.5, -0.5, 1.5, 2.5]))), rtol=1e-6)


def test_a_column_that_a_page_lacks_counts_as_missing() -> None:
    assert FOREST.sure({"width": column(90)}) == FOREST.sure({"width": column(90), "dense": column(-1)})


def test_what_is_not_asked_for_changes_nothing() -> None:
    assert FOREST.sure({"width": column(90), "dense": column(1), "other": column(7)}) == FOREST.sure(
        {"width": column(90), "dense": column(1)}
    )


def made() -> Model:
    passes = Passes(FOREST, FOREST)
    return Model(Wording(np.zeros(BUCKETS, np.float16), 0.1), passes, passes)


def test_a_model_is_read_as_it_was_written(tmp_path: Path) -> None:
    model.save(made(), tmp_path / "model.zip")
    read = model.load(tmp_path / "model.zip")
    assert read.text.first.names == FOREST.names
    np.testing.assert_array_equal(read.html.second.leaves, FOREST.leaves)
    assert read.wording.bias == pytest.approx(0.1)


def test_the_same_model_is_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.zip", "other.zip"):
        model.save(made(), tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "other.zip").read_bytes()


def test_the_shipped_model_is_small() -> None:
    assert model.SHIPPED.stat().st_size <= 5_000_000


def test_another_model_is_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINNOW_MODEL", str(tmp_path / "mine.zip"))
    with pytest.raises(ConfigError, match=r"mine\.zip"):
        model.where()
    model.save(made(), tmp_path / "mine.zip")
    assert model.where() == tmp_path / "mine.zip"
