"""Everything that the model may weigh, as one table."""

import numpy as np

from ingest.clean.cohesion import cohesion_columns, topic_of
from ingest.clean.outline import Outline
from ingest.clean.position import position_columns
from ingest.clean.second import shifted, window_mean
from ingest.clean.segments import segment_columns
from ingest.clean.shape import Column, cue_table, shape_columns
from ingest.clean.terms import Floats


def columns_of(page: Outline) -> dict[str, Column]:
    """One column per trait, one value per line."""
    topic, shown = topic_of(page), cue_table(page)
    return {
        **shape_columns(page, shown),
        **position_columns(page, shown),
        **cohesion_columns(page, topic),
        **segment_columns(page, topic),
    }


def wording_columns(verdicts: Column) -> dict[str, Column]:
    """What the words of each line and its neighbours say; `verdicts` as `Wording` gives them."""
    values, one = verdicts.astype(np.float64), np.ones(len(verdicts))
    columns: dict[str, Floats] = {f"wording_{step:+d}": shifted(values, step, 0.0) for step in (-2, -1, 0, 1, 2)}
    columns["wording_before"] = window_mean(values, one, -4, -1)
    columns["wording_after"] = window_mean(values, one, 1, 4)
    columns["wording_around"] = window_mean(values, one, -10, 10)
    columns["wording_page"] = np.full(len(verdicts), values.mean())
    return {name: column.astype(np.float32) for name, column in columns.items()}
