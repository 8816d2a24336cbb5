"""Decisions: the same whatever the order and the split, and changed only where something changed."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.dedup.config import DedupConfig
from ingest.dedup.decide import decide
from ingest.dedup.search import Entry
from ingest.dedup.sketch import sketch
from ingest.records import Decision

START = datetime(2025, 3, 3, tzinfo=UTC)
WORDS = [a + b + c for a in "bdfgklmn" for b in ("a", "e", "io", "u") for c in ("rt", "ll", "nda", "sk", "pel")]


def prose(seed: int, paragraphs: int = 4, words: int = 30) -> list[str]:
    """Paragraphs of invented words, different for each seed."""
    rng = random.Random(seed)
    return [" ".join(rng.choice(WORDS) for _ in range(words)) for _ in range(paragraphs)]


def report(seed: int, issue: int) -> list[str]:
    """An issue of a report whose words stay and whose numbers change."""
    rng = random.Random(issue)
    return [" ".join(w if i % 12 else str(rng.randrange(10, 999)) for i, w in enumerate(p.split())) for p in prose(seed, 3, 28)]


def entry(one: str, text: str, *, day: float | None = 0, url: str | None = None, seq: int = 1, version: int = 1) -> Entry:
    published = None if day is None else START + timedelta(days=day)
    return Entry(one, version, sketch(text), published, url, len(text), seq)


@dataclass
class Corpus:
    """Live documents and the last decisions, run by run, as the corpus keeps them."""

    entries: dict[str, Entry] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    def run(self, changed: Iterable[tuple[Entry, str]], *, without: Iterable[str] = ()) -> list[Decision]:
        """Put documents in or anew, take some out, and keep what is decided."""
        changed = list(changed)
        for one in without:
            del self.entries[one]
        self.texts.update({new.id: text for new, text in changed})
        fresh = {new.id for new, _ in changed}
        known = [known for one, known in self.entries.items() if one not in fresh]
        decided = decide(known, [new for new, _ in changed], self.decisions, self.fetch, DedupConfig())
        self.entries.update({new.id: new for new, _ in changed})
        self.decisions.update({decision.id: decision for decision in decided})
        return decided

    def fetch(self, ids: Sequence[str]) -> dict[str, str]:
        self.asked.update(ids)
        return {one: self.texts[one] for one in ids}

    def clusters(self) -> dict[str, tuple[str | None, str | None]]:
        return {one: (self.decisions[one].cluster, self.decisions[one].duplicate_of) for one in self.entries}


def one_go(documents: Iterable[tuple[Entry, str]]) -> Corpus:
    corpus = Corpus()
    corpus.run(documents)
    return corpus


def family(rng: random.Random) -> list[list[str]]:
    """Some texts about few subjects: copies, cut ones, new leads, updates, reports, round-ups."""
    stories = [prose(seed) for seed in range(rng.randint(2, 4))]
    texts: list[list[str]] = []
    for story in stories:
        for _ in range(rng.randint(1, 4)):
            made = list(story)
            kind = rng.choice("=THLR")
            if kind == "T":
                made = made[: rng.choice([2, 3])]
            elif kind == "H":
                made[0] = prose(rng.randrange(100, 200), 1)[0]
            elif kind == "L":
                made += prose(rng.randrange(100, 200), rng.choice([1, 4]))
            elif kind == "R":
                made = made[2:]
            texts.append(made)
    for _ in range(rng.randint(0, 3)):
        chosen = rng.sample(stories, 2)
        share = rng.choice([2, 4])
        texts.append([*chosen[0][:share], *chosen[1][: rng.choice([2, 4])], *prose(300, rng.choice([0, 1]))])
    texts += [report(50, issue) for issue in range(rng.randint(0, 2))]
    return texts


def documents(rng: random.Random) -> list[tuple[Entry, str]]:
    made = []
    for number, paragraphs in enumerate(family(rng)):
        text = "\n\n".join(paragraphs)
        url = f"https://news.example/{number}" if rng.random() < 0.5 else None
        made.append((entry(f"{rng.randrange(16**6):06x}{number}", text, day=rng.choice([None, 0, 1, 4, 8]), url=url), text))
    return made


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_any_split_into_runs_decides_as_one_go(seed):
    rng = random.Random(seed)
    made = documents(rng)
    whole = one_go(made).clusters()
    rng.shuffle(made)
    corpus = Corpus()
    while made:
        size = rng.randint(1, len(made))
        corpus.run(made[:size])
        made = made[size:]
    assert corpus.clusters() == whole


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_new_versions_and_withdrawals_leave_what_one_go_over_the_rest_gives(seed):
    rng = random.Random(seed)
    made = documents(rng)
    corpus = Corpus()
    half = len(made) // 2
    corpus.run(made[:half])
    edited = [
        (replace(old, version=2, sketch=sketch(text), n_chars=len(text)), text)
        for (old, _), (_, text) in zip(made[:2], made[2:4], strict=False)
    ]
    corpus.run(made[half:] + edited, without=())
    gone = rng.sample(sorted(corpus.entries), min(3, len(made)))
    corpus.run([], without=gone)
    rest = [(known, corpus.texts[one]) for one, known in corpus.entries.items()]
    assert corpus.clusters() == one_go(rest).clusters()


@pytest.mark.parametrize("n", [2, 40])
def test_copies_get_linear_evidence(n):
    text = "\n\n".join(prose(1))
    corpus = one_go((entry(f"{i:03}", text), text) for i in range(n))
    assert sum(len(d.evidence) for d in corpus.decisions.values()) == 2 * (n - 1)
    assert {d.cluster for d in corpus.decisions.values()} == {"000"}


def test_copy_in_a_later_run_points_to_the_earlier_document():
    text = "\n\n".join(prose(1))
    corpus = Corpus()
    corpus.run([(entry("b", text, seq=1), text)])
    decided = corpus.run([(entry("a", text, seq=2), text)])
    assert [(d.id, d.duplicate_of, d.cluster) for d in decided] == [("a", "b", "a"), ("b", None, "a")]


def test_known_document_that_only_gains_evidence_gets_no_new_decision():
    text = "\n\n".join(prose(1))
    corpus = Corpus()
    corpus.run([(entry("a", text), text)])
    decided = corpus.run([(entry("b", text, seq=2), text)])
    assert [(d.id, d.duplicate_of, [e.kind for e in d.evidence]) for d in decided] == [("b", "a", ["exact"])]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"day": 0}, {"day": 1}),
        ({"day": 0}, {"day": None}),
        ({"url": "https://a.example/"}, {"url": None}),
        ({"url": "https://a.example/"}, {"url": "https://b.example/"}),
        ({"seq": 1}, {"seq": 2}),
    ],
)
def test_canonical_is_elected_by_what_documents_are(better, worse):
    text = "\n\n".join(prose(1))
    corpus = one_go([(entry("a", text, **worse), text), (entry("b", text, **better), text)])
    assert corpus.decisions["a"].duplicate_of == "b"
    assert corpus.decisions["b"].duplicate_of is None


def test_longest_of_one_day_is_canonical():
    short, long = "\n\n".join(prose(1)), "\n\n".join([*prose(1), *prose(2, 1)])
    corpus = one_go([(entry("a", short), short), (entry("b", long), long)])
    assert corpus.clusters() == {"a": ("a", "b"), "b": ("a", None)}


def test_round_up_is_linked_and_never_merged():
    a, b = prose(1), prose(2)
    texts = {"a1": a, "a2": a[:3], "b1": b, "r": [*a, *b]}
    corpus = one_go((entry(one, "\n\n".join(parts)), "\n\n".join(parts)) for one, parts in texts.items())
    assert {one: cluster for one, (cluster, _) in corpus.clusters().items()} == {"a1": "a1", "a2": "a1", "b1": "b1", "r": "r"}
    assert {e.other: e.kind for e in corpus.decisions["r"].evidence} == {"a1": "round-up", "a2": "round-up", "b1": "round-up"}


def test_round_up_seen_late_parts_what_it_had_joined():
    a, b = "\n\n".join(prose(1)), "\n\n".join(prose(2))
    corpus = Corpus()
    corpus.run([(entry("a", a), a), (entry("r", a + "\n\n" + b), a + "\n\n" + b)])
    assert corpus.clusters()["r"][0] == "a"
    corpus.run([(entry("b", b), b)])
    assert {one: cluster for one, (cluster, _) in corpus.clusters().items()} == {"a": "a", "b": "b", "r": "r"}
    corpus.run([], without=["b"])
    assert corpus.clusters()["r"][0] == "a"


def test_copies_of_a_round_up_are_duplicates_of_each_other():
    a, b = prose(1), prose(2)
    texts = {"a": a, "b": b, "r": [*a, *b], "s": [*a, *b]}
    clusters = one_go((entry(one, "\n\n".join(parts)), "\n\n".join(parts)) for one, parts in texts.items()).clusters()
    assert clusters["s"] == ("r", "r")


def test_issues_of_a_report_are_linked_as_a_series():
    texts = {str(i): "\n\n".join(report(5, i)) for i in range(3)}
    corpus = one_go((entry(one, text, day=0), text) for one, text in texts.items())
    assert {cluster for cluster, _ in corpus.clusters().values()} == set(texts)
    assert {e.kind for e in corpus.decisions["0"].evidence} == {"series"}


def test_edge_to_an_older_version_leaves_the_evidence_of_others():
    text, other = "\n\n".join(prose(1)), "\n\n".join(prose(2))
    corpus = Corpus()
    corpus.run([(entry("b", text), text), (entry("a", text), text)])
    decided = corpus.run([(entry("a", other, version=2, seq=2), other)])
    assert [(d.id, d.cluster, d.evidence) for d in decided] == [("a", "a", ()), ("b", "b", ())]


def test_only_texts_of_candidates_are_fetched():
    corpus = one_go((entry(str(seed), "\n\n".join(prose(seed))), "\n\n".join(prose(seed))) for seed in range(20))
    assert not corpus.asked


def test_very_short_texts_match_exact_copies_only():
    texts = {"a": "Snow fell on the coast.", "b": "Snow fell on the coast!", "c": "Snow fell on the coast today."}
    clusters = one_go((entry(one, text), text) for one, text in texts.items()).clusters()
    assert {one: cluster for one, (cluster, _) in clusters.items()} == {"a": "a", "b": "a", "c": "c"}


def test_texts_without_words_are_not_copies_of_each_other():
    clusters = one_go((entry(one, "…"), "…") for one in "ab").clusters()
    assert clusters == {"a": ("a", None), "b": ("b", None)}


def test_the_copy_nearest_in_time_decides_for_all_copies():
    whole, cut = "\n\n".join(prose(1)), "\n\n".join([*prose(1)[:3], *prose(2, 1)])
    days = {"a": 0, "b": 9, "c": 30}
    corpus = one_go((entry(one, whole, day=day), whole) for one, day in days.items())
    corpus.run([(entry("x", cut, day=9, seq=2), cut)])
    assert {cluster for cluster, _ in corpus.clusters().values()} == {"a"}
    assert [(e.other, e.kind) for e in corpus.decisions["x"].evidence] == [("b", "near")]
