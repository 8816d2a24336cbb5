"""Every operation, killed before and after every call of the store, ends as an undisturbed one once it is done again."""

import shutil
from itertools import count
from pathlib import Path

import pytest

from storage.bucket import open_bucket
from tests.torture import scene, victims
from tests.torture.conftest import FULL

pytestmark = pytest.mark.slow
STEP = {"directory": 1 if FULL else 29, "s3": 1 if FULL else 89}
"""Of how many moments one is taken."""
AGAIN = (1, 2, 3, 5, 8, 13, 21, 34) if FULL else (7,)
"""Moments at which the recovery dies too."""


@pytest.fixture(params=["directory", "s3"])
def places(request, tmp_path):
    """Fresh places for corpora on a kind of store."""
    if request.param == "s3":
        store = request.getfixturevalue("s3")
        return request.param, store.location
    numbers = count()
    return request.param, lambda: str(tmp_path / f"corpus-{next(numbers)}")


@pytest.fixture(scope="module")
def undisturbed(town, tmp_path_factory):
    """Operation → moments and final state of a run that nobody disturbs."""
    found = {}
    for operation in scene.OPERATIONS:
        place = tmp_path_factory.mktemp(operation) / "corpus"
        scene.copy(town, str(place))
        moments = victims.run(operation, town, str(place))
        scene.assert_sound(open_bucket(str(place)))
        found[operation] = moments, scene.state(open_bucket(str(place)))
    return found


@pytest.mark.parametrize("operation", scene.OPERATIONS)
def test_an_operation_killed_at_any_moment_ends_as_an_undisturbed_one(operation, town, undisturbed, places):
    kind, place_of = places
    moments, expected = undisturbed[operation]
    if kind == "s3":  # which has no files aside
        scene.copy(town, place := place_of())
        moments = victims.run(operation, town, place)
    assert moments >= 10
    chosen = range(1, moments + 1, STEP[kind])
    died = 0
    for at in chosen:
        place = place_of()
        scene.copy(town, place)
        died += victims.run(operation, town, place, at) is None
        _recovers(operation, town, place, expected)
    assert died >= len(chosen) - 1


@pytest.mark.parametrize("operation", scene.OPERATIONS)
def test_a_recovery_that_is_killed_too_is_recovered_from(operation, town, undisturbed, places):
    kind, place_of = places
    moments, expected = undisturbed[operation]
    for again in AGAIN:
        for at in range(5, moments + 1, STEP[kind] * 4 + 1):
            place = place_of()
            scene.copy(town, place)
            victims.run(operation, town, place, at)
            victims.run(operation, town, place, again)
            _recovers(operation, town, place, expected)


def _recovers(operation: str, town: Path, place: str, expected: dict) -> None:
    assert victims.run(operation, town, place) is not None
    bucket = open_bucket(place)
    assert scene.state(bucket) == expected
    scene.assert_sound(bucket)
    if not place.startswith("s3://"):
        shutil.rmtree(place)
