"""Any history of operations, against a model that keeps everything in a dictionary; three readers see what the model says."""

import shutil
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from deltalake import DeltaTable
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from flows.errors import AlreadyAppliedError
from flows.runs import ingest as ingesting
from flows.runs import reclean
from flows.runs.release import ReleaseRequest, release
from flows.runs.report import IngestRequest
from flows.runs.reprocess import ApplyRequest, PreviewRequest, Selection, apply, preview
from flows.runs.rollback import RollbackRequest, rollback
from storage import compaction, delta, files
from storage.local import LocalBucket
from storage.sweep import sweep
from storage.tables import Corpus
from storage.verify import verify
from tests.flows.doubles import HereJudges
from tests.flows.reprocess.conftest import plain
from tests.storage.faults import Killed, Killer
from tests.torture import scene
from tests.torture.conftest import FULL
from tests.torture.readers import duckdb_rows, polars_rows

pytestmark = pytest.mark.slow
EXAMPLES, STEPS = (60, 14) if FULL else (5, 7)
NAMES = st.sampled_from(["one", "two", "three"])
NUMBERS = {"one": 1, "two": 2, "three": 3, "other": 8}
EDITIONS = st.integers(1, 3)


def text_of(name: str, edition: int) -> str:
    return plain(NUMBERS[name], edition).strip()


class Histories(RuleBasedStateMachine):
    """`told`: document → its editions by commit, null where it was withdrawn: all that the corpus should know."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="winnow-history-"))
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(ingesting, "Judges", HereJudges)
        self.patch.setattr(reclean, "Judges", HereJudges)
        self.patch.setattr(compaction, "FAN", 2)
        self.patch.setattr(files, "PARTS_OF_DOCUMENTS", 1)
        self.patch.setattr(files, "FEWEST_ROWS", 2)
        self.place = str(self.folder / "corpus")
        self.told: dict[str, list[tuple[int, int | None]]] = {}
        self.desks: dict[str, dict[str, int]] = {"desk": {}, "others": {}}

    def teardown(self) -> None:
        self.patch.undo()
        shutil.rmtree(self.folder)

    @property
    def corpus(self) -> Corpus:
        return Corpus.open(LocalBucket(Path(self.place)))

    def live(self) -> dict[str, int]:
        now = {name: history[-1][1] for name, history in self.told.items()}
        return {name: edition for name, edition in now.items() if edition is not None}

    @initialize(edition=EDITIONS)
    def begin(self, edition: int) -> None:
        self.write("desk", "one", edition)
        self.ingest()

    @rule(name=NAMES, edition=EDITIONS)
    def edit(self, name: str, edition: int) -> None:
        self.write("desk", name, edition)

    @rule()
    def ingest(self) -> None:
        self.run("desk")
        self.learn("desk")

    @rule(edition=EDITIONS)
    def ingest_while_another_writes(self, edition: int) -> None:
        """The other commits just before this one does."""
        self.write("others", "other", edition)
        commit, left = Corpus.commit, [1]

        def overtaken(corpus: Corpus, proposal):
            if left:
                left.pop()
                self.run("others")
                self.learn("others")
            return commit(corpus, proposal)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Corpus, "commit", overtaken)
            self.run("desk")
        self.learn("desk")

    @rule(at=st.integers(1, 40))
    def die_and_do_it_again(self, at: int) -> None:
        with pytest.MonkeyPatch.context() as patch:
            killer = Killer(at)
            killer.install(patch)
            for verb in ("put", "create", "delete"):
                patch.setattr(LocalBucket, verb, _around(killer, getattr(LocalBucket, verb)))
            with suppress(Killed):
                self.run("desk")
        self.ingest()

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def roll_back(self, data) -> None:
        runs = [commit.seq for commit in self.corpus.log.since(0, self.corpus.log.head()) if commit.kind != "compaction"]
        seq = data.draw(st.sampled_from(runs))
        try:
            report = rollback(RollbackRequest(self.place, str(seq), "Ada"), scene.settings())
        except AlreadyAppliedError:
            return
        for history in self.told.values():
            at = next((n for n, (number, _) in enumerate(history) if number == seq), None)
            if at is not None and history[at][1] == history[-1][1]:
                before = history[at - 1][1] if at else None
                if before != history[-1][1]:
                    history.append((report.seq or 0, before))

    @precondition(lambda self: self.told)
    @rule(unwrap=st.sampled_from(["true", "false"]))
    def reprocess(self, unwrap: str) -> None:
        """Under settings that leave these texts as they are, and that documents were cleaned with before or not."""
        settings = scene.settings(extract__unwrap=unwrap)
        plan = preview(PreviewRequest(self.place, Selection(), None), settings).plan
        report = apply(ApplyRequest(self.place, plan, "Ada"), settings)
        assert (report.kept, report.withdrawn) == (0, 0)

    @precondition(lambda self: self.live())
    @rule()
    def release(self) -> None:
        made = release(ReleaseRequest(self.place, f"r{self.corpus.log.head()}"), scene.settings())
        rows = [pa.parquet.read_table(f"{made.place}/{file.path}")["text"].to_pylist() for file in made.manifest.data]
        assert sorted(text for texts in rows for text in texts) == sorted(text_of(*each) for each in self.live().items())

    @rule()
    def compact(self) -> None:
        compaction.merge(self.corpus)

    @rule()
    def vacuum(self) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(delta, "READABLE_H", 0)
            sweep(self.corpus, datetime.now(UTC) + timedelta(days=2))

    @invariant()
    def all_readers_see_what_is_told(self) -> None:
        if not self.told:
            return
        expected = sorted(text_of(name, edition) for name, edition in self.live().items())
        table = f"{self.place}/clean/documents"
        assert sorted(pa.table(DeltaTable(table).scan(columns=["text"]))["text"].to_pylist()) == expected
        assert sorted(polars_rows(table, "text")) == expected
        assert sorted(duckdb_rows(table, "text")) == expected

    @invariant()
    def everything_is_whole(self) -> None:
        if not self.told:
            return
        found = verify(LocalBucket(Path(self.place)), deep=True)
        assert found.faults == []
        assert found.behind == 0

    def write(self, desk: str, name: str, edition: int) -> None:
        scene.write(self.folder / desk, **{name: plain(NUMBERS[name], edition)})
        self.desks[desk][name] = edition

    def run(self, desk: str) -> None:
        ingesting.ingest(IngestRequest((str(self.folder / desk),), self.place), scene.settings())

    def learn(self, desk: str) -> None:
        """What stands in a folder is what its documents say now."""
        head = self.corpus.log.head()
        for name, edition in self.desks[desk].items():
            history = self.told.setdefault(name, [])
            if not history or history[-1][1] != edition:
                history.append((self._commit_of(desk, head), edition))

    def _commit_of(self, desk: str, head: int) -> int:
        """The last run that listed inputs of the folder."""
        rows = self.corpus.scan("outcomes", ["source", "seq"]).to_pylist()
        return max((row["seq"] for row in rows if row["source"] == desk), default=head)


def _around(killer: Killer, call):
    return lambda *args: killer.around(call.__name__, "", lambda: call(*args))


def test_any_history_is_what_the_model_says() -> None:
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=not FULL,
        ),
    )
