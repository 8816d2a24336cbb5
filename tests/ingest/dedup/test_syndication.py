"""Quality on simulated syndication of real articles; the numbers stand in the benchmark."""

import pytest

from benchmarks.dedup_quality import Wire, articles, pair_scores
from ingest.dedup.stories import cluster_documents


@pytest.mark.shared
@pytest.mark.slow
def test_syndicated_copies_are_found_and_nothing_else(shared):
    made = Wire(articles(shared, "dev"), seed=11).make()
    rows = [
        {"id": f"{i:05}", "text": m.text, "published_at": f"2024-{1 + m.day // 28:02}-{1 + m.day % 28:02}"}
        for i, m in enumerate(made)
    ]
    found = cluster_documents(rows)
    scores = pair_scores([m.story for m in made], [found[row["id"]] for row in rows])
    assert scores["P"] >= 0.97
    assert scores["R"] >= 0.93
