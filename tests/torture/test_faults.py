"""Every operation on a store that fails at random: in the end everything is there once, and a failure is one clear sentence."""

import random

import pytest

from storage.bucket import open_bucket
from tests.storage.proxy import Asked, Fault, Refusal, proxied
from tests.torture import scene, victims
from tests.torture.conftest import FULL

pytestmark = pytest.mark.slow
SEEDS = range(50 if FULL else 2)
"""By operation: 50 each in full."""
RATE = 0.06
"""Of requests that fail."""
ATTEMPTS = 6
OF_ALL: list[Fault] = ["deaf", "lose", "slow", Refusal(503, "SlowDown"), Refusal(500, "InternalError")]
OF_CONDITIONAL: list[Fault] = [*OF_ALL, Refusal(409, "ConditionalRequestConflict"), "lose"]
OF_READS: list[Fault] = [*OF_ALL, "halve"]


class Weather:
    """Which requests fail, and how; the same for a seed but for the order in which threads ask."""

    def __init__(self, seed: str) -> None:
        self._chance = random.Random(seed)
        self.faults = 0

    def __call__(self, asked: Asked) -> Fault:
        if self._chance.random() >= RATE:
            return "none"
        self.faults += 1
        of_kind = OF_CONDITIONAL if asked.is_conditional else OF_READS if asked.method == "GET" else OF_ALL
        return self._chance.choice(of_kind)


@pytest.fixture(scope="module")
def undisturbed(town, tmp_path_factory):
    found = {}
    for operation in scene.OPERATIONS:
        place = tmp_path_factory.mktemp(operation) / "corpus"
        scene.copy(town, str(place))
        victims.run(operation, town, str(place))
        found[operation] = scene.state(open_bucket(str(place)))
    return found


@pytest.mark.parametrize("operation", scene.OPERATIONS)
def test_a_store_that_fails_at_random_loses_and_doubles_nothing(operation, town, undisturbed, s3, monkeypatch):
    faults, sentences = 0, []
    for seed in SEEDS:
        place, weather = s3.location(), Weather(f"{operation} {seed}")
        scene.copy(town, place)
        with proxied(s3.endpoint, weather) as proxy, monkeypatch.context() as patch:
            patch.setenv("AWS_ENDPOINT_URL", proxy.endpoint)
            for _ in range(ATTEMPTS):
                told = victims.attempt(operation, town, place)
                if not isinstance(told, str):
                    break
                sentences.append(told)
        victims.run(operation, town, place)
        assert scene.state(open_bucket(place)) == undisturbed[operation], seed
        scene.assert_sound(open_bucket(place))
        faults += weather.faults
    assert faults >= len(SEEDS)
    for told in sentences:
        assert "\n" not in told
        assert "Traceback" not in told
        assert told.startswith(("StoreUnavailableError: ", "AccessError: ", "DamagedError: ")), told
