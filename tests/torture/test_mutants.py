"""Deliberate breaks of the commit protocol, each of which an attack must catch: the list of what the suite would notice."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pyarrow as pa
import pytest

from storage import delta, keys, proposals, rolling, sweep
from storage.commits import CommitLog
from storage.local import LocalBucket
from storage.tables import Corpus
from tests.torture.attacks import ATTACKS

pytestmark = pytest.mark.slow
Patch = pytest.MonkeyPatch


def data_after_the_commit(patch: Patch) -> None:
    """Files of tables are written when the commit stands already."""
    put, create = LocalBucket.put, LocalBucket.create
    held: list[tuple[LocalBucket, str, bytes]] = []

    def late_put(bucket: LocalBucket, key: str, data: bytes) -> None:
        if keys.is_data_file(key):
            held.append((bucket, key, data))
        else:
            put(bucket, key, data)

    def early_create(bucket: LocalBucket, key: str, data: bytes) -> bool:
        done = create(bucket, key, data)
        if key.startswith(keys.COMMITS):
            for each in held:
                put(*each)
            held.clear()
        return done

    patch.setattr(LocalBucket, "put", late_put)
    patch.setattr(LocalBucket, "create", early_create)
    patch.setattr(proposals, "check", lambda *_: None)
    patch.setattr(proposals, "is_all_new", lambda *_: False)
    patch.setattr(Corpus, "_stage_documents", lambda *_: [])


def commit_without_condition(patch: Patch) -> None:
    """The commit's object is put over whatever stands there."""

    def create(bucket: LocalBucket, key: str, data: bytes) -> bool:
        bucket.put(key, data)
        return True

    patch.setattr(LocalBucket, "create", create)


def every_refusal_is_taken_for_our_own(patch: Patch) -> None:
    """A number that is taken counts as taken by us: no write id is compared."""
    create = LocalBucket.create
    patch.setattr(LocalBucket, "create", lambda bucket, key, data: create(bucket, key, data) or key.startswith(keys.COMMITS))


def no_answer_is_taken_for_a_failure(patch: Patch) -> None:
    """Where the store does not answer, what stands at the number is not asked for its write id."""

    def append(log: CommitLog, commit) -> bool:
        return log._bucket.create(keys.commit(commit.seq), commit.to_json())

    patch.setattr(CommitLog, "append", append)


def a_run_is_not_looked_for_in_the_log(patch: Patch) -> None:
    patch.setattr(CommitLog, "of_run", lambda *_, **__: None)


def a_stale_decision_is_committed(patch: Patch) -> None:
    """The number of the proposal is moved to the head instead of deciding again."""
    commit = Corpus.commit

    def moved(corpus: Corpus, proposal) -> int:
        return commit(corpus, replace(proposal, seq=corpus.roll() + 1))

    patch.setattr(Corpus, "commit", moved)
    patch.setattr(proposals, "check", lambda *_: None)


def a_table_is_moved_from_wherever_it_stands(patch: Patch) -> None:
    """A commit is applied to the newest state of a table, though another may have applied it meanwhile."""
    move = delta.Handle._move

    def anew(handle: delta.Handle, *args: object, **named: object) -> bool:
        return move(delta.Handle(handle._bucket, handle.table), *args, **named)  # type: ignore[arg-type]

    patch.setattr(delta.Handle, "_move", anew)


def replaced_rows_stay_in_documents(patch: Patch) -> None:
    patch.setattr(rolling, "_decided", lambda *_: pa.array([], pa.string()))


def documents_are_thought_new(patch: Patch) -> None:
    patch.setattr(proposals, "is_all_new", lambda *_: True)


def compacted_files_stay_in_the_table(patch: Patch) -> None:
    patch.setattr(rolling, "_replaced", lambda *_: [])


def a_sweep_takes_what_readers_may_be_at(patch: Patch) -> None:
    patch.setattr(delta.Handle, "tombstones", lambda _: set())


def a_sweep_forgets_what_is_not_rolled_yet(patch: Patch) -> None:
    table_keys = sweep._table_keys

    def of_applied(corpus: Corpus, table: keys.Table, _head: int):
        return table_keys(corpus, table, delta.Handle(corpus.bucket, table).applied)

    patch.setattr(sweep, "_table_keys", of_applied)


def a_gap_in_versions_is_let_through(patch: Patch) -> None:
    """Versions count from the number of runs, and nobody checks them."""
    patch.setattr(proposals, "_check_versions", lambda *_: None)
    stage = Corpus.stage_files

    def skipping(corpus: Corpus, table, batches, *, seq: int):
        def skipped():
            for rows in batches:
                at = rows.column_names.index("version") if "version" in rows.column_names else None
                column = None if at is None else pa.array([seq * 2] * len(rows), pa.int32())
                yield rows if at is None or table == "outcomes" else rows.set_column(at, rows.schema.field(at), column)

        return stage(corpus, table, skipped(), seq=seq)

    patch.setattr(Corpus, "stage_files", skipping)


@dataclass(frozen=True)
class Mutant:
    """A break, the law that it breaks, and the attack that must notice."""

    law: str
    break_: Callable[[Patch], None]
    attack: str


MUTANTS = [
    Mutant("3: a killed run ends as an undisturbed one", data_after_the_commit, "crashes"),
    Mutant("commit protocol 4: the commit is create-only", commit_without_condition, "races"),
    Mutant("commit protocol 4: the write id is compared", every_refusal_is_taken_for_our_own, "races"),
    Mutant("commit protocol 4: an unknown answer is looked up", no_answer_is_taken_for_a_failure, "lost_answers"),
    Mutant("3: a run repeated adds nothing", a_run_is_not_looked_for_in_the_log, "crashes"),
    Mutant("4: versions without gaps, one decision at a time", a_stale_decision_is_committed, "races"),
    Mutant("commit protocol 1: a table takes each commit once", a_table_is_moved_from_wherever_it_stands, "races"),
    Mutant("4: documents is what decisions name", replaced_rows_stay_in_documents, "plain_runs"),
    Mutant("4: documents is what decisions name", documents_are_thought_new, "plain_runs"),
    Mutant("4: a version's row stands once", compacted_files_stay_in_the_table, "compactions"),
    Mutant("readers of an older state are not cut off", a_sweep_takes_what_readers_may_be_at, "compactions"),
    Mutant("what a commit names is never swept", a_sweep_forgets_what_is_not_rolled_yet, "lags"),
    Mutant("4: versions are 1, 2, 3 …", a_gap_in_versions_is_let_through, "plain_runs"),
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_protocol_withstands(attack: str) -> None:
    ATTACKS[attack]()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.break_.__name__)
def test_a_break_is_noticed(mutant: Mutant, monkeypatch: Patch) -> None:
    mutant.break_(monkeypatch)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - an assertion, or an error of the code that runs into the break
        ATTACKS[mutant.attack]()
    # A name or a call that no longer fits is a mutant that has rotted, not one that was noticed.
    assert not isinstance(caught.value, TypeError | AttributeError | NameError | ImportError)


def test_every_attack_kills_a_mutant() -> None:
    assert {mutant.attack for mutant in MUTANTS} == ATTACKS.keys()
