"""Made histories: what may become of documents commit by commit, drawn by hypothesis and carried out on a corpus."""

from unittest.mock import patch

from hypothesis import strategies as st

from ingest.records import Decision
from storage import compaction
from tests.storage.corpora import doc_id, new_version, propose

NAMES = ("bridge", "clock", "ferry", "tower")
names = st.sampled_from(NAMES)
runs = st.dictionaries(names, st.sampled_from(["one", "two"]), min_size=1, max_size=4)
elections = st.dictionaries(names, st.sampled_from([None, *NAMES]), min_size=1, max_size=3)
withdrawals = st.sets(names, min_size=1, max_size=2)
commits = st.one_of(
    st.tuples(st.just("ingest"), runs),
    st.tuples(st.just("elect"), elections),
    st.tuples(st.just("withdraw"), withdrawals),
    st.tuples(st.just("compact"), st.none()),
)
histories = st.lists(commits, min_size=1, max_size=6)


def carry_out(corpus, number, commit):
    """One commit; an election brings withdrawn documents back, of documents that there are none nothing is decided."""
    kind, told = commit
    if kind == "compact":
        with patch.object(compaction, "FAN", 1):
            compaction.merge(corpus)
        return
    newest = {}
    for row in sorted(corpus.scan("versions", ["id", "version", "text"]).to_pylist(), key=lambda row: row["version"]):
        newest[row["id"]] = row["version"], row["text"]
    live = set(corpus.scan("documents", ["id"])["id"].to_pylist())
    if kind == "ingest":
        names = [name for name in sorted(told) if doc_id(name) not in live or newest[doc_id(name)][1] != told[name]]
        versions = [new_version(name, newest.get(doc_id(name), (0,))[0] + 1, told[name]) for name in names]
        corpus.commit(propose(corpus, f"run-{number}", versions))
        return
    decisions = []
    for name in sorted(told):
        id_, other = doc_id(name), kind == "elect" and told[name] not in (None, name) and doc_id(told[name])
        if id_ in newest and kind == "withdraw":
            decisions.append(Decision(id_, newest[id_][0], "withdrawn", cluster=id_))
        elif id_ in newest:
            decisions.append(Decision(id_, newest[id_][0], "live", other or None, min(id_, other or id_)))
    corpus.commit(propose(corpus, f"run-{number}", decisions=decisions))
