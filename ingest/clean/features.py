"""Everything that the model may weigh, as one table."""

import numpy as np

from ingest.clean.cohesion import cohesion_columns, topic_of
from ingest.clean.pages import Pages
from ingest.clean.position import position_columns
from ingest.clean.second import window_means
from ingest.clean.segments import segment_columns
from ingest.clean.shape import Column, cue_table, shape_columns
from ingest.clean.terms import Floats

AROUND = {"wording_before": (-4, 0), "wording_after": (1, 5), "wording_around": (-10, 11)}
STEPS = (-2, -1, 0, 1, 2)


def columns_of(pages: Pages) -> dict[str, Column]:
    """One column per trait, one value per line."""
    topic, shown = topic_of(pages), cue_table(pages.lines)
    return {
        **shape_columns(pages, shown),
        **position_columns(pages, shown),
        **cohesion_columns(pages, topic),
        **segment_columns(pages, topic),
    }


def wording_columns(pages: Pages, verdicts: Column) -> dict[str, Column]:
    """What the words of each line and its neighbours say; `verdicts` as `Wording` gives them."""
    values, rows = verdicts.astype(np.float64), pages.rows
    beside = rows.shifted(values, STEPS, 0.0)
    columns: dict[str, Floats] = dict(zip((f"wording_{step:+d}" for step in STEPS), beside, strict=True))
    columns |= window_means(rows, values, np.ones(len(values)), AROUND)
    columns["wording_page"] = pages.on_page(rows.total(values) / rows.counts)
    return {name: column.astype(np.float32) for name, column in columns.items()}
